"""One's own profile by API."""

import json

import pytest

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.events.models import Event
from core.registries import Registry, TrackName

ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def diya():
    return UserFactory(
        email="diya@example.org",
        name="Diya Patel",
        track="FSD",
        phone="+919876543210",
        time_zone="Asia/Kolkata",
        locale="en",
    )


def test_a_profile_has_one_shape(api_of, diya):
    assert api_of(diya).get(ME).json() == {
        "id": diya.pk,
        "email": "diya@example.org",
        "role": "student",
        "name": "Diya Patel",
        "phone": "+919876543210",
        "track": "FSD",
        "avatar": None,
        "time_zone": "Asia/Kolkata",
        "locale": "en",
        "notifications": {},
    }


def test_parts_of_it_can_be_changed(api_of, diya):
    answer = api_of(diya).patch(ME, {"name": "Diya P.", "phone": "+91 (987) 654-3211"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["phone"]) == ("Diya P.", "+919876543211")
    diya.refresh_from_db()
    assert (diya.name, diya.phone, diya.track) == ("Diya P.", "+919876543211", "FSD")
    event = Event.objects.get(name="accounts.profile_edited")
    assert (event.by_id, event.payload["fields"]) == (diya.pk, ["name", "phone"])


def test_what_one_got_can_be_sent_back_as_it_is(api_of, diya):
    api = api_of(diya)
    assert api.put(ME, api.get(ME).json()).status_code == 200
    assert not Event.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_whole_profile_has_a_name(api_of, diya):
    answer = api_of(diya).put(ME, {"phone": ""})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"name"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("name", "two\nlines"),
        ("phone", "98765"),
        ("phone", "+91 98765 43210 ext 5"),
        ("track", "data"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("locale", "tlh"),
        ("name", None),
        ("phone", ["+919876543210"]),
    ],
)
def test_what_cannot_be_used_is_told_by_field(api_of, diya, field, value):
    answer = api_of(diya).patch(ME, {field: value})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {field}


@pytest.mark.parametrize("field", ["phone", "track", "time_zone", "locale"])
def test_what_one_does_not_want_to_tell_can_be_emptied(api_of, diya, field):
    assert api_of(diya).patch(ME, {field: ""}).json()[field] == ""


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_nobody_raises_themselves(api_of, diya, verb):
    raised = {
        "name": "Diya Patel",
        "role": "superadmin",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "email": "somebody@else.org",
        "id": 1,
        "password": "mine now",
    }
    answer = getattr(api_of(diya), verb)(ME, raised)
    assert answer.status_code == 200
    before = diya.password
    diya.refresh_from_db()
    assert (diya.role, diya.is_active, diya.email) == ("student", True, "diya@example.org")
    assert diya.password == before
    entry = AuditEntry.objects.get(action="accounts.escalation_ignored")
    assert entry.actor.user == diya
    assert entry.data == {"fields": ["role", "is_staff", "is_superuser", "is_active"]}


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "{", '{"name": "\\ud800"}'])
def test_a_body_that_is_no_profile_is_refused(api_of, diya, body):
    answer = api_of(diya).patch(ME, body, content_type="application/json")
    assert answer.status_code == 400


def test_only_known_tracks_can_be_chosen_once_there_are_any(api_of, diya, monkeypatch):
    know_tracks(monkeypatch, "DP", "ML")
    answer = api_of(diya).patch(ME, {"track": "XX"})
    assert answer.status_code == 400
    assert "DP, ML" in json.dumps(answer.json())
    assert api_of(diya).patch(ME, {"track": "DP"}).status_code == 200


def test_somebodys_own_track_stays_good_when_it_is_gone(api_of, diya, monkeypatch):
    know_tracks(monkeypatch, "DP")
    assert api_of(diya).patch(ME, {"track": "FSD"}).status_code == 200


def test_whoever_is_nobody_has_no_profile(api):
    assert api.get(ME).status_code == 401
    assert api.patch(ME, {"name": "x"}).status_code == 401


def know_tracks(monkeypatch, *codes):
    tracks = Registry("tracks")
    tracks.register("curriculum", lambda: [TrackName(code, code, "") for code in codes])
    monkeypatch.setattr("accounts.tracks.tracks", tracks)
