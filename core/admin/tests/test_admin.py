"""The floor's rows in the admin: read by staff, written by nobody, tried again on demand."""

from datetime import timedelta

import pytest
from django.contrib.admin.views import main
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import http

from accounts.models import AuditEntry
from core.admin.cards import events_card, jobs_card, mails_card
from core.backoffice.cards import BAR_HEIGHT, Bar, Card
from core.clock import now
from core.events.models import Event, EventDelivery
from core.idempotency.models import IdempotentCall
from core.jobs.kinds import job_kind
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.mail.models import Mail
from core.mail.states import MailStatus

JOB_KIND = "core.admin_sample"

pytestmark = pytest.mark.django_db

MODELS = {"event": Event, "eventdelivery": EventDelivery, "job": Job, "mail": Mail}
MODELS["idempotentcall"] = IdempotentCall
SECRET = "https://example.org/reset/a-door-that-opens-once"


@job_kind(JOB_KIND)
def sample(run):
    """Never run: it is only queued."""


def list_of(model):
    return f"/admin/core/{model}/"


def make_event():
    return Event.objects.create(name="core.bell_rung", payload={"loudness": 3}, recorded_at=now())


def make_delivery(**traits):
    return EventDelivery.objects.create(
        event=make_event(), receiver="tests.echo", due_at=now(), remind_at=now(), **traits
    )


def make_job(**traits):
    at = now()
    traits = {"status": JobStatus.QUEUED, **traits}
    if traits["status"] == JobStatus.FAILED:
        traits["finished_at"] = at
    return Job.objects.create(
        kind=JOB_KIND,
        payload={"to": 1, "password": SECRET},
        max_attempts=1,
        created_at=at,
        due_at=at,
        remind_at=at,
        **traits,
    )


def make_mail(number=1, **traits):
    at = now()
    traits = {"status": MailStatus.QUEUED, **traits}
    if traits["status"] == MailStatus.FAILED:
        traits["failed_at"] = at
    return Mail.objects.create(
        kind="accounts.reset",
        key=f"reset {number}",
        to="diya@example.org",
        language="en",
        subject="A new password",
        text=SECRET,
        html=SECRET,
        created_at=at,
        due_at=at,
        remind_at=at,
        **traits,
    )


def make_call(user, number=1):
    return IdempotentCall.objects.create(
        user=user, route="POST /api/x/", key=f"k{number}", started_at=now(), body=SECRET
    )


def make_each(user, number):
    make_delivery()
    make_job(owner=user)
    make_mail(number)
    make_call(user, number)


