"""The pages of joining: the form, who is kept out of it, and the mailed link."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils.html import escape

from accounts.entry.bots import HumanCheck, human_checks
from accounts.entry.links import sign
from accounts.models import SignIn, TermsAcceptance, User
from accounts.tests.entry import SENT_PAGE, SIGN_UP_PAGE, link_in, mails
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.test_signing_in_by_page import ELSEWHERE
from core.clock import now
from core.mail.models import Mail

DASHBOARD = "/dashboard/"
LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


def began(seconds=60):
    at = now() - timedelta(seconds=seconds)
    return sign("form", at.timestamp(), at=at)


def form(**changes):
    return {
        "name": "Diya Patel",
        "email": "diya@example.org",
        "password": PASSWORD,
        "track": "FSD",
        "accept_terms": "on",
        "homepage": "",
        "began": began(),
    } | changes


def join(client, **changes):
    return client.post(SIGN_UP_PAGE, form(**changes))


def errors(answer):
    return answer.context["form"].errors


def test_from_the_front_page_to_the_dashboard(client):
    assert SIGN_UP_PAGE in client.get("/").content.decode()
    assert SIGN_UP_PAGE in client.get(LOGIN).content.decode()
    page = client.get(SIGN_UP_PAGE).content.decode()
    assert "/terms/" in page
    assert "/privacy/" in page
    sent = join(client)
    assert (sent.status_code, sent["Location"]) == (302, SENT_PAGE)
    assert "diya@example.org" in client.get(SENT_PAGE).content.decode()
    assert client.get(DASHBOARD).status_code == 302
    link = link_in(mails("verify")[0])
    assert "Diya Patel" in client.get(link).content.decode()
    done = client.post(link)
    assert (done.status_code, done["Location"]) == (302, DASHBOARD)
    assert client.get(DASHBOARD).status_code == 200
    user = User.objects.get()
    assert (user.role, user.track, user.name) == ("student", "FSD", "Diya Patel")
    assert TermsAcceptance.objects.get().user == user
    assert SignIn.objects.get().way == "registration"


def test_in_the_demo_one_is_in_at_once(client, settings):
    settings.EMAIL_VERIFICATION = "optional"
    assert join(client)["Location"] == DASHBOARD
    assert client.get(DASHBOARD).status_code == 200
    assert len(mails("verify")) == 1


def test_one_comes_to_where_one_wanted_to_go(client):
    wanted = "/security/"
    assert f'value="{wanted}"' in client.get(SIGN_UP_PAGE, {"next": wanted}).content.decode()
    join(client, next=wanted)
    assert client.post(link_in(mails("verify")[0]))["Location"] == wanted


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere(client, target):
    page = client.get(SIGN_UP_PAGE, {"next": target}).content.decode()
    assert f'name="next" value="{escape(target)}"' not in page
    join(client, next=target)
    assert client.post(link_in(mails("verify")[0]), {"next": target})["Location"] == DASHBOARD


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "x"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "diyapatel"}, "password"),
        ({"name": ""}, "name"),
        ({"name": "Diya\u202ePatel"}, "name"),
        ({"track": "NOPE"}, "track"),
        ({"accept_terms": ""}, "accept_terms"),
    ],
)
def test_faults_are_said_by_field_and_what_was_typed_is_kept(client, changes, field):
    answer = join(client, **changes)
    assert (answer.status_code, set(errors(answer))) == (200, {field})
    page = answer.content.decode()
    assert "data-error-summary" in page
    assert changes.get("email", "diya@example.org") in page
    assert PASSWORD not in page
    assert not User.objects.exists()


def test_a_track_may_be_chosen_later_or_by_the_link_that_one_came_by(client):
    page = client.get(SIGN_UP_PAGE, {"track": "DP"}).content.decode()
    assert re.search(r'<option value="DP" selected>', page)
    join(client, track="")
    assert User.objects.get().track == ""


def test_the_role_is_no_field(client):
    join(client, role="superadmin", is_staff="1", is_superuser="1")
    assert User.objects.get().role == "student"


def test_joining_needs_the_pages_own_token(db):
    client = Client(enforce_csrf_checks=True)
    assert join(client).status_code == 403
    assert not User.objects.exists()


def test_whoever_is_in_already_does_not_join(client_of, student):
    assert client_of(student).get(SIGN_UP_PAGE)["Location"] == DASHBOARD


def test_a_taken_address_leads_to_the_same_page(client):
    UserFactory(email="diya@example.org")
    other = Client()
    new, taken = join(other, email="new@example.org"), join(client)
    assert (new.status_code, new["Location"]) == (taken.status_code, taken["Location"])
    assert set(new.cookies) == set(taken.cookies)

    def shown(browser, email):
        page = browser.get(SENT_PAGE).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", page)
        return page.replace(email, "…")

    assert shown(other, "new@example.org") == shown(client, "diya@example.org")
    assert [mail.kind for mail in mails("account_exists")] == ["accounts.account_exists"]


def test_by_invitation_there_is_no_form_and_no_way_to_it(client, settings):
    settings.REGISTRATION = "invitation"
    assert "<form class" not in client.get(SIGN_UP_PAGE).content.decode()
    join(client)
    assert not User.objects.exists()
    assert SIGN_UP_PAGE not in client.get("/").content.decode()
    assert SIGN_UP_PAGE not in client.get(LOGIN).content.decode()


def test_too_many_from_one_address_wait(client, settings):
    settings.THROTTLES = {
        **settings.THROTTLES,
        "registration": {"account": "9/hour", "address": "1/hour"},
    }
    settings.THROTTLE_FACTOR = 1
    join(client)
    answer = join(client, email="b@example.org")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "b@example.org" in answer.content.decode()


def test_the_terms_and_the_notice_can_be_read_by_anybody(client, settings):
    for page in ("/terms/", "/privacy/"):
        assert settings.TERMS_VERSION in client.get(page).content.decode()
    settings.TERMS_URL = "https://example.org/our-terms"
    assert "https://example.org/our-terms" in client.get(SIGN_UP_PAGE).content.decode()


# Programs


def test_a_program_that_fills_in_everything_makes_no_account(client):
    answer = join(client, homepage="https://spam.example")
    assert (answer.status_code, answer["Location"]) == (302, SENT_PAGE)
    assert not User.objects.exists()
    assert not Mail.objects.exists()


def test_people_neither_see_nor_reach_the_trap(client):
    page = client.get(SIGN_UP_PAGE).content.decode()
    trap = re.search(r'<div class="visually-hidden" aria-hidden="true">(.*?)</div>', page)[1]
    assert 'name="homepage"' in trap
    assert 'tabindex="-1"' in trap


@pytest.mark.parametrize("seconds", [0, 1])
def test_whoever_is_quicker_than_people_sends_it_again(client, seconds):
    early = began(seconds)
    answer = join(client, began=early)
    assert (answer.status_code, set(errors(answer))) == (200, {"__all__"})
    assert not User.objects.exists()
    assert f'value="{early}"' in answer.content.decode()


@pytest.mark.parametrize("token", ["", "x", "W10:x", pytest.param(began(2 * 24 * 3600), id="old")])
def test_a_time_that_we_did_not_sign_or_that_is_too_old_is_given_anew(client, token):
    answer = join(client, began=token)
    assert (answer.status_code, set(errors(answer))) == (200, {"__all__"})
    fresh = re.search(r'name="began" value="([^"]+)"', answer.content.decode())[1]
    assert fresh != token


def test_an_operator_can_ask_a_captcha_too(client):
    check = HumanCheck("mail/parts/note.html", lambda request: "answer" in request.POST)
    human_checks.register("test", check)
    try:
        assert set(errors(join(client))) == {"__all__"}
        assert not User.objects.exists()
        assert join(client, answer="7").status_code == 302
    finally:
        human_checks._entries.pop("test")


# The mailed link


@pytest.fixture
def waiting(db):
    return UserFactory(email="diya@example.org", is_proven=False)


def ask_again(client, email="diya@example.org"):
    return client.post(SENT_PAGE, {"email": email})


def is_proven(user):
    return EmailAddress.objects.get(user=user).verified


def test_a_scanner_that_opens_the_link_proves_nothing(client, waiting):
    ask_again(client)
    link = link_in(mails("verify")[0])
    for method in ("get", "head", "options"):
        assert getattr(Client(), method)(link).status_code == 200
    assert not is_proven(waiting)
    Client().post(link)
    assert is_proven(waiting)


def test_the_button_needs_the_pages_own_token(client, waiting):
    ask_again(client)
    link = link_in(mails("verify")[0])
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert not is_proven(waiting)


def test_the_link_in_another_browser_opens_no_account(client, waiting):
    client.post(LOGIN, {"login": waiting.email, "password": PASSWORD})
    elsewhere = Client()
    done = elsewhere.post(link_in(mails("verify")[0]))
    assert done["Location"] == LOGIN
    assert elsewhere.get(DASHBOARD).status_code == 302
    assert not SignIn.objects.exists()


def test_a_link_opened_twice_says_that_all_is_well(client, waiting):
    ask_again(client)
    link = link_in(mails("verify")[0])
    client.post(link)
    again = client.get(link)
    assert again.status_code == 200
    assert "confirmed already" in again.content.decode()
    assert client.post(link).status_code == 302


def test_an_old_link_offers_another_one(client, waiting, settings):
    ask_again(client)
    settings.VERIFICATION_DAYS = 0
    link = link_in(mails("verify")[0])
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert SENT_PAGE in answer.content.decode()


def test_a_link_that_was_cut_offers_another_one(client, waiting):
    ask_again(client)
    link = f"{link_in(mails('verify')[0])[:-9]}/"
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 404
        assert SENT_PAGE in answer.content.decode()


def test_the_dashboard_asks_for_the_proof_as_long_as_it_is_owed(client, settings):
    settings.EMAIL_VERIFICATION = "optional"
    join(client)
    assert "Confirm your address" in client.get(DASHBOARD).content.decode()
    again = client.post("/accounts/email/", {"again": "1", "next": DASHBOARD})
    assert again["Location"] == DASHBOARD
    assert len(mails("verify")) == 2
    client.post(link_in(mails("verify")[1]))
    assert "Confirm your address" not in client.get(DASHBOARD).content.decode()


def test_signing_in_without_a_proof_leads_to_the_mail(client, waiting):
    answer = client.post(LOGIN, {"login": waiting.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, SENT_PAGE)
    assert client.get(DASHBOARD).status_code == 302
    client.post(link_in(mails("verify")[0]))
    assert client.get(DASHBOARD).status_code == 200
    assert SignIn.objects.get().way == "password"


def test_asking_again_says_the_same_to_everybody(client, waiting):
    told = set()
    for email in (waiting.email, UserFactory().email, "nobody@example.org"):
        browser = Client()
        answer = ask_again(browser, email)
        told.add((answer.status_code, answer["Location"]))
    assert told == {(302, SENT_PAGE)}
    assert len(mails("verify")) == 1


def test_the_session_of_a_stranger_is_not_the_one_that_gets_in(client):
    """Whoever planted a session key in a browser does not share the sign-in that follows."""
    join(client)
    planted = client.session.session_key
    client.post(link_in(mails("verify")[0]))
    assert client.session.session_key != planted
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get(DASHBOARD).status_code == 302
