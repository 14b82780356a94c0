"""Making an account by the API, and proving its address."""

from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.actions import registration, unlocking
from accounts.actions.addresses import prove_address
from accounts.actions.registration import Newcomer, register
from accounts.entry.links import sign
from accounts.errors import LinkOver
from accounts.models import AuditEntry, SignIn, TermsAcceptance, User
from accounts.tests.entry import (
    LOGIN,
    NEW_PASSWORD,
    REGISTER,
    RESEND,
    count_hashes,
    fields,
    key_in,
    link_in,
    mails,
    newcomer,
    refused,
    reset_in,
    verify,
)
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.races import Meeting, at_once
from core.callers import Caller
from core.clock import now
from core.errors import Missing
from core.events.models import Event
from core.mail.models import Mail

pytestmark = pytest.mark.django_db

HERE = Caller("203.0.113.7", "test")


def sign_in(api, email="diya@example.org", password=PASSWORD):
    return api.post(LOGIN, {"email": email, "password": password})


def test_a_newcomer_proves_the_address_and_comes_in(api):
    answer = api.post(REGISTER, newcomer(track="FSD"))
    assert (answer.status_code, answer.json()) == (201, {"verification": "sent"})
    user = User.objects.get()
    assert (user.email, user.role, user.name, user.track) == (
        "diya@example.org",
        "student",
        "Diya Patel",
        "FSD",
    )
    assert refused(sign_in(api)) == (403, "EMAIL_NOT_VERIFIED")
    [mail] = mails("verify", "diya@example.org")
    proven = verify(api, key_in(mail))
    assert (proven.status_code, proven.json()) == (
        200,
        {"email": "diya@example.org", "verified": True},
    )
    assert sign_in(api).status_code == 200
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"accounts.registered", "accounts.address_proven"} <= actions
    assert {"accounts.user_added", "accounts.address_proven"} <= set(
        Event.objects.values_list("name", flat=True)
    )


def test_the_accepted_version_of_the_terms_is_kept(api, settings):
    settings.TERMS_VERSION = "2027-01"
    api.post(REGISTER, newcomer(), REMOTE_ADDR="203.0.113.7")
    accepted = TermsAcceptance.objects.get()
    assert (accepted.user.email, accepted.version) == ("diya@example.org", "2027-01")
    assert accepted.address == "203.0.113.7"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"email": None}, "email"),
        ({"email": ["a@example.org"]}, "email"),
        ({"email": f"{'a' * 250}@example.org"}, "email"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "diyapatel"}, "password"),
        ({"password": "x" * 1025}, "password"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "Diya\u202ePatel"}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"track": "NOPE"}, "track"),
        ({"track": 7}, "track"),
        ({"accept_terms": False}, "accept_terms"),
        ({"accept_terms": None}, "accept_terms"),
        ({"accept_terms": "perhaps"}, "accept_terms"),
    ],
)
def test_what_cannot_be_used_is_said_by_field(api, changes, field):
    answer = api.post(REGISTER, newcomer(**changes))
    assert refused(answer) == (400, "VALIDATION_ERROR")
    assert fields(answer) == {field}
    assert not User.objects.exists()


@pytest.mark.parametrize("left_out", ["email", "password", "name", "accept_terms"])
def test_nothing_that_is_needed_may_be_left_out(api, left_out):
    body = newcomer()
    del body[left_out]
    assert fields(api.post(REGISTER, body)) == {left_out}


@pytest.mark.parametrize("body", [[], "x", 7, None])
def test_a_body_of_another_kind_is_refused(api, body):
    assert refused(api.post(REGISTER, body, format="json"))[0] == 400


# Who is here


def test_an_address_that_is_taken_gets_the_same_answer_and_its_owner_a_mail(api):
    owner = UserFactory(email="diya@example.org", name="Diya")
    new = api.post(REGISTER, newcomer(email="new@example.org"))
    taken = api.post(REGISTER, newcomer(email="DIYA@Example.org", name="Mallory"))
    assert (taken.status_code, taken.content) == (new.status_code, new.content)
    assert set(taken.headers) == set(new.headers)
    owner.refresh_from_db()
    assert owner.name == "Diya"
    assert owner.check_password(PASSWORD)
    [mail] = mails("account_exists")
    assert mail.to == "diya@example.org"
    assert "Mallory" not in mail.text + mail.html
    assert User.objects.count() == 2


