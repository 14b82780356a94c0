"""One's own security: the overview, factors that come and go, sign-ins that end."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import SignIn, TotpSetup
from accounts.pages import security
from accounts.tests.authenticators import (
    Device,
    code_at,
    give_app,
    give_passkey,
    recovery_codes_of,
)
from accounts.tests.factories import PASSWORD, UserFactory, bearer_of
from core.clock import now

SECURITY = "/security/"
APP = "/accounts/2fa/totp/activate/"
DRAWING = "/accounts/2fa/totp/drawing/"
DROP_APP = "/accounts/2fa/totp/deactivate/"
CODES = "/accounts/2fa/recovery-codes/generate/"
NEW_PASSKEY = "/accounts/2fa/webauthn/add/"
AGAIN = "/accounts/reauthenticate/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of, student):
    return client_of(student)


def age(user, minutes=11):
    past = now() - timedelta(minutes=minutes)
    SignIn.objects.filter(user=user).update(proved_at=past)


def test_an_app_is_set_up_by_its_drawing_and_a_first_code(client, student):
    page = client.get(APP).content.decode()
    secret = TotpSetup.objects.get(user=student).secret
    assert secret in page
    drawing = client.get(DRAWING)
    assert drawing["Content-Type"] == "image/svg+xml"
    assert b"style=" not in drawing.content
    answer = client.post(APP, {"code": code_at(now(), secret=secret)})
    shown = re.sub(r"\s", "", answer.content.decode())
    assert all(code in shown for code in recovery_codes_of(student))
    assert "no-store" in answer["Cache-Control"]
    assert client.get(APP)["Location"] == SECURITY
    assert client.get(DRAWING).status_code == 404


def test_a_wrong_first_code_switches_nothing_on(client, student):
    client.get(APP)
    assert "code" in client.post(APP, {"code": "000000"}).context["form"].errors
    assert not Authenticator.objects.exists()


def test_recovery_codes_are_shown_once(client, student):
    give_app(student)
    before = recovery_codes_of(student)
    assert not any(code in client.get(CODES).content.decode() for code in before)
    shown = re.sub(r"\s", "", client.post(CODES).content.decode())
    assert all(code in shown for code in recovery_codes_of(student))
    assert recovery_codes_of(student) != before
    page = re.sub(r"\s", "", client.get(SECURITY).content.decode())
    assert not any(code in page for code in recovery_codes_of(student))


def test_a_passkey_is_added_and_removed(client, student):
    device, question = Device(), client.get(NEW_PASSKEY).context["passkey"]
    credential = json.dumps(device.create(question.options))
    client.post(NEW_PASSKEY, {"token": question.token, "credential": credential, "name": "Mine"})
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert "Mine" in client.get(SECURITY).content.decode()
    remove = f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/"
    assert client.get(remove).status_code == 200
    assert client.post(remove)["Location"] == SECURITY
    assert not Authenticator.objects.exists()


def test_a_passkey_that_does_not_fit_is_told_on_the_page(client):
    answer = client.post(NEW_PASSKEY, {"token": "x", "credential": '{"id": 1}', "name": "Mine"})
    assert "could not be used" in answer.content.decode()


def test_the_passkey_of_another_is_not_there(client):
    other = UserFactory()
    give_passkey(other)
    passkey = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/").status_code == 404


def test_the_app_is_removed_after_a_question(client, student):
    give_app(student)
    assert "last second factor" in client.get(DROP_APP).content.decode()
    client.post(DROP_APP)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("path", [APP, DROP_APP, CODES, NEW_PASSKEY])
def test_an_old_sign_in_proves_itself_first_and_comes_back(client, student, path):
    age(student)
    answer = client.get(path)
    assert answer["Location"] == f"{AGAIN}?next={path}"
    answer = client.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == path


def test_a_form_sent_too_late_leads_back_to_its_page(client, student):
    give_app(student)
    age(student)
    answer = client.post(DROP_APP, headers={"referer": f"http://testserver{DROP_APP}"})
    assert answer["Location"] == f"{AGAIN}?next={DROP_APP}"
    elsewhere = client.post(DROP_APP, headers={"referer": "https://evil.example/x"})
    assert elsewhere["Location"] == AGAIN
    assert Authenticator.objects.exists()


def test_a_wrong_password_proves_nothing(client, student):
    age(student)
    answer = client.post(AGAIN, {"password": "wrong"})
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert client.get(APP).status_code == 302


def test_with_a_second_factor_it_is_asked_and_the_password_is_not_enough(client, student):
    give_app(student)
    age(student)
    assert 'name="password"' not in client.get(AGAIN).content.decode()
    client.post(AGAIN, {"password": PASSWORD})
    assert client.get(CODES).status_code == 302
    client.post(AGAIN, {"code": code_at(now())})
    assert client.get(CODES).status_code == 200


def test_a_passkey_proves_again(client, student):
    device = give_passkey(student)
    age(student)
    question = client.get(AGAIN).context["passkey"]
    credential = json.dumps(device.get(question.options))
    client.post(AGAIN, {"token": question.token, "credential": credential})
    assert client.get(CODES).status_code == 200


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_proving_again_leads_nowhere_else(client, student, to):
    answer = client.post(f"{AGAIN}?next={to}", {"password": PASSWORD, "next": to})
    assert answer["Location"] == SECURITY


def test_the_overview_says_where_one_is_signed_in(client, client_of, student):
    client_of(student)
    bearer_of(student)
    page = client.get(SECURITY)
    assert len(page.context["sign_ins"]) == 3
    assert page.content.decode().count("This one") == 1


def test_one_signs_out_of_another_device(client, client_of, student):
    other = client_of(student)
    sign_in = SignIn.objects.order_by("-pk").first()
    assert client.post(f"{SECURITY}sign-ins/{sign_in.sid}/end/")["Location"] == SECURITY
    assert other.get("/dashboard/").status_code == 302
    assert client.get("/dashboard/").status_code == 200


def test_one_signs_out_everywhere_else(client, client_of, student):
    others = [client_of(student), client_of(student)]
    stranger = client_of(UserFactory())
    client.post(f"{SECURITY}sign-ins/others/end/")
    assert [each.get("/dashboard/").status_code for each in others] == [302, 302]
    assert client.get("/dashboard/").status_code == 200
    assert stranger.get("/dashboard/").status_code == 200


def test_of_many_sign_ins_the_newest_are_shown_and_the_others_are_told(
    client, client_of, student, monkeypatch
):
    monkeypatch.setattr(security, "SIGN_INS_SHOWN", 2)
    for _each in range(3):
        client_of(student)
    page = client.get(SECURITY).content.decode()
    assert page.count("This one") == 1
    assert len(re.findall(r"sign-ins/[0-9a-f-]{36}/end/", page)) == 2
    assert "1 more, which was seen before these." in page


def test_nobody_signs_out_somebody_else(client, client_of):
    other = client_of(UserFactory())
    sign_in = SignIn.objects.order_by("-pk").first()
    assert client.post(f"{SECURITY}sign-ins/{sign_in.sid}/end/").status_code == 404
    assert other.get("/dashboard/").status_code == 200


def test_the_overview_costs_the_same_for_many_devices(
    client, client_of, student, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        client.get(SECURITY)
    for _ in range(5):
        client_of(student)
        give_passkey(student)
    with django_assert_max_num_queries(9):
        client.get(SECURITY)


@pytest.fixture
def strict_staff(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.usefixtures("strict_staff")
def test_staff_without_a_second_factor_are_led_to_set_one_up(client_of, admin):
    client = client_of(admin)
    for page in ("/dashboard/", "/admin/", "/styleguide/"):
        assert client.get(page)["Location"] == SECURITY
    answer = client.get("/api/jobs/5f0f1f4e-0000-4000-8000-000000000000/")
    assert answer.json()["error"]["code"] == "SECOND_FACTOR_SETUP_REQUIRED"
    assert "Set up a second factor first" in client.get(SECURITY).content.decode()
    assert client.get(APP).status_code == 200
    give_app(admin)
    assert client.get("/styleguide/").status_code == 200
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("strict_staff")
def test_nobody_else_is_led_there(client):
    assert client.get("/dashboard/").status_code == 200
