"""Signing in with Google, GitHub and Apple from an app, and every forged proof."""

import base64
import hashlib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.actions import social
from accounts.models import SignIn, TermsAcceptance, User
from accounts.tests.factories import UserFactory
from accounts.tests.providers import ASHA, HOME, PROVIDERS, providers
from accounts.tests.races import Meeting, at_once
from core import encryption
from core.clock import now
from core.settings.sign_in_providers import SANDBOX_APPS

__all__ = ["providers"]

pytestmark = pytest.mark.django_db

WITH_ID_TOKEN = ("google", "apple")
# Another app that is registered at the sandbox's providers.
NEIGHBOURS = {
    "google": "neighbour.apps.googleusercontent.com",
    "github": "sandbox-github-neighbour",
    "apple": "org.example.neighbour",
}
NEIGHBOURS_SECRET = "sandbox-neighbour-secret"


def ask(name, /, **body):
    return Client().post(f"/api/auth/{name}/", body, content_type="application/json")


def code_of(answer):
    return answer.json()["error"]["code"]


@pytest.fixture
def asha(db):
    return UserFactory(email=ASHA["email"], name="Asha Rao")


@pytest.mark.parametrize("name", WITH_ID_TOKEN)
def test_an_id_token_opens_the_account_with_its_address(asha, providers, name):
    answer = ask(name, id_token=providers.mint(name))
    assert answer.status_code == 200, answer.content
    assert answer.json().keys() == {"access", "refresh", "user"}
    assert answer.json()["user"]["id"] == asha.pk
    assert SignIn.objects.get().way == name
    assert SocialAccount.objects.get().user == asha


@pytest.mark.parametrize("name", ["google", "github"])
def test_an_access_token_of_our_own_opens_it_too(asha, providers, name):
    answer = ask(name, access_token=providers.access_token(name))
    assert answer.status_code == 200, answer.content
    assert answer.json()["user"]["id"] == asha.pk


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_code_opens_it_once(asha, providers, name):
    code = providers.code(name)
    assert ask(name, code=code).status_code == 200
    again = ask(name, code=code)
    assert (again.status_code, code_of(again)) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_tokens_are_good(asha, providers, name):
    access = ask(name, code=providers.code(name)).json()["access"]
    me = Client().get("/api/auth/me/", headers={"Authorization": f"Bearer {access}"})
    assert me.json()["email"] == ASHA["email"]


@pytest.mark.parametrize("name", PROVIDERS)
def test_somebody_new_joins_with_the_terms_accepted(providers, name):
    asked = ask(name, code=providers.code(name))
    assert asked.status_code == 400
    assert "accept_terms" in asked.json()["error"]["details"]
    assert not User.objects.exists()
    answer = ask(name, code=providers.code(name), accept_terms=True, name="Asha R.")
    assert answer.status_code == 200, answer.content
    user = User.objects.get()
    assert (user.email, user.role) == (ASHA["email"], "student")
    assert user.name == ("Asha R." if name == "apple" else "Asha Rao")
    assert EmailAddress.objects.get(user=user).verified
    assert TermsAcceptance.objects.filter(user=user).exists()


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id_token": "", "code": ""},
        {"id_token": "x", "code": "y"},
        {"code": ["x"]},
        {"code": "x" * 3000},
        {"code": "x\x00"},
        {"code": None},
    ],
)
def test_a_body_that_makes_no_sense_is_refused(providers, name, body):
    assert ask(name, **body).status_code == 400


@pytest.mark.parametrize(("name", "field"), [("github", "id_token"), ("apple", "access_token")])
def test_what_a_provider_does_not_have_is_said(providers, name, field):
    answer = ask(name, **{field: "x"})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]


def test_nobody_gives_themselves_a_role(providers):
    answer = ask("google", id_token=providers.mint("google"), accept_terms=True, role="admin")
    assert answer.json()["user"]["role"] == "student"


