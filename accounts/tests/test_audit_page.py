"""The audit log in the admin: found, narrowed, taken away, and never changed."""

import csv
import io
from datetime import timedelta

import pytest

from accounts.actions.audit import empty_actor, record_audit
from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.trace import tracing

LOG = "/admin/accounts/auditentry/"
EXPORT = f"{LOG}export/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def diya():
    return UserFactory(email="diya@example.org", name="Diya Patel")


@pytest.fixture
def kabir():
    return UserFactory(email="kabir@example.org", name="Kabir Singh")


def shown(client, **query):
    page = client.get(LOG, query)
    assert page.status_code == 200
    return [entry.action for entry in page.context["cl"].result_list]


def taken(client, query=""):
    answer = client.post(f"{EXPORT}{query}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_log_is_narrowed_by_what_who_whom_and_when(client_of, admin, diya, kabir):
    at = now()
    record_audit("tests.praised", by=diya, target=kabir, at=at)
    record_audit("tests.scolded", by=kabir, target=diya, at=at - timedelta(days=2))
    client = client_of(admin)
    ours = {"action": "tests."}

    assert shown(client, **ours) == ["tests.praised", "tests.scolded"]
    assert shown(client, action="tests.sc") == ["tests.scolded"]
    assert shown(client, **ours, who="Diya@example.org ") == ["tests.praised"]
    assert shown(client, **ours, to_whom="diya@example.org") == ["tests.scolded"]
    assert shown(client, **ours, who="nobody@example.org") == []
    yesterday = f"{at - timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert shown(client, **ours, since=yesterday) == ["tests.praised"]
    assert shown(client, **ours, until=yesterday) == ["tests.scolded"]


def test_whoever_acted_in_anothers_name_is_found_by_their_own(client_of, admin, diya, kabir):
    record_audit("tests.praised", by=diya, impersonator=kabir, at=now())
    assert shown(client_of(admin), action="tests.", who="kabir@example.org") == ["tests.praised"]
    assert shown(client_of(admin), q="kabir@example.org") == ["tests.praised"]


def test_the_list_shows_the_beginning_of_a_request_and_the_whole_when_asked(client_of, admin):
    request = "0123456789abcdef0123456789abcdef"
    with tracing(request):
        record_audit("any.thing", by=admin, at=now())
    page = client_of(admin).get(LOG).content.decode()
    assert f'<span title="{request}">01234567</span>' in page
    assert "audit entries" in page


def test_a_former_member_is_found_by_the_mark_that_is_left(client_of, admin, diya):
    entry = record_audit("tests.praised", by=diya, at=now())
    mark = entry.actor.uuid.hex[:8]
    empty_actor(diya)
    client = client_of(admin)
    assert shown(client, action="tests.", who=mark) == ["tests.praised"]
    assert shown(client, action="tests.", who="00000000") == []


@pytest.mark.parametrize("text", ["'", "%", "\x00", "\uff1d", "a" * 500])
def test_nothing_that_is_typed_breaks_the_page(client_of, admin, text):
    client = client_of(admin)
    for name in ("action", "who", "to_whom", "what"):
        assert client.get(LOG, {name: text}, follow=True).status_code == 200


def test_a_moment_that_is_none_is_refused(client_of, admin):
    assert client_of(admin).get(LOG, {"since": "yesterday"})["Location"] == f"{LOG}?e=1"


def test_nothing_in_the_log_can_be_edited(client_of, superadmin):
    entry = record_audit("tests.praised", by=superadmin, at=now())
    client = client_of(superadmin)
    page = f"{LOG}{entry.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"action": "x"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LOG}add/", {"action": "x"}).status_code == 403
    body = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    client.post(LOG, body)
    assert AuditEntry.objects.filter(pk=entry.pk, action="tests.praised").exists()


def test_the_list_asks_as_many_questions_for_many_as_for_few(
    client_of, admin, django_assert_max_num_queries
):
    client = client_of(admin)
    counted = []
    for many in (2, 20):
        for _ in range(many):
            record_audit("tests.praised", by=UserFactory(), target=UserFactory(), at=now())
        with django_assert_max_num_queries(8) as queries:
            client.get(LOG)
        counted.append(len(queries))
    assert counted[0] == counted[1]


# Taking it away


def test_what_the_list_shows_is_taken_away_and_that_is_an_entry(client_of, admin, diya):
    record_audit("tests.praised", by=diya, data={"a": 1}, caller=Caller("192.0.2.7"), at=now())
    record_audit("tests.scolded", by=diya, at=now())
    headings, *rows = taken(client_of(admin), "?action=tests.pr")
    assert headings[:4] == ["at", "who", "in truth", "what"]
    assert [(row[1], row[3], row[8], row[9]) for row in rows] == [
        ("diya@example.org", "tests.praised", '{"a": 1}', "192.0.2.7")
    ]
    entry = AuditEntry.objects.get(action="accounts.audit_log_exported")
    assert entry.actor.user == admin
    assert entry.data == {"entries": 1, "filters": ["action"]}


def test_the_entry_does_not_say_for_whom_one_looked(client_of, admin, diya):
    taken(client_of(admin), "?who=diya@example.org")
    entry = AuditEntry.objects.get(action="accounts.audit_log_exported")
    assert "diya" not in str(entry.data)


def test_no_cell_runs_as_a_formula(client_of, admin):
    record_audit("tests.praised", by=UserFactory(email="=cmd@example.org"), at=now())
    ((_at, who, *_rest),) = taken(client_of(admin), "?action=tests.")[1:]
    assert who == "'=cmd@example.org"


def test_only_staff_take_it_away_and_only_by_a_form_of_ours(client, client_of, trainer, admin):
    assert client.post(EXPORT).status_code == 302
    assert client_of(trainer).post(EXPORT).status_code == 403
    assert client_of(admin).get(EXPORT).status_code == 405


def test_taking_many_takes_as_many_queries_as_taking_few(
    client_of, admin, django_assert_max_num_queries
):
    client = client_of(admin)
    counted = []
    for many in (2, 20):
        for _ in range(many):
            record_audit("tests.praised", by=UserFactory(), at=now())
        with django_assert_max_num_queries(20) as queries:
            taken(client, "?action=tests.")
        counted.append(len(queries))
    assert counted[0] == counted[1]
