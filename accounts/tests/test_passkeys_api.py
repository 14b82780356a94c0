"""Passkeys by the API: added, signed in with, dropped; and every lie of a device refused."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from fido2.utils import websafe_encode
from rest_framework.test import APIClient

from accounts.actions.passkeys import MOST, add_passkey, prove_with_passkey
from accounts.errors import InvalidPasskey
from accounts.models import AuditEntry, SignIn
from accounts.passkeys import PATIENCE, ask_for_new, ask_for_proof
from accounts.tests.authenticators import Device, give_app, give_passkey
from accounts.tests.factories import UserFactory, bearer_of
from core.callers import Caller
from core.clock import now
from core.mail.models import Mail

REGISTER = "/api/auth/passkeys/register/"
LOGIN = "/api/auth/passkeys/login/"
PASSKEYS = "/api/auth/passkeys/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def app_of():
    return lambda user: APIClient(headers=bearer_of(user))


@pytest.fixture
def sign_in(api):
    """Signs in by the API with what a device answers."""

    def with_device(device, **change):
        question = api.post(f"{LOGIN}begin/").json()
        sent = {"token": question["token"], "credential": device.get(question["options"])}
        return api.post(f"{LOGIN}complete/", {**sent, **change})

    return with_device


def code_of(answer):
    return answer.json()["error"]["code"]


def test_a_passkey_is_added_and_brings_recovery_codes_once(app_of, student):
    client, device = app_of(student), Device()
    question = client.post(f"{REGISTER}begin/").json()
    assert question["options"]["publicKey"]["rp"] == {"id": "testserver", "name": "ApraNova"}
    answer = client.post(
        f"{REGISTER}complete/",
        {
            "token": question["token"],
            "credential": device.create(question["options"]),
            "name": "My phone",
        },
    )
    assert answer.status_code == 201
    assert answer.json()["name"] == "My phone"
    assert len(answer.json()["recovery_codes"]) == 10
    assert Mail.objects.get(kind="accounts.second_factor").to == student.email
    listed = client.get(PASSKEYS).json()
    assert [each["name"] for each in listed["results"]] == ["My phone"]


def test_a_passkey_counts_as_both_proofs(sign_in, student):
    give_app(student)
    answer = sign_in(give_passkey(student))
    assert answer.status_code == 200
    assert answer.json()["user"]["email"] == student.email
    one = SignIn.objects.get()
    assert (one.way, one.has_second_factor) == ("passkey", True)


def test_a_password_asks_for_a_second_step_where_there_is_a_passkey(api, student):
    give_passkey(student)
    sent = {"email": student.email, "password": "correct horse battery"}
    assert code_of(api.post("/api/auth/login/", sent)) == "MFA_REQUIRED"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://apranova.example.evil.test"},
        {"origin": "https://sub.testserver"},
        {"origin": "https://testserver:8001"},
        {"flags": 0x01},
        {"flags": 0x04},
        {"user_handle": websafe_encode(b"zz")},
        {"user_handle": ""},
        {"credential_id": b"another one of its kind"},
    ],
    ids=lambda lie: " ".join(f"{name} {value}" for name, value in lie.items()),
)
def test_a_device_that_lies_signs_nobody_in(sign_in, student, lie):
    device = give_passkey(student)
    for name, value in lie.items():
        setattr(device, name, value)
    answer = sign_in(device)
    assert (answer.status_code, code_of(answer)) == (400, "INVALID_PASSKEY")
    assert not SignIn.objects.exists()


def test_the_key_of_another_signs_nobody_in(sign_in, student):
    device, other = give_passkey(student), give_passkey(UserFactory())
    device.key = other.key
    assert code_of(sign_in(device)) == "INVALID_PASSKEY"


def test_an_answer_to_another_question_is_refused(api, sign_in, student):
    device = give_passkey(student)
    other = api.post(f"{LOGIN}begin/").json()
    assert code_of(sign_in(device, token=other["token"])) == "INVALID_PASSKEY"


def test_an_answer_is_good_once(api, student):
    device = give_passkey(student)
    question = api.post(f"{LOGIN}begin/").json()
    device.sign_count = 5
    sent = {"token": question["token"], "credential": device.get(question["options"])}
    assert api.post(f"{LOGIN}complete/", sent).status_code == 200
    Authenticator.objects.get(data__sign_count=5)
    assert code_of(api.post(f"{LOGIN}complete/", sent)) == "INVALID_PASSKEY"
    assert SignIn.objects.count() == 1


def test_a_copied_key_is_found_out_by_its_count(sign_in, student):
    device = give_passkey(student)
    device.sign_count = 7
    assert sign_in(device).status_code == 200
    for counted in (7, 3, 0):
        device.sign_count = counted
        assert code_of(sign_in(device)) == "INVALID_PASSKEY"
    assert AuditEntry.objects.filter(action="accounts.passkey_copied").count() == 3
    device.sign_count = 8
    assert sign_in(device).status_code == 200


def test_a_key_that_counts_nothing_signs_in_again_and_again(sign_in, student):
    device = give_passkey(student)
    assert [sign_in(device).status_code for _ in range(2)] == [200, 200]


def test_a_question_waits_ten_minutes(student):
    device, at = give_passkey(student), now()
    question = ask_for_proof(None, at=at)
    answer = device.get(question.options)
    with pytest.raises(InvalidPasskey):
        prove_with_passkey(question.token, answer, caller=Caller(), at=at + PATIENCE)
    almost = at + PATIENCE - timedelta(seconds=1)
    assert prove_with_passkey(question.token, answer, caller=Caller(), at=almost) == student


def test_a_question_put_to_somebody_is_not_answered_by_another(student):
    give_passkey(student)
    other, at = UserFactory(), now()
    device = give_passkey(other)
    question = ask_for_proof(student, at=at)
    answer = device.get(question.options)
    for asked in (student, other, None):
        with pytest.raises(InvalidPasskey):
            prove_with_passkey(question.token, answer, user=asked, caller=Caller(), at=at)


def test_a_question_for_signing_in_adds_no_passkey_and_the_other_way_round(student):
    device, at = Device(), now()
    new, proof = ask_for_new(student, at=at), ask_for_proof(None, at=at)
    made = device.create(new.options)
    who = {"name": "", "caller": Caller(), "at": at}
    with pytest.raises(InvalidPasskey):
        add_passkey(student, token=proof.token, answer=made, **who)
    with pytest.raises(InvalidPasskey):
        add_passkey(UserFactory(), token=new.token, answer=made, **who)
    add_passkey(student, token=new.token, answer=made, **who)
    with pytest.raises(InvalidPasskey):
        prove_with_passkey(new.token, device.get(proof.options), caller=Caller(), at=at)


def test_one_key_belongs_to_one_account(student):
    device = give_passkey(student)
    other, at = UserFactory(), now()
    question = ask_for_new(other, at=at)
    answer = device.create(question.options)
    with pytest.raises(InvalidPasskey):
        add_passkey(other, token=question.token, answer=answer, name="", caller=Caller(), at=at)


def test_a_closed_account_is_not_opened_by_its_passkey(sign_in, student):
    device = give_passkey(student)
    student.is_active = False
    student.save()
    assert code_of(sign_in(device)) == "INVALID_PASSKEY"


def test_an_unproven_address_is_asked_for_here_too(sign_in, settings):
    settings.EMAIL_VERIFICATION = "mandatory"
    device = give_passkey(UserFactory(is_proven=False))
    assert code_of(sign_in(device)) == "EMAIL_NOT_VERIFIED"


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 1},
        {"response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}},
        {"id": "AA", "rawId": "!!", "type": "public-key", "response": None},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "AA",
                "signature": "AA",
                "userHandle": "MQ",
            },
        },
        {"id": "A" * 20_000},
    ],
)
@pytest.mark.parametrize("at", ["login", "register"])
def test_what_is_made_up_is_refused(api, app_of, student, credential, at):
    client, root = (api, LOGIN) if at == "login" else (app_of(student), REGISTER)
    question = client.post(f"{root}begin/").json()
    sent = {"token": question["token"], "credential": credential}
    answer = client.post(f"{root}complete/", sent)
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["", "x", "a" * 1025, None, 7])
def test_a_token_that_we_did_not_sign_is_refused(api, student, token):
    sent = {"token": token, "credential": {"id": "AA"}}
    assert api.post(f"{LOGIN}complete/", sent).status_code == 400


def test_our_apps_may_be_named_as_origins(sign_in, student, settings):
    device = give_passkey(student)
    device.origin = "android:apk-key-hash:abc"
    assert sign_in(device).status_code == 400
    settings.PASSKEY_ORIGINS = ("android:apk-key-hash:abc",)
    assert sign_in(device).status_code == 200


def test_a_passkey_is_dropped_by_its_owner_alone(app_of, sign_in, student):
    device = give_passkey(student)
    pk = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    assert app_of(UserFactory()).delete(f"{PASSKEYS}{pk}/").status_code == 404
    assert app_of(student).get(f"{PASSKEYS}{pk}/").json()["name"] == "Phone"
    assert app_of(student).delete(f"{PASSKEYS}{pk}/").status_code == 204
    assert not Authenticator.objects.exists()
    assert code_of(sign_in(device)) == "INVALID_PASSKEY"


def test_nobody_collects_passkeys_without_end(app_of, student):
    for _ in range(MOST):
        give_passkey(student)
    client, device = app_of(student), Device()
    question = client.post(f"{REGISTER}begin/").json()
    sent = {"token": question["token"], "credential": device.create(question["options"])}
    assert client.post(f"{REGISTER}complete/", sent).status_code == 409


def test_the_list_costs_the_same_for_one_and_for_many(app_of, student, django_assert_num_queries):
    client = app_of(student)
    give_passkey(student)
    with django_assert_num_queries(3):
        client.get(PASSKEYS)
    for _ in range(4):
        give_passkey(student)
    with django_assert_num_queries(3):
        client.get(PASSKEYS)
