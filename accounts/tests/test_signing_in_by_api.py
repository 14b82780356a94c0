"""The way in for apps: tokens for a password, and every way to be refused."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from accounts.actions.people import deactivate_user
from accounts.actions.sign_ins import start_token_sign_in
from accounts.models import AuditEntry, SignIn, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tokens import authenticate_access_token, person_signed_in, sign
from core.callers import Caller
from core.clock import now
from core.errors import InvalidToken
from core.events.models import Event

LOGIN = "/api/auth/login/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(api):
    def sign_in(email, password=PASSWORD, **extra):
        return api.post(LOGIN, {"email": email, "password": password}, **extra)

    return sign_in


@pytest.fixture
def me(api):
    def me(token, scheme="Bearer"):
        return api.get(ME, headers={"Authorization": f"{scheme} {token}"})

    return me


def tokens_of(user, *, at=None):
    return start_token_sign_in(user, way="password", caller=Caller(), at=at or now())


def refused(response):
    assert set(response.json()) == {"status", "error"}
    return response.status_code, response.json()["error"]["code"]


def test_a_password_opens_the_door(sign_in, me, student):
    student.name, student.track = "Diya Patel", "FSD"
    student.save()
    answer = sign_in(student.email)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "user"}
    assert answer.json()["user"] == {
        "id": student.pk,
        "email": student.email,
        "role": "student",
        "track": "FSD",
        "name": "Diya Patel",
    }
    assert me(answer.json()["access"]).json()["id"] == student.pk


def test_the_access_token_tells_who_and_where(sign_in, trainer):
    claims = jwt.decode(
        sign_in(trainer.email).json()["access"], settings.SECRET_KEY, algorithms=["HS256"]
    )
    one = SignIn.objects.get()
    assert claims["user_id"] == trainer.pk
    assert (claims["email"], claims["role"]) == (trainer.email, "trainer")
    assert claims["sid"] == str(one.sid)
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert claims["jti"]


def test_signing_in_leaves_a_sign_in_an_entry_and_an_event(sign_in, student):
    sign_in(student.email, headers={"User-Agent": "Phone/1.0 " + "x" * 500})
    one = SignIn.objects.get()
    assert (one.user, one.kind, one.address) == (student, SignIn.Kind.TOKENS, "127.0.0.1")
    assert one.user_agent.startswith("Phone/1.0")
    assert len(one.user_agent) == 200
    entry = AuditEntry.objects.get(action="accounts.signed_in")
    assert entry.actor.user == entry.subject.user == student
    assert entry.data == {"kind": "tokens", "way": "password"}
    assert entry.request_id
    assert Event.objects.get(name="accounts.user_signed_in").payload["sign_in"] == str(one.sid)


def test_the_address_may_be_written_in_any_case(sign_in):
    UserFactory(email="diya@example.org")
    assert sign_in(" DIYA@Example.ORG ").status_code == 200


def test_wrong_unknown_and_closed_get_the_same_answer(sign_in, student):
    wrong = sign_in(student.email, "not this one")
    unknown = sign_in("nobody@example.org")
    closed = sign_in(UserFactory(is_active=False).email)
    for answer in (wrong, unknown, closed):
        assert refused(answer) == (401, "INVALID_CREDENTIALS")
        assert answer.json() == wrong.json()
    assert not SignIn.objects.exists()


def test_an_unknown_address_costs_one_hash_like_a_known_one(
    sign_in, student, settings, monkeypatch
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1)
    User.objects.filter(pk=student.pk).update(password="pbkdf2_sha256$1$salt$" + "A" * 43 + "=")
    hashed = []
    encode = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or encode(self, *args),
    )
    costs = []
    unusable = UserFactory(password=None)
    closed = UserFactory(is_active=False)
    for email in (student.email, "nobody@example.org", unusable.email, closed.email):
        hashed.clear()
        assert sign_in(email, "not this one").status_code == 401
        costs.append(len(hashed))
    assert costs == [1, 1, 1, 1]


def test_a_failed_try_is_written_down_without_what_was_typed(sign_in, student):
    sign_in(student.email, "not this one")
    sign_in("my-secret-password@example.org", "x")
    unknown, known = AuditEntry.objects.filter(action="accounts.sign_in_failed")
    assert (known.actor, known.subject.user) == (None, student)
    assert unknown.subject is None
    assert "secret" not in json.dumps(unknown.data)
    assert known.data["account"] != unknown.data["account"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "diya@example.org"},
        {"email": "no address", "password": "x"},
        {"email": "diya@example.org", "password": ""},
        {"email": "diya@example.org", "password": "x" * 1025},
        {"email": ["diya@example.org"], "password": {"$ne": ""}},
        {"email": "diya@example.org\x00", "password": "x"},
        {"email": "diya@\ud800.org", "password": "x"},
        {"email": "diya@example.org", "password": "\ud800"},
        {"email": "diya@example.org", "password": "a\x00b"},
        [],
        None,
    ],
)
def test_what_cannot_be_a_password_is_told_so(api, body):
    answer = api.post(LOGIN, json.dumps(body), content_type="application/json")
    assert refused(answer) == (400, "VALIDATION_ERROR")


def test_whatever_else_is_sent_along_does_not_matter(api, student, client_of):
    extra = {"role": "superadmin", "is_staff": True, "code": "123456"}
    body = {"email": student.email, "password": PASSWORD, **extra}
    answer = api.post(LOGIN, body, headers={"Authorization": "Bearer long.gone.token"})
    assert answer.status_code == 200
    assert answer.json()["user"]["role"] == "student"


def b64(data):
    return urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def forged(student, **changes):
    claims = claims_of(tokens_of(student).access) | changes
    return {key: value for key, value in claims.items() if value is not None}


def signed(claims, key=None, **options):
    return jwt.encode(claims, key or settings.SECRET_KEY, **{"algorithm": "HS256", **options})


@pytest.mark.parametrize(
    "forge",
    [
        lambda s: f"{b64({'alg': 'none', 'typ': 'JWT'})}.{b64(forged(s))}.",
        lambda s: f"{b64({'alg': 'None'})}.{b64(forged(s))}.x",
        lambda s: signed(forged(s), key="another key, another key, another key"),
        lambda s: signed(forged(s), algorithm="HS384"),
        lambda s: signed(forged(s, exp=int(now().timestamp()) - 1)),
        lambda s: signed(forged(s, exp=None)),
        lambda s: signed(forged(s, nbf=int(now().timestamp()) + 60)),
        lambda s: signed(forged(s, iat=int(now().timestamp()) + 60)),
        lambda s: signed(forged(s, user_id=s.pk + 1)),
        lambda s: signed(forged(s, user_id="x")),
        lambda s: signed(forged(s, user_id=None)),
        lambda s: signed(forged(s, sid=None)),
        lambda s: signed(forged(s, sid=7)),
        lambda s: signed(forged(s, sid="0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11")),
        lambda s: signed(forged(s, jti=None)),
        lambda s: signed(forged(s, token_type="refresh")),
        lambda s: signed(forged(s, token_type=None)),
        lambda s: tokens_of(s).refresh,
        lambda s: tokens_of(s).access[:-4],
        lambda s: tokens_of(s).access + " trailing",
        lambda s: tokens_of(s, at=now() - timedelta(minutes=16)).access,
        lambda _: "",
        lambda _: "not.a.token",
        lambda _: "ключ".encode().decode("latin-1"),
    ],
)
def test_a_token_that_is_not_ours_opens_nothing(me, student, forge):
    assert refused(me(forge(student))) == (401, "INVALID_TOKEN")


def test_another_scheme_is_nobody(me, student):
    answer = me(tokens_of(student).access, scheme="Token")
    assert refused(answer) == (401, "NOT_AUTHENTICATED")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_refused_token_says_that_a_bearer_token_is_wanted(me):
    assert 'Bearer realm="api"' in me("gone")["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(me, student, scheme):
    assert me(tokens_of(student).access, scheme=scheme).status_code == 200


def test_one_query_knows_who_calls(me, student, django_assert_num_queries):
    token = tokens_of(student).access
    with django_assert_num_queries(1):
        assert me(token).status_code == 200


def test_a_new_password_ends_tokens_at_once(me, api, student):
    tokens = tokens_of(student)
    student.set_password("quite another one")
    student.save()
    assert refused(me(tokens.access)) == (401, "INVALID_TOKEN")
    answer = api.post("/api/auth/token/refresh/", {"refresh": tokens.refresh})
    assert refused(answer) == (401, "INVALID_TOKEN")


def test_a_deactivated_persons_tokens_end_at_once(me, api, student, superadmin):
    tokens = tokens_of(student)
    deactivate_user(student, by=superadmin, caller=Caller(), at=now())
    assert refused(me(tokens.access)) == (401, "INVALID_TOKEN")
    answer = api.post("/api/auth/token/refresh/", {"refresh": tokens.refresh})
    assert refused(answer) == (401, "INVALID_TOKEN")


def test_a_deleted_persons_tokens_are_nobodys(me, student):
    tokens = tokens_of(student)
    student.delete()
    assert refused(me(tokens.access)) == (401, "INVALID_TOKEN")


def test_a_role_counts_from_the_moment_it_changes_whatever_the_token_says(me, admin):
    token = tokens_of(admin).access
    User.objects.filter(pk=admin.pk).update(role="student")
    assert me(token).json()["role"] == "student"


def test_last_seen_moves_on_every_five_minutes_and_no_oftener(me, student):
    token = tokens_of(student).access
    early = now() - timedelta(minutes=6)
    SignIn.objects.update(last_seen_at=early)
    me(token)
    seen = SignIn.objects.get().last_seen_at
    assert seen > early
    me(token)
    assert SignIn.objects.get().last_seen_at == seen


def test_sockets_learn_who_it_is_until_when_and_by_which_sign_in(student):
    at = now().replace(microsecond=0)
    token = tokens_of(student, at=at).access
    user, ends_at, sid = authenticate_access_token(token)
    assert (user, ends_at) == (student, at + timedelta(minutes=15))
    assert person_signed_in(sid) == user
    SignIn.objects.update(ended_at=at, end_reason=SignIn.End.REVOKED)
    assert person_signed_in(sid) is None
    with pytest.raises(InvalidToken):
        authenticate_access_token(token)


def test_the_same_refresh_token_is_the_same_text(student):
    start_token_sign_in(student, way="password", caller=Caller(), at=now())
    one = SignIn.objects.select_related("user").get()
    later = now() + timedelta(seconds=5)
    assert sign(one, at=now()).refresh == sign(one, at=later).refresh


def test_a_sign_in_answers_below_v1_too(api, student):
    body = {"email": student.email, "password": PASSWORD}
    assert api.post("/api/v1/auth/login/", body).status_code == 200


def test_a_get_is_told_that_it_is_a_post(api):
    assert refused(api.get(LOGIN)) == (405, "METHOD_NOT_ALLOWED")
