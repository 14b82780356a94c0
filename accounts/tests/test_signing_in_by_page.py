"""The way in for browsers: sign-in and sign-out pages, and what a session is worth."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.actions.people import deactivate_user
from accounts.actions.sign_ins import end_sign_in
from accounts.demo import PEOPLE, make_people
from accounts.models import AuditEntry, SignIn
from accounts.tests.factories import PASSWORD, UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event

LOGIN = "/accounts/login/"
LOGOUT = "/accounts/logout/"
DASHBOARD = "/dashboard/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\thttps://evil.example",
    "https://localhost/",
]

pytestmark = pytest.mark.django_db


def sign_in(client, user, **extra):
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD, **extra})


def is_in(client):
    return client.get(DASHBOARD).status_code == 200


def test_a_password_opens_the_dashboard(client, student):
    answer = sign_in(client, student)
    assert (answer.status_code, answer["Location"]) == (302, DASHBOARD)
    page = client.get(DASHBOARD).content.decode()
    assert student.email in page
    one = SignIn.objects.get()
    assert (one.user, one.kind, one.jti) == (student, SignIn.Kind.BROWSER, None)
    assert AuditEntry.objects.get().data == {"kind": "browser", "way": "password"}
    assert Event.objects.get().payload == {
        "user_id": student.pk,
        "sign_in": str(one.sid),
        "kind": "browser",
    }


def test_one_comes_back_to_where_one_wanted_to_go(client, student):
    asked = client.get("/dashboard/?tab=2&of=3")
    assert asked["Location"] == "/accounts/login/?next=/dashboard/%3Ftab%3D2%26of%3D3"
    page = client.get(asked["Location"]).content.decode()
    assert 'name="next" value="/dashboard/?tab=2&amp;of=3"' in page
    assert sign_in(client, student, next="/dashboard/?tab=2&of=3")["Location"].endswith(
        "?tab=2&of=3"
    )


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere(client, student, target):
    assert sign_in(client, student, next=target)["Location"] == DASHBOARD
    signed_in = client.get(LOGIN, {"next": target})
    assert (signed_in.status_code, signed_in["Location"]) == (302, DASHBOARD)
    assert client.post(LOGOUT, {"next": target})["Location"] == "/"


def test_who_is_new_and_makes_an_account_comes_to_the_same_page(client):
    page = client.get(LOGIN, {"next": "/tracks/SHED/"}).content.decode()
    assert 'href="/accounts/signup/?next=/tracks/SHED/"' in page.replace("%2F", "/")


def test_what_is_in_next_stays_text(client):
    page = client.get(LOGIN, {"next": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_a_wrong_password_says_so_and_keeps_the_address(client, student):
    page = client.post(LOGIN, {"login": student.email, "password": "not this one"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "is not right" in text
    assert student.email in text
    assert "not this one" not in text
    assert not is_in(client)


def test_wrong_unknown_and_closed_look_the_same(client, student):
    closed = UserFactory(is_active=False)
    said = set()
    for email, password in [
        (student.email, "x"),
        ("nobody@example.org", PASSWORD),
        (closed.email, PASSWORD),
    ]:
        text = Client().post(LOGIN, {"login": email, "password": password}).content.decode()
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", text)
        said.add(text.replace(email, "…"))
    assert len(said) == 1


def test_a_password_that_is_too_long_is_not_even_tried(client, student):
    page = client.post(LOGIN, {"login": student.email, "password": "x" * 1025})
    assert page.context["form"].errors.keys() == {"password"}
    assert not AuditEntry.objects.exists()


def test_signing_in_needs_the_pages_own_token(student):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, student).status_code == 403
    assert not SignIn.objects.exists()


def test_a_session_given_beforehand_is_not_the_one_that_is_signed_in(client, student):
    client.get(LOGIN)
    client.session["planted"] = True
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    sign_in(client, student)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_the_session_of_one_person_is_emptied_for_the_next(client, student, trainer):
    sign_in(client, student)
    session = client.session
    session["basket"] = "mine"
    session.save()
    client.post(LOGOUT)
    sign_in(client, trainer)
    assert "basket" not in client.session


def test_a_session_lasts_as_long_as_the_browser_unless_asked(client, student):
    sign_in(client, student)
    assert client.session.get_expire_at_browser_close()
    client.post(LOGOUT)
    sign_in(client, student, remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_the_cookies_cannot_be_read_by_scripts(client, student):
    cookies = sign_in(client, student).cookies
    for name in ("sessionid", "device"):
        assert cookies[name]["httponly"]
        assert cookies[name]["samesite"] == "Lax"


def test_signing_out_by_a_link_asks_first(client, student):
    sign_in(client, student)
    assert client.get(LOGOUT).status_code == 200
    assert is_in(client)
    assert client.post(LOGOUT)["Location"] == "/"
    assert not is_in(client)
    assert SignIn.objects.get().end_reason == SignIn.End.SIGNED_OUT
    assert AuditEntry.objects.filter(action="accounts.signed_out", actor__user=student).exists()
    assert Event.objects.filter(name="accounts.sign_in_ended").exists()


def test_signing_out_of_nothing_is_no_fault(client):
    assert client.post(LOGOUT).status_code == 302


def test_going_back_after_signing_out_shows_nothing(client, student):
    client.post(LOGIN, {"login": student.email, "password": PASSWORD})
    assert client.get(DASHBOARD)["Cache-Control"] == "private, no-cache"

    out = client.post(LOGOUT)

    assert out["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get(LOGIN)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(client, student):
    sign_in(client, student)
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(thief)
    client.post(LOGOUT)
    assert not is_in(thief)


def test_ending_a_sign_in_ends_its_session_at_once_and_no_other(client_of, student, superadmin):
    here, there = client_of(student), client_of(student)
    one = SignIn.objects.order_by("pk").first()
    end_sign_in(one, by=superadmin, reason=SignIn.End.REVOKED, caller=Caller(), at=now())
    assert not is_in(here)
    assert is_in(there)


def test_a_deactivated_persons_sessions_end_at_once(client_of, student, superadmin):
    client = client_of(student)
    deactivate_user(student, by=superadmin, caller=Caller(), at=now())
    assert not is_in(client)
    assert SignIn.objects.get(user=student).end_reason == SignIn.End.DEACTIVATED


def test_a_new_password_ends_sessions_at_once(client_of, student):
    client = client_of(student)
    student.set_password("quite another one")
    student.save()
    assert not is_in(client)


def test_a_sign_in_that_ran_out_is_over(client_of, student):
    client = client_of(student)
    SignIn.objects.update(expires_at=now() - timedelta(seconds=1))
    assert not is_in(client)


def test_a_session_without_a_sign_in_is_nobodys(client, student):
    """As Django's own `login` would leave it: whatever goes around the entrance gets nowhere."""
    client.force_login(student)
    assert not is_in(client)


