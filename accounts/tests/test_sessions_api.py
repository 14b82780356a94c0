"""Where one is signed in: a list of one's own, and a way out of each."""

import pytest
from django.test import Client

from accounts.actions.sign_ins import start_token_sign_in
from accounts.models import SignIn
from accounts.tests.factories import sign_in_browser
from core.callers import Caller
from core.clock import now

SESSIONS = "/api/auth/sessions/"

pytestmark = pytest.mark.django_db


def bearer(user, *, user_agent=""):
    caller = Caller(address="203.0.113.7", user_agent=user_agent)
    tokens = start_token_sign_in(user, way="password", caller=caller, at=now())
    return {"Authorization": f"Bearer {tokens.access}"}


def test_the_list_holds_ones_own_and_says_which_one_asks(api, student, trainer):
    here = bearer(student, user_agent="ApraNova/1.4 (Android)")
    sign_in_browser(Client(), student)
    bearer(trainer)
    answer = api.get(SESSIONS, headers=here).json()
    assert answer["count"] == 2
    current = [each for each in answer["results"] if each["is_current"]]
    assert [(each["kind"], each["user_agent"]) for each in current] == [
        ("tokens", "ApraNova/1.4 (Android)")
    ]
    assert current[0]["address"] == "203.0.113.7"


def test_a_browser_finds_itself_in_the_list(client, student):
    sign_in = sign_in_browser(client, student)
    (only,) = client.get(SESSIONS).json()["results"]
    assert (only["id"], only["is_current"]) == (str(sign_in.sid), True)


def test_what_has_ended_is_not_listed(api, student):
    here = bearer(student)
    gone = sign_in_browser(Client(), student)
    assert api.delete(f"{SESSIONS}{gone.sid}/", headers=here).status_code == 204
    assert [each["kind"] for each in api.get(SESSIONS, headers=here).json()["results"]] == [
        "tokens"
    ]
    assert api.delete(f"{SESSIONS}{gone.sid}/", headers=here).status_code == 404


def test_whoever_is_signed_out_from_elsewhere_is_out_at_once(api, client, student):
    there = sign_in_browser(client, student)
    assert client.get("/dashboard/").status_code == 200
    assert api.delete(f"{SESSIONS}{there.sid}/", headers=bearer(student)).status_code == 204
    assert client.get("/dashboard/").status_code == 302
    there.refresh_from_db()
    assert there.end_reason == SignIn.End.SIGNED_OUT


def test_anothers_sign_in_is_not_there(api, student, trainer):
    theirs = sign_in_browser(Client(), trainer)
    here = bearer(student)
    for call in (api.get, api.delete):
        assert call(f"{SESSIONS}{theirs.sid}/", headers=here).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_a_new_password_empties_the_list_of_the_old_ones(api, student):
    sign_in_browser(Client(), student)
    student.set_password("another horse battery")
    student.save()
    assert api.get(SESSIONS, headers=bearer(student)).json()["count"] == 1


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    api, student, django_assert_num_queries
):
    here = bearer(student)
    for _ in range(2):
        with django_assert_num_queries(3):  # who asks, how many, the page
            api.get(SESSIONS, headers=here)
        for _more in range(12):
            sign_in_browser(Client(), student)