def test_a_new_and_a_taken_address_cost_the_same_work(api, monkeypatch):
    UserFactory(email="taken@example.org")
    hashed = count_hashes(monkeypatch)
    work = []
    for email in ("new@example.org", "taken@example.org"):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            api.post(REGISTER, newcomer(email=email))
        inserts = [
            each["sql"].split('"')[1] for each in queries if each["sql"].startswith("INSERT")
        ]
        work.append((len(hashed), sorted(set(inserts))))
    assert work[0] == work[1]
    assert work[0][0] == 1


def test_the_owner_is_not_flooded(api, settings):
    settings.THROTTLES = {
        **settings.THROTTLES,
        "registration": {"account": "2/hour", "address": "100/hour"},
    }
    settings.THROTTLE_FACTOR = 1
    UserFactory(email="diya@example.org")
    said = {api.post(REGISTER, newcomer()).status_code for _ in range(4)}
    assert said == {201}
    assert len(mails("account_exists")) == 2


def test_one_address_cannot_make_accounts_without_end(api, settings):
    settings.THROTTLES = {
        **settings.THROTTLES,
        "registration": {"account": "9/hour", "address": "2/hour"},
    }
    settings.THROTTLE_FACTOR = 1
    answers = [api.post(REGISTER, newcomer(email=f"a{n}@example.org")) for n in range(3)]
    assert [each.status_code for each in answers] == [201, 201, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert User.objects.count() == 2


def test_a_closed_account_is_neither_told_of_nor_written_to(api):
    UserFactory(email="diya@example.org", is_active=False)
    assert api.post(REGISTER, newcomer()).json() == {"verification": "sent"}
    assert not Mail.objects.exists()


# Where addresses need no proof


@pytest.fixture
def optional(settings):
    settings.EMAIL_VERIFICATION = "optional"


def test_in_the_demo_a_newcomer_is_in_at_once(api, optional):
    answer = api.post(REGISTER, newcomer(track="DP"))
    assert answer.status_code == 201
    told = answer.json()
    assert told["verification"] == "sent"
    assert told["user"] == {
        "id": User.objects.get().pk,
        "email": "diya@example.org",
        "role": "student",
        "track": "DP",
        "name": "Diya Patel",
    }
    me = api.get("/api/auth/me/", headers={"Authorization": f"Bearer {told['access']}"})
    assert me.json()["email"] == "diya@example.org"
    assert SignIn.objects.get().way == "registration"
    assert api.post("/api/auth/token/refresh/", {"refresh": told["refresh"]}).status_code == 200
    assert len(mails("verify")) == 1


def test_in_the_demo_a_taken_address_is_an_ordinary_400(api, optional):
    UserFactory(email="diya@example.org")
    answer = api.post(REGISTER, newcomer(email="Diya@Example.ORG"))
    assert refused(answer) == (400, "VALIDATION_ERROR")
    assert fields(answer) == {"email"}


# Who may register


def test_by_invitation_nobody_registers(api, settings):
    settings.REGISTRATION = "invitation"
    assert refused(api.post(REGISTER, newcomer())) == (403, "REGISTRATION_CLOSED")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("a@school.edu", 201),
        ("a@SCHOOL.EDU", 201),
        ("a@evil-school.edu", 400),
        ("a@school.edu.evil.example", 400),
        ("a@sub.school.edu", 400),
        ("school.edu@evil.example", 400),
    ],
)
def test_only_listed_mail_domains_register(api, settings, email, status):
    settings.REGISTRATION, settings.REGISTRATION_DOMAINS = "domains", ("school.edu", "Uni.edu")
    answer = api.post(REGISTER, newcomer(email=email))
    assert answer.status_code == status
    assert status == 201 or fields(answer) == {"email"}


# Attacks