@pytest.mark.parametrize("name", PROVIDERS)
def test_without_keys_the_endpoint_says_so_after_what_is_wrong_with_the_body(
    settings, providers, name
):
    about = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = {**about, name: {**about[name], "APPS": []}}
    assert ask(name).status_code == 400
    answer = ask(name, code="x")
    assert (answer.status_code, code_of(answer)) == (503, "PROVIDER_NOT_CONFIGURED")


def forgeries():
    at = int(now().timestamp())
    past = int((now() - timedelta(hours=2)).timestamp())
    return {
        "unsigned": {"how": "none"},
        "signed with the public key as a secret": {"how": "hs256"},
        "signed by a stranger": {"how": "stranger"},
        "without the name of its key": {"how": "no_key_id"},
        "for somebody else": {"claims": {"aud": "somebody-else"}},
        "for us and somebody else": {"claims": {"aud": ["somebody-else", "us"]}},
        "for nobody": {"without": ["aud"]},
        "from somebody else": {"claims": {"iss": "https://evil.example"}},
        "from nobody": {"without": ["iss"]},
        "expired": {"claims": {"exp": past + 60, "iat": past}},
        "for ever": {"without": ["exp"]},
        "from the future": {"claims": {"nbf": at + 3600}},
        "issued in the future": {"claims": {"iat": at + 3600, "exp": at + 7200}},
        "about nobody": {"without": ["sub"]},
        "about a number": {"claims": {"sub": 7}},
    }


@pytest.mark.parametrize("name", WITH_ID_TOKEN)
@pytest.mark.parametrize("forgery", forgeries().values(), ids=forgeries())
def test_a_forged_id_token_is_refused(asha, providers, name, forgery):
    if forgery.get("claims", {}).get("aud") == ["somebody-else", "us"]:
        forgery = {"claims": {"aud": ["somebody-else", SANDBOX_APPS[name]["client_id"]]}}
    answer = ask(name, id_token=providers.mint(name, **forgery))
    assert (answer.status_code, code_of(answer)) == (401, "INVALID_TOKEN")
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("name", WITH_ID_TOKEN)
@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJ.eyJ.", "€.€.€", "." * 20, "e30.e30.e30"])
def test_a_token_that_is_none_is_refused(providers, name, token):
    assert ask(name, id_token=token).status_code == 401


def test_a_token_of_one_provider_is_none_of_another(asha, providers):
    assert ask("google", id_token=providers.mint("apple")).status_code == 401
    assert ask("apple", id_token=providers.mint("google")).status_code == 401


def test_an_id_token_whose_nonce_is_told_must_bear_it(asha, providers):
    token = providers.mint("google", claims={"nonce": "mine"})
    assert ask("google", id_token=token, nonce="yours").status_code == 401
    assert ask("google", id_token=token, nonce="mine").status_code == 200


@pytest.mark.parametrize("name", ["google", "github"])
def test_an_access_token_that_another_app_got_is_refused(asha, providers, name):
    """Any website where people sign in with Google has access tokens of theirs."""
    stolen = providers.access_token(name, client_id=NEIGHBOURS[name], secret=NEIGHBOURS_SECRET)
    answer = ask(name, access_token=stolen)
    assert (answer.status_code, code_of(answer)) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize("name", ["google", "github"])
def test_an_access_token_that_is_none_is_refused(providers, name):
    assert ask(name, access_token="made-up").status_code == 401


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_code_that_another_app_got_is_refused(asha, providers, name):
    code = providers.code(name, client_id=NEIGHBOURS[name])
    assert ask(name, code=code).status_code == 401


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/cb",
        "http://localhost.evil.example/",
        "http://localhost:80@evil.example/",
        "//localhost/cb",
        "javascript:alert(1)",
        "https://localhost/cb",
        "org.apranova.other:/cb",
    ],
)
def test_a_redirect_uri_on_another_host_is_refused(providers, uri):
    answer = ask("google", code="x", redirect_uri=uri)
    assert answer.status_code == 400
    assert "redirect_uri" in answer.json()["error"]["details"]