def test_the_sign_in_of_a_token_is_no_session(client_of, api, student):
    client = client_of(student)
    api.post("/api/auth/login/", {"email": student.email, "password": PASSWORD})
    session = client.session
    session["sign_in"] = str(SignIn.objects.get(kind=SignIn.Kind.TOKENS).sid)
    session.save()
    assert not is_in(client)


def test_a_page_costs_two_queries_to_know_who_asks(client_of, student, django_assert_num_queries):
    client = client_of(student)
    with django_assert_num_queries(2):
        assert client.get("/accounts/logout/").status_code == 200


def test_whoever_is_signed_in_skips_the_sign_in_page(client_of, student):
    assert client_of(student).get(LOGIN)["Location"] == DASHBOARD


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    make_people(at=now())


def test_the_demo_lets_anybody_in_with_one_click(client, demo):
    page = client.get(LOGIN).content.decode()
    for person in PEOPLE:
        assert person.email in page
    answer = client.post("/accounts/demo/", {"email": PEOPLE[0].email, "next": "/admin/"})
    assert answer["Location"] == "/admin/"
    assert is_in(client)
    assert SignIn.objects.get().user.email == PEOPLE[0].email
    assert AuditEntry.objects.get(action="accounts.signed_in").data["way"] == "demo"


def test_a_click_on_somebody_else_replaces_the_first(client, demo):
    for person in PEOPLE[:2]:
        client.post("/accounts/demo/", {"email": person.email})
    first, second = SignIn.objects.order_by("pk")
    assert first.end_reason == SignIn.End.REPLACED
    assert second.ended_at is None
    assert PEOPLE[1].email in client.get(DASHBOARD).content.decode()


def test_one_click_is_for_the_demos_own_people(client, demo, superadmin):
    assert client.post("/accounts/demo/", {"email": superadmin.email}).status_code == 404
    assert client.post("/accounts/demo/", {}).status_code == 404


def test_one_click_needs_a_click_on_our_page(demo):
    assert Client().get("/accounts/demo/").status_code == 405
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/demo/", {"email": PEOPLE[0].email}).status_code == 403


def test_outside_of_the_demo_there_is_no_such_click(client, settings, demo):
    settings.DEMO = False
    assert client.post("/accounts/demo/", {"email": PEOPLE[0].email}).status_code == 404
    assert "demo.apranova.test" not in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_one_click_leads_nobody_elsewhere(client, demo, target):
    answer = client.post("/accounts/demo/", {"email": PEOPLE[0].email, "next": target})
    assert answer["Location"] == DASHBOARD
