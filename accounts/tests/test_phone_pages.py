"""The pages for codes by text message: signing in with one, and proving one's own phone."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.models import PhoneCode, SignIn
from accounts.phones import views
from accounts.tests.factories import UserFactory
from accounts.tests.phones import OTHER_PHONE, PHONE, code_for, owner_of, wrong_code_for
from core.clock import now

PHONE_PAGE = "/accounts/login/phone/"
CODE_PAGE = "/accounts/login/phone/code/"
PROOF_PAGE = "/security/phone/"
PROOF_CODE_PAGE = "/security/phone/code/"
DASHBOARD = "/dashboard/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateway(settings):
    settings.SMS_URL = "https://gateway.example/messages"


@pytest.fixture
def owner(db):
    return owner_of()


@pytest.fixture
def later(monkeypatch):
    """Lets time go on for the pages."""

    def go_on(seconds):
        monkeypatch.setattr(views, "now", lambda: now() + timedelta(seconds=seconds))

    return go_on


def send(client, phone=PHONE, **extra):
    return client.post(PHONE_PAGE, {"phone": phone, **extra})


def enter(client, code, page=CODE_PAGE, **extra):
    return client.post(page, {"code": code, **extra})


def text_of(page):
    return page.content.decode()


def test_two_short_pages_lead_in(client, owner):
    assert PHONE_PAGE in text_of(client.get("/accounts/login/"))
    sent = send(client, "+91 98765 43210")
    assert (sent.status_code, sent["Location"]) == (302, CODE_PAGE)
    page = text_of(client.get(CODE_PAGE))
    assert PHONE in page
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    came_in = enter(client, f"{code_for()[:3]} {code_for()[3:]}")
    assert (came_in.status_code, came_in["Location"]) == (302, DASHBOARD)
    assert client.get(DASHBOARD).status_code == 200
    sign_in = SignIn.objects.get()
    assert (sign_in.user, sign_in.kind, sign_in.way) == (owner, "browser", "phone_code")
    assert client.get(CODE_PAGE)["Location"] == DASHBOARD


def test_the_phone_stands_in_no_address(client, owner):
    assert "98765" not in send(client)["Location"]


def test_one_comes_back_to_where_one_wanted_to_go(client, owner):
    page = text_of(client.get(PHONE_PAGE, {"next": "/dashboard/?tab=2"}))
    assert 'name="next" value="/dashboard/?tab=2"' in page
    on_to = send(client, next="/dashboard/?tab=2")["Location"]
    assert on_to == f"{CODE_PAGE}?next=%2Fdashboard%2F%3Ftab%3D2"
    assert 'name="next" value="/dashboard/?tab=2"' in text_of(client.get(on_to))
    came_in = enter(client, code_for(), next="/dashboard/?tab=2")
    assert came_in["Location"] == "/dashboard/?tab=2"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(client, owner, target):
    assert send(client, next=target)["Location"] == CODE_PAGE
    assert enter(client, code_for(), next=target)["Location"] == DASHBOARD


def test_a_second_factor_is_asked_for_by_page_too(client, owner):
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    send(client)
    answer = enter(client, code_for())
    assert answer.status_code == 302
    assert "2fa" in answer["Location"]
    assert not SignIn.objects.exists()
    assert client.get(DASHBOARD).status_code == 302


def test_known_and_unknown_phones_see_the_same_pages(owner):
    said = []
    for phone in (PHONE, OTHER_PHONE):
        client = Client()
        send(client, phone)
        wrong = wrong_code_for(phone)
        pages = text_of(client.get(CODE_PAGE)) + text_of(enter(client, wrong)).replace(wrong, "")
        pages = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", pages)
        pages = re.sub(r"\d+ seconds|data-seconds=\"\d+\"", "", pages)
        said.append(pages.replace(phone, "…"))
    assert said[0] == said[1]


def test_a_wrong_code_says_so_and_the_next_one_opens(client, owner):
    send(client)
    page = enter(client, wrong_code_for())
    assert page.status_code == 200
    assert "is not right" in text_of(page)
    assert enter(client, code_for()).status_code == 302


def test_what_is_no_code_is_said_at_its_field(client, owner):
    send(client)
    page = enter(client, "12ab")
    assert page.context["form"].errors.keys() == {"code"}
    assert "six digits" in text_of(page)
    assert PhoneCode.objects.get().tries == 0


def test_what_is_no_phone_is_said_at_its_field_and_kept(client):
    page = send(client, "98765 43210")
    assert page.context["form"].errors.keys() == {"phone"}
    assert "98765 43210" in text_of(page)


def test_after_five_wrong_codes_one_is_told_to_ask_for_another(client, owner):
    send(client)
    for _ in range(5):
        enter(client, wrong_code_for())
    page = enter(client, code_for())
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert "ask for a new one" in text_of(page)


def test_another_code_can_be_had_after_a_wait_that_one_sees(client, owner, later):
    send(client)
    first = code_for()
    page = text_of(client.get(CODE_PAGE))
    assert re.search(r"Another code can be sent in (29|30) seconds", page)
    too_soon = client.post(CODE_PAGE, {"again": "1"})
    assert too_soon.status_code == 429
    assert PhoneCode.objects.count() == 1
    later(31)
    assert "Another code can be sent in" not in text_of(client.get(CODE_PAGE))
    again = client.post(CODE_PAGE, {"again": "1"})
    assert (again.status_code, again["Location"]) == (302, CODE_PAGE)
    assert PhoneCode.objects.count() == 2
    assert "Another code is on its way" in text_of(client.get(CODE_PAGE))
    assert code_for() != first


def test_a_double_click_sends_one_code(client, owner):
    send(client)
    assert send(client).status_code == 429
    assert PhoneCode.objects.count() == 1
    assert send(client, OTHER_PHONE).status_code == 302


def test_a_cap_that_holds_is_said_on_the_page(client, owner, later):
    for time in range(3):
        later(31 * time)
        send(client)
    later(120)
    page = send(client)
    assert page.status_code == 429
    assert "Several codes" in text_of(page)


def test_without_a_phone_given_there_is_no_code_to_enter(client):
    assert client.get(CODE_PAGE)["Location"] == PHONE_PAGE
    assert enter(client, "123456")["Location"] == PHONE_PAGE


def test_the_code_of_one_browser_is_of_no_use_in_another(client, owner):
    send(client)
    assert enter(Client(), code_for())["Location"] == PHONE_PAGE


def test_without_a_gateway_nobody_is_sent_there(client, settings):
    settings.SMS_URL = ""
    assert PHONE_PAGE not in text_of(client.get("/accounts/login/"))
    assert "not set up" in text_of(client.get(PHONE_PAGE))


def test_forms_need_the_pages_own_token(owner):
    client = Client(enforce_csrf_checks=True)
    assert send(client).status_code == 403
    assert not PhoneCode.objects.exists()


# Proving one's own.


def test_two_short_pages_prove_a_phone(client_of, student):
    client = client_of(student)
    sent = client.post(PROOF_PAGE, {"phone": PHONE})
    assert (sent.status_code, sent["Location"]) == (302, PROOF_CODE_PAGE)
    assert PHONE in text_of(client.get(PROOF_CODE_PAGE))
    proven = enter(client, code_for(), PROOF_CODE_PAGE)
    assert (proven.status_code, proven["Location"]) == (302, PROOF_PAGE)
    student.refresh_from_db()
    assert (student.phone, bool(student.phone_verified_at)) == (PHONE, True)
    assert "Proven" in text_of(client.get(PROOF_PAGE))


def test_the_phone_of_the_profile_is_suggested(client_of):
    person = UserFactory(phone=PHONE)
    page = text_of(client_of(person).get(PROOF_PAGE))
    assert PHONE in page
    assert "Not proven yet" in page


def test_somebody_elses_phone_is_refused_on_the_page(client_of, student, owner):
    client = client_of(student)
    client.post(PROOF_PAGE, {"phone": PHONE})
    page = enter(client, code_for(), PROOF_CODE_PAGE)
    assert page.status_code == 409
    assert "another account" in text_of(page)
    assert owner.email not in text_of(page)


def test_a_stale_session_proves_itself_first(client_of, student):
    client = client_of(student)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    answer = client.get(PROOF_PAGE)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/security/phone/")
    assert client.post(PROOF_PAGE, {"phone": PHONE}).status_code == 302
    assert not PhoneCode.objects.exists()