@pytest.mark.parametrize(
    ("asked", "noted"),
    [
        ({"role": "superadmin"}, ["role"]),
        ({"is_staff": True, "is_superuser": True}, ["is_staff", "is_superuser"]),
        ({"role": "student"}, None),
    ],
)
@pytest.mark.parametrize("mode", ["mandatory", "optional"])
def test_nobody_makes_themselves_staff(api, settings, asked, noted, mode):
    settings.EMAIL_VERIFICATION = mode
    answer = api.post(REGISTER, newcomer(**asked), format="json")
    assert answer.status_code == 201
    user = User.objects.get()
    assert (user.role, user.is_staff) == ("student", False)
    found = AuditEntry.objects.filter(action="accounts.escalation_ignored")
    assert [each.data["fields"] for each in found] == ([noted] if noted else [])


def test_trying_to_be_staff_tells_nothing_of_a_taken_address(api):
    UserFactory(email="diya@example.org")
    taken = api.post(REGISTER, newcomer(role="admin"), format="json")
    new = api.post(REGISTER, newcomer(email="b@example.org", role="admin"), format="json")
    assert (taken.status_code, taken.content) == (new.status_code, new.content)
    noted = AuditEntry.objects.filter(action="accounts.escalation_ignored")
    assert noted.count() == 2


def test_mails_lead_to_the_platform_whoever_is_named_as_the_host(settings):
    settings.ALLOWED_HOSTS = ["*"]
    Client().post(
        REGISTER,
        newcomer(),
        content_type="application/json",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    [mail] = mails("verify")
    assert "evil.example" not in mail.text + mail.html
    assert f"{settings.FRONTEND_URL}/accounts/confirm-email/" in mail.text


def test_a_stranger_writes_nothing_into_our_mails(api):
    api.post(REGISTER, newcomer(name="Win at evil.example/now"))
    [mail] = mails("verify")
    assert "evil.example" not in mail.subject + mail.text + mail.html


def test_an_account_that_waits_for_its_owner_is_the_owners_after_a_new_password(api, optional):
    """Mallory registers Diya's address first; Diya comes later and takes it over by mail."""
    mallory = api.post(REGISTER, newcomer(password="mallory was here")).json()
    bearer = {"Authorization": f"Bearer {mallory['access']}"}
    assert api.get("/api/auth/me/", headers=bearer).status_code == 200

    api.post("/api/auth/password/reset/", {"email": "diya@example.org"})
    proof = reset_in(mails("reset")[0])
    done = api.post("/api/auth/password/reset/confirm/", {**proof, "new_password": NEW_PASSWORD})
    assert done.status_code == 200

    assert api.get("/api/auth/me/", headers=bearer).status_code == 401
    again = api.post("/api/auth/token/refresh/", {"refresh": mallory["refresh"]})
    assert again.status_code == 401
    assert sign_in(api, password="mallory was here").status_code == 401
    assert sign_in(api, password=NEW_PASSWORD).status_code == 200
    assert EmailAddress.objects.get().verified


def test_the_owner_of_a_waiting_account_gets_a_link_that_makes_it_theirs(api):
    api.post(REGISTER, newcomer(password="mallory was here"))
    api.post(REGISTER, newcomer(password="diya chose this"))
    assert not User.objects.get().has_usable_password()
    [mail] = mails("account_exists")
    done = api.post(
        "/api/auth/password/reset/confirm/", {**reset_in(mail), "new_password": NEW_PASSWORD}
    )
    assert done.status_code == 200
    assert sign_in(api, password=NEW_PASSWORD).status_code == 200


# Two at once


def join(email):
    newcomer_ = Newcomer(email=email, password=PASSWORD, name="Diya")
    return register(newcomer_, is_mail_due=True, caller=HERE, at=now())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["mandatory", "optional"])
