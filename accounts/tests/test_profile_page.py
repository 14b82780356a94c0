"""One's own profile as a page, and what one wants to hear of."""

import json

import pytest

from accounts.actions.sign_ins import start_token_sign_in
from accounts.events import UserSignedIn
from accounts.models import AuditEntry
from accounts.notifications import NEW_DEVICE
from accounts.receivers import tell_of_new_device
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.events.receiving import Envelope
from core.mail.models import Mail
from core.notification_kinds import Channel, NotificationKind, notification_kinds, wants

ME = "/api/users/profile/"
FACTS = {
    "name": "Diya Patel",
    "track": "FSD",
    "phone": "+91 98765 43210",
    "time_zone": "Asia/Kolkata",
    "locale": "en",
    "github_username": "diya-p",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def another_kind(monkeypatch):
    kind = NotificationKind("Reviews", "When your work was reviewed.")
    monkeypatch.setitem(notification_kinds._entries, "test.review", kind)


def test_the_page_keeps_what_is_filled_in(client_of):
    diya = UserFactory(name="D", phone="+911111111111", phone_verified_at=now())
    answer = client_of(diya).post("/profile/", FACTS)
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    diya.refresh_from_db()
    kept = {field: getattr(diya, field) for field in FACTS}
    assert kept == {**FACTS, "phone": "+919876543210"}
    assert diya.phone_verified_at is None
    assert Event.objects.get(name="accounts.profile_edited").payload["fields"] == sorted(FACTS)


def test_a_language_is_offered_once_we_speak_it(client_of, settings, tmp_path):
    client = client_of(UserFactory(name="Diya"))
    assert "हिन्दी" not in client.get("/profile/").content.decode()
    catalogue = tmp_path / "hi" / "LC_MESSAGES" / "django.mo"
    catalogue.parent.mkdir(parents=True)
    catalogue.touch()
    settings.LOCALE_PATHS = [tmp_path]
    assert "हिन्दी" in client.get("/profile/").content.decode()


def test_a_language_that_was_chosen_before_stays(client_of):
    diya = UserFactory(name="Diya", locale="hi")
    client = client_of(diya)
    assert "हिन्दी" in client.get("/profile/").content.decode()
    assert client.post("/profile/", {"name": "Diya P", "locale": "hi"}).status_code == 302
    diya.refresh_from_db()
    assert (diya.name, diya.locale) == ("Diya P", "hi")


def test_a_phone_that_stays_the_same_stays_proven(client_of):
    diya = UserFactory(name="D", phone="+919876543210", phone_verified_at=now())
    client_of(diya).post("/profile/", FACTS)
    diya.refresh_from_db()
    assert diya.phone_verified_at is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("name", "line\nbreak"),
        ("track", "NOPE"),
        ("phone", "12"),
        ("time_zone", "Mars/Olympus"),
        ("locale", "tlh"),
        ("github_username", "https://github.com/x"),
        ("github_username", "-x"),
        ("github_username", "x" * 40),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field(client_of, student, field, value):
    before = student.name
    answer = client_of(student).post("/profile/", FACTS | {field: value})
    assert answer.status_code == 200
    assert field in answer.context["details"].errors
    student.refresh_from_db()
    assert student.name == before


def test_nobody_raises_themselves_by_a_page(client_of, student):
    client_of(student).post(
        "/profile/", FACTS | {"role": "superadmin", "email": "x@y.org", "is_active": ""}
    )
    email = student.email
    student.refresh_from_db()
    assert (student.role, student.email, student.is_active) == ("student", email, True)


def test_the_page_offers_zones_that_one_can_type(client_of, student):
    page = client_of(student).get("/profile/").content.decode()
    assert '<option value="Asia/Kolkata">' in page
    assert "Etc/GMT" not in page


def test_both_addresses_are_one_profile(api_of, student):
    api = api_of(student)
    api.patch(ME, {"name": "Once"})
    assert api.get("/api/auth/me/").json() == api.get(ME).json()


def test_a_form_brings_facts_along(api_of, student):
    choices = {NEW_DEVICE: {"email": False}}
    body = {"name": "Formed", "notifications": json.dumps(choices)}
    answer = api_of(student).put(ME, body, format="multipart")
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["notifications"]) == ("Formed", choices)


def test_a_choice_stays_until_it_is_changed(api_of, student, another_kind):
    api = api_of(student)
    assert wants(student.notification_choices, NEW_DEVICE, Channel.EMAIL)
    api.patch(ME, {"notifications": {NEW_DEVICE: {"email": False}}})
    answer = api.patch(ME, {"notifications": {"test.review": {"in_app": False}}})
    assert answer.json()["notifications"] == {
        NEW_DEVICE: {"email": False},
        "test.review": {"in_app": False},
    }
    student.refresh_from_db()
    choices = student.notification_choices
    assert not wants(choices, NEW_DEVICE, Channel.EMAIL)
    assert wants(choices, "test.review", Channel.EMAIL)
    assert not wants(choices, "test.review", Channel.IN_APP)
    assert not wants({}, NEW_DEVICE, Channel.IN_APP)


@pytest.mark.parametrize(
    "choices",
    [
        [],
        "x",
        "[]",
        None,
        7,
        {"no.such": {"email": True}},
        {NEW_DEVICE: {"in_app": True}},
        {NEW_DEVICE: {"pigeon": True}},
        {NEW_DEVICE: {"email": "yes"}},
        {NEW_DEVICE: {"email": 1}},
        {NEW_DEVICE: True},
        {NEW_DEVICE: None},
    ],
)
def test_choices_that_are_none_are_refused(api_of, student, choices):
    answer = api_of(student).patch(ME, {"notifications": choices})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"notifications"}


def test_what_was_chosen_about_a_kind_that_is_gone_is_not_shown(api_of, student):
    student.notification_choices = {"gone.kind": {"email": False}}
    student.save()
    assert api_of(student).get(ME).json()["notifications"] == {}


def test_the_page_has_a_switch_for_each_kind_and_keeps_what_changed(
    client_of, student, another_kind
):
    client = client_of(student)
    page = client.get("/profile/").content.decode()
    assert page.count('name="test.review:') == 2
    on = {"test.review:email": "on", "test.review:in_app": "on"}
    client.post("/profile/notifications/", on)
    student.refresh_from_db()
    assert student.notification_choices == {NEW_DEVICE: {"email": False}}


def envelope() -> Envelope:
    return Envelope(id=None, name="accounts.user_signed_in", by_id=None, at=now(), request_id="")


def come(user, program: str) -> None:
    start_token_sign_in(user, way="password", caller=Caller(user_agent=program), at=now())
    sign_in = user.sign_ins.latest("pk")
    tell_of_new_device(
        UserSignedIn(user_id=user.pk, sign_in=sign_in.sid, kind="tokens"), envelope()
    )


@pytest.mark.parametrize(("wanted", "mails"), [(True, 1), (False, 0)])
def test_a_new_device_is_told_of_to_whom_wants_that(student, wanted, mails):
    student.notification_choices = {NEW_DEVICE: {"email": wanted}}
    student.save()
    for program in ("Firefox/1 Linux", "Firefox/2 Linux", "Chrome/9 Windows"):
        come(student, program)
    assert Mail.objects.filter(kind="accounts.new_device").count() == mails


def test_a_profile_costs_the_same_whatever_there_is_to_choose(
    client_of, student, django_assert_max_num_queries
):
    client = client_of(student)
    with django_assert_max_num_queries(4):
        client.get("/profile/")
    assert not AuditEntry.objects.filter(action="accounts.user_edited").exists()