def act(client, model, action, row):
    body = {"action": action, "_selected_action": [row.pk]}
    response = client.post(list_of(model), body, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("model", MODELS)
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    client_of, admin, model, django_assert_max_num_queries
):
    client = client_of(admin)
    counted = []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            make_each(admin, number)
        with django_assert_max_num_queries(8) as queries:
            assert client.get(list_of(model)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("model", MODELS)
def test_staff_read_every_row_and_write_none(client_of, superadmin, model):
    make_each(superadmin, 1)
    client = client_of(superadmin)
    row = MODELS[model].objects.first()
    page = client.get(f"{list_of(model)}{row.pk}/change/")
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    assert client.get(f"{list_of(model)}{row.pk}/history/").status_code == 200
    assert client.get(f"{list_of(model)}add/").status_code == 403
    assert client.get(f"{list_of(model)}{row.pk}/delete/").status_code == 403
    assert client.post(f"{list_of(model)}{row.pk}/change/", {"kind": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_trainers_see_nothing_of_it(client_of, trainer, model):
    assert client_of(trainer).get(list_of(model)).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_searching_finds_by_the_beginning_and_never_fails(client_of, admin, model):
    make_each(admin, 1)
    client = client_of(admin)
    for text in ("core.", "accounts.", "POST", "diya@example.org", "%", "'", "0b5f1f3e"):
        assert client.get(list_of(model), {"q": text}).status_code == 200


def test_a_job_is_cancelled(client_of, admin):
    job = make_job()
    assert act(client_of(admin), "job", "cancel", job) == ["Done for 1 job."]
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    entry = AuditEntry.objects.get(action="core.job_cancelled")
    assert (entry.actor.user, entry.target_id) == (admin, str(job.pk))


def test_what_cannot_be_done_is_said_and_not_written_down(client_of, admin):
    job = make_job(status=JobStatus.FAILED)
    (said,) = act(client_of(admin), "job", "cancel", job)
    assert str(job) in said
    assert not AuditEntry.objects.filter(action="core.job_cancelled").exists()


def test_a_job_that_failed_gets_its_attempts_anew(client_of, admin):
    job = make_job(status=JobStatus.FAILED)
    act(client_of(admin), "job", "try_again", job)
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert AuditEntry.objects.filter(action="core.job_retried").count() == 1


def test_a_mail_that_failed_is_tried_again(client_of, admin):
    mail = make_mail(status=MailStatus.FAILED)
    act(client_of(admin), "mail", "try_again", mail)
    mail.refresh_from_db()
    assert mail.status == MailStatus.QUEUED
    assert AuditEntry.objects.get(action="core.mail_retried").target_type == "core.mail"


@pytest.mark.parametrize("model", ["event", "eventdelivery"])
def test_an_event_is_delivered_again(client_of, admin, model):
    delivery = make_delivery(tries=12, given_up_at=now())
    row = delivery if model == "eventdelivery" else delivery.event
    act(client_of(admin), model, "deliver_again", row)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.given_up_at) == (0, None)
    assert AuditEntry.objects.filter(action="core.event_replayed").count() == 1


@pytest.mark.parametrize(
    ("state", "shown"), [("waiting", 1), ("delivered", 0), ("given_up", 2), ("", 3)]
)
def test_deliveries_are_filtered_by_what_became_of_them(client_of, admin, state, shown):
    client = client_of(admin)
    EventDelivery.objects.all().delete()  # of the sign-in itself
    make_delivery()
    make_delivery(given_up_at=now())
    make_delivery(given_up_at=now())
    page = client.get(list_of("eventdelivery"), {"state": state})
    assert page.context["cl"].result_count == shown


def test_cards_count_what_waits_and_what_failed():
    make_job()
    make_job(status=JobStatus.FAILED)
    make_mail(1)
    make_mail(2, status=MailStatus.FAILED)
    make_delivery()
    make_delivery(given_up_at=now() - timedelta(days=1))
    at = now()
    cards = [card(at) for card in (jobs_card, mails_card, events_card)]
    assert [card.figure for card in cards] == [1, 1, 1]
    assert ["1 waits" in str(card.caption) for card in cards] == [True, True, True]
    assert [bar.value for bar in cards[1].bars] == [*[0] * 13, 1]
    assert [bar.value for bar in cards[2].bars] == [*[0] * 12, 1, 0]


def test_bars_are_to_scale_and_nothing_that_is_there_disappears():
    card = Card("T", 1, "c", [Bar("none", 0), Bar("one", 1), Bar("many", 1000)])
    heights = [drawn.height for drawn in card.drawn]
    assert heights == [0, 2, BAR_HEIGHT]
    assert all(drawn.y + drawn.height == BAR_HEIGHT for drawn in card.drawn)
    assert list(Card("T", 0, "c").drawn) == []


def test_what_no_column_can_hold_is_no_fault(client_of, admin):
    client = client_of(admin)
    for path in ("/admin/accounts/user/", "/admin/core/job/"):
        assert client.get(path, {"q": "a\x00b"}).status_code in {200, 302}
        assert client.get(path, {"status__exact": "\x00"})["Location"] == path


def test_a_search_of_a_thousand_words_is_one_of_ten(client_of, admin):
    with CaptureQueriesContext(connection) as asked:
        client_of(admin).get("/admin/core/job/", {"q": "word " * 1000})
    assert max(query["sql"].count("LIKE") for query in asked.captured_queries) <= 30


def test_addresses_in_a_list_are_written_once_for_all_its_rows(client_of, admin, monkeypatch):
    written = []

    def urlencode(*args, **kwargs):
        written.append(args)
        return http.urlencode(*args, **kwargs)

    monkeypatch.setattr(main, "urlencode", urlencode)
    client, counted = client_of(admin), []
    for more in (2, 10):
        for _number in range(more):
            make_event()
        written.clear()
        answer = client.get(f"{list_of('event')}?q=core&o=1")
        assert answer.context["cl"].result_count
        counted.append(len(written))

    assert counted[0] == counted[1]
    assert "?o=-1&amp;q=core" in answer.content.decode()