def test_of_two_who_register_one_address_at_once_one_has_it(settings, monkeypatch, mode):
    settings.EMAIL_VERIFICATION = mode
    meeting = Meeting(2)
    make = registration._make

    def make_together(*args, **kwargs):
        meeting.wait()
        return make(*args, **kwargs)

    monkeypatch.setattr(registration, "_make", make_together)
    outcomes = at_once(partial(join, "diya@example.org"), partial(join, "diya@example.org"))
    made = [each for each in outcomes if isinstance(each, User)]
    assert len(made) == 1
    assert User.objects.count() == 1
    other = next(each for each in outcomes if each not in made)
    assert (other is None) if mode == "mandatory" else (other.code == "VALIDATION_ERROR")
    assert len(mails("verify")) == 1


@pytest.mark.django_db(transaction=True)
def test_the_case_of_an_address_makes_no_second_account():
    def post(email):
        return APIClient().post(REGISTER, newcomer(email=email)).status_code

    outcomes = at_once(
        *(partial(post, email) for email in ("Diya@Example.org", "diya@example.ORG"))
    )
    assert outcomes == [201, 201]
    assert [user.email for user in User.objects.all()] == ["diya@example.org"]


# Proving an address


@pytest.fixture
def waiting(db):
    return UserFactory(email="diya@example.org", is_proven=False)


def key_for(user, api):
    api.post(RESEND, {"email": user.email})
    return key_in(mails("verify")[-1])


def test_a_key_is_good_again(api, waiting):
    key = key_for(waiting, api)
    assert [verify(api, key).status_code for _ in range(3)] == [200, 200, 200]
    assert AuditEntry.objects.filter(action="accounts.address_proven").count() == 1


def test_a_key_is_good_for_three_days(api, waiting):
    key = key_for(waiting, api)
    with pytest.raises(LinkOver):
        prove_address(key, caller=HERE, at=now() + timedelta(days=3, seconds=1))
    assert prove_address(key, caller=HERE, at=now() + timedelta(days=2)) == waiting


def test_an_old_key_is_gone(api, waiting, settings):
    key = key_for(waiting, api)
    settings.VERIFICATION_DAYS = 0
    assert refused(verify(api, key)) == (410, "GONE")


@pytest.mark.parametrize("change", [lambda key: key[:-1], lambda key: "A" + key, lambda _: "x:y"])
def test_a_key_that_we_did_not_sign_is_nothing(api, waiting, change):
    assert refused(verify(api, change(key_for(waiting, api)))) == (404, "NOT_FOUND")


def test_a_key_proves_its_own_address_alone(api, waiting):
    other = UserFactory(is_proven=False)
    verify(api, key_for(waiting, api))
    assert not EmailAddress.objects.get(user=other).verified


def test_a_key_for_something_else_proves_nothing(api, waiting):
    for purpose in (unlocking.PURPOSE, "form"):
        address = EmailAddress.objects.get(user=waiting)
        key = sign(purpose, address.pk, address.email, at=now())
        with pytest.raises(Missing):
            prove_address(key, caller=HERE, at=now())


def test_asking_again_says_the_same_to_everybody(api, waiting):
    proven = UserFactory()
    said = {
        (answer.status_code, answer.content)
        for email in (waiting.email, proven.email, "nobody@example.org")
        if (answer := api.post(RESEND, {"email": email}))
    }
    assert said == {(202, b'{"verification":"sent"}')}
    assert [mail.to for mail in mails("verify")] == [waiting.email]


def test_asking_again_costs_the_same_for_everybody(api, waiting):
    counts = []
    for email in (waiting.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            api.post(RESEND, {"email": email})
        counts.append(sum("INSERT" in each["sql"] for each in queries))
    assert counts == [1, 1]


def test_asking_too_often_still_says_the_same_and_sends_nothing(api, waiting):
    said = {api.post(RESEND, {"email": waiting.email}).status_code for _ in range(8)}
    assert said == {202}
    assert len(mails("verify")) == 5


@pytest.mark.parametrize("email", ["", "x", None])
def test_asking_again_needs_an_address(api, email):
    assert refused(api.post(RESEND, {"email": email}, format="json"))[0] == 400


def test_the_link_in_the_mail_leads_to_a_page_and_not_to_the_api(api, waiting):
    api.post(RESEND, {"email": waiting.email})
    assert link_in(mails("verify")[0]).startswith("/accounts/confirm-email/")