def test_a_redirect_uri_is_the_one_that_the_code_was_sent_to(asha, providers, settings):
    home = f"{HOME}/app/signed-in"
    code = providers.code("google", redirect_uri=home)
    assert ask("google", code=code).status_code == 401
    code = providers.code("google", redirect_uri=home)
    assert ask("google", code=code, redirect_uri=home).status_code == 200
    listed = "http://localhost:3000/cb"
    settings.SOCIAL_REDIRECT_URIS = (listed,)
    code = providers.code("google", redirect_uri=listed)
    assert ask("google", code=code, redirect_uri=listed).status_code == 200


def test_a_code_asked_for_with_pkce_needs_its_verifier(asha, providers):
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    for brought, status in [({}, 401), ({"code_verifier": "w" * 64}, 401)]:
        code = providers.code("google", code_challenge=challenge)
        assert ask("google", code=code, **brought).status_code == status
    code = providers.code("google", code_challenge=challenge)
    assert ask("google", code=code, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_unverified_address_opens_nothing(asha, providers, name):
    answer = ask(name, code=providers.code(name, **ASHA, is_unverified="on"), accept_terms=True)
    assert (answer.status_code, code_of(answer)) == (403, "EMAIL_NOT_VERIFIED")
    assert not SocialAccount.objects.exists()


def test_an_unproven_account_with_the_address_is_not_taken_over(providers):
    UserFactory(email=ASHA["email"], is_proven=False)
    answer = ask("google", id_token=providers.mint("google"), accept_terms=True)
    assert (answer.status_code, code_of(answer)) == (409, "CONNECT_FIRST")
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_here_too(asha, providers):
    secret = encryption.encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=asha, type="totp", data={"secret": secret})
    answer = ask("google", id_token=providers.mint("google"))
    assert (answer.status_code, code_of(answer)) == (401, "MFA_REQUIRED")
    assert answer.json()["error"]["details"]["mfa_token"]
    assert not SignIn.objects.exists()


def test_somebody_deactivated_stays_out(asha, providers):
    User.objects.update(is_active=False)
    answer = ask("google", id_token=providers.mint("google"))
    assert (answer.status_code, code_of(answer)) == (403, "ACCOUNT_CLOSED")


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("kind", ["500", "429", "broken_body", "dropped"])
def test_a_provider_that_fails_is_a_503_and_opens_nothing(asha, providers, name, kind):
    code = providers.code(name)
    providers.sandbox.play(name, kind)
    answer = ask(name, code=code)
    assert (answer.status_code, code_of(answer)) == (503, "PROVIDER_UNAVAILABLE")
    assert not SignIn.objects.exists()


def test_a_provider_that_never_answers_is_a_503_soon(asha, providers, settings):
    settings.SOCIAL_TIMEOUT = 0.2
    providers.sandbox.play("google", "timeout", path="/certs")
    assert ask("google", id_token=providers.mint("google")).status_code == 503


def test_keys_are_asked_for_once_in_a_while(asha, providers):
    for _ in range(3):
        ask("google", id_token=providers.mint("google"))
        ask("google", id_token=providers.mint("google", how="no_key_id"))
    paths = [call["path"] for call in providers.sandbox.calls(service="google")]
    assert sum(path.endswith("/certs") for path in paths) == 1


def test_proofs_stand_in_no_log(asha, providers, caplog):
    token, code = providers.mint("google"), providers.code("google")
    access_token = providers.access_token("google")
    caplog.clear()
    ask("google", id_token=token)
    ask("google", access_token=access_token)
    ask("google", code=code)
    assert not any(secret in caplog.text for secret in (token, code, access_token))


@pytest.mark.django_db(transaction=True)
def test_two_who_join_at_once_with_one_account_are_one(providers, monkeypatch):
    meeting = Meeting(2)
    made = social._make

    def meet(*given, **named):
        meeting.wait()
        return made(*given, **named)

    monkeypatch.setattr(social, "_make", meet)
    tokens = [providers.mint("google") for _ in range(2)]
    answers = at_once(
        *(lambda token=token: ask("google", id_token=token, accept_terms=True) for token in tokens)
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert User.objects.count() == SocialAccount.objects.count() == 1
