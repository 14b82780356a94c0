"""Signing in with Google, GitHub and Apple in a browser, and what must not get in that way."""

import re
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts.models import AuditEntry, SignIn, TermsAcceptance, User
from accounts.tests.factories import UserFactory
from accounts.tests.providers import ASHA, PROVIDERS, Browser, browser_at_home, providers, query_of
from core import encryption
from core.events.models import Event
from core.mail.models import Mail

__all__ = ["browser_at_home", "providers"]

pytestmark = pytest.mark.django_db

DASHBOARD = "/dashboard/"
JOIN = "/accounts/3rdparty/signup/"


@pytest.fixture
def here(browser_at_home):
    return browser_at_home


def is_in(client):
    return client.get(DASHBOARD).status_code == 200


def asha(**fields):
    return UserFactory(email=ASHA["email"], **fields)


@pytest.mark.parametrize("name", PROVIDERS)
def test_somebody_new_joins_after_they_accepted_the_terms(here, providers, name):
    asked = here.come_back(providers.choose(here.begin(name)))
    assert asked["Location"] == JOIN
    assert not User.objects.exists()
    page = here.get(JOIN).content.decode()
    assert ASHA["email"] in page
    assert here.join()["Location"] == DASHBOARD
    assert is_in(here)
    user = User.objects.get()
    assert (user.email, user.name, user.role) == (ASHA["email"], "Asha Rao", "student")
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert TermsAcceptance.objects.get(user=user).version
    assert SignIn.objects.get().way == name
    assert Event.objects.filter(name="accounts.user_added").count() == 1
    assert Event.objects.filter(name="accounts.social_account_connected").count() == 1


def test_apple_tells_the_name_once_and_we_keep_it(here, providers):
    here.come_back(providers.choose(here.begin("apple")))
    assert 'value="Asha Rao"' in here.get(JOIN).content.decode()
    again = Browser()
    again.come_back(providers.choose(again.begin("apple")))
    assert 'value="Asha Rao"' not in again.get(JOIN).content.decode()


def test_nobody_joins_without_the_terms(here, providers):
    here.come_back(providers.choose(here.begin("google")))
    page = here.join(accept_terms="")
    assert page.context["form"].errors.keys() == {"accept_terms"}
    assert here.join(name="A\u202ebc").context["form"].errors.keys() == {"name"}
    assert not User.objects.exists()


def test_the_last_step_is_for_whoever_came_from_a_provider(here):
    assert here.get(JOIN)["Location"] == "/accounts/login/"
    assert here.join()["Location"] == "/accounts/login/"
    assert not User.objects.exists()


@pytest.mark.parametrize("name", PROVIDERS)
def test_whoever_joined_comes_in_again(here, providers, name):
    here.sign_up(providers, name)
    again = Browser()
    answer = again.come_back(providers.choose(again.begin(name, next="/dashboard/?tab=2")))
    assert answer["Location"] == "/dashboard/?tab=2"
    assert is_in(again)
    assert User.objects.count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere_afterwards(here, providers, target):
    here.sign_up(providers, "google")
    again = Browser()
    answer = again.come_back(providers.choose(again.begin("google", next=target)))
    assert answer["Location"] == DASHBOARD


def test_an_address_proven_on_both_sides_is_one_person(here, providers):
    user = asha()
    answer = here.come_back(providers.choose(here.begin("google")))
    assert answer["Location"] == DASHBOARD
    assert SocialAccount.objects.get().user == user
    assert AuditEntry.objects.filter(action="accounts.social_account_connected").count() == 1
    assert Mail.objects.get().to == user.email


def test_a_capital_letter_makes_no_other_person(here, providers):
    user = asha()
    here.come_back(
        providers.choose(here.begin("google"), email="Asha.RAO@Mail.test", name="Asha Rao")
    )
    assert SocialAccount.objects.get().user == user


def test_an_unproven_account_with_the_address_is_not_taken_over(here, providers):
    """Whoever registered it first may be somebody else, and would keep their password."""
    squatter = asha(is_proven=False)
    refused = here.come_back(providers.choose(here.begin("google")))
    assert refused.status_code == 409
    assert "connect Google" in refused.content.decode()
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.get(user=squatter).verified
    assert not is_in(here)


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_address_that_the_provider_has_not_verified_opens_nothing(here, providers, name):
    asha()
    liar = {**ASHA, "is_unverified": "on"}
    refused = here.come_back(providers.choose(here.begin(name), **liar))
    assert refused.status_code == 403
    assert not SocialAccount.objects.exists()
    assert not is_in(here)


def test_an_unverified_address_does_not_tell_whether_somebody_is_here(here, providers):
    asha()
    texts = set()
    for email in (ASHA["email"], "nobody.here@mail.test"):
        liar = {"email": email, "name": "Somebody", "is_unverified": "on"}
        browser = Browser()
        answer = browser.come_back(providers.choose(browser.begin("google"), **liar))
        texts.add((answer.status_code, answer.context["message"]))
    assert len(texts) == 1


def test_nobody_registers_ahead_of_the_owner_by_a_social_account(here, providers):
    """The other way round: what the provider has not verified makes no account to be taken."""
    here.come_back(providers.choose(here.begin("github"), **ASHA, is_unverified="on"))
    here.join()
    assert not User.objects.exists()


def test_a_hidden_address_at_apple_is_an_address(here, providers):
    here.sign_up(providers, "apple", **ASHA, is_hidden="on")
    assert User.objects.get().email.endswith("@privaterelay.appleid.com")


def test_githubs_address_without_mailbox_is_never_ones_own(here, providers):
    here.sign_up(providers, "github", **ASHA, is_hidden="on")
    assert User.objects.get().email == ASHA["email"]
    assert User.objects.get().github_username == "asha-rao"


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("state", ["", "made-up"])
def test_an_answer_to_no_question_of_ours_is_refused(here, providers, name, state):
    answer = providers.choose(here.begin(name))
    refused = here.come_back(answer.but(state=state))
    assert refused.status_code == 401
    assert not is_in(here)


def test_the_answer_to_somebody_elses_question_is_refused(here, providers):
    """An attacker who has a victim's browser come back with the attacker's code."""
    attacker = Browser()
    answer = providers.choose(attacker.begin("google"))
    assert here.come_back(answer).status_code == 401
    victim_asked = query_of(here.begin("google"))["state"]
    assert here.come_back(answer.but(state=victim_asked)).status_code == 401
    assert not is_in(here)


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_answer_is_good_once(here, providers, name):
    here.sign_up(providers, name)
    again = Browser()
    answer = providers.choose(again.begin(name))
    assert again.come_back(answer)["Location"] == DASHBOARD
    assert again.come_back(answer).status_code == 401


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_code_is_good_once(here, providers, name):
    here.sign_up(providers, name)
    first, second = Browser(), Browser()
    answer = providers.choose(first.begin(name))
    first.come_back(answer)
    state = query_of(second.begin(name))["state"]
    assert second.come_back(answer.but(state=state)).status_code == 401
    assert not is_in(second)


@pytest.mark.parametrize("name", ["google", "apple"])
def test_an_answer_with_another_nonce_is_refused(here, providers, name):
    """A code that was made elsewhere, brought into a question of our own."""
    here.sign_up(providers, name)
    again = Browser()
    asked = again.begin(name)
    nonce = query_of(asked)["nonce"]
    answer = providers.choose(asked.replace(nonce, "x" * len(nonce)))
    assert again.come_back(answer).status_code == 401
    assert not is_in(again)


@pytest.mark.parametrize("name", ["google", "github"])
def test_a_stolen_code_is_worth_nothing_without_its_verifier(here, providers, name):
    here.sign_up(providers, name)
    thief, victim = Browser(), Browser()
    stolen = providers.choose(victim.begin(name))
    state = query_of(thief.begin(name))["state"]
    assert thief.come_back(stolen.but(state=state)).status_code == 401


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_code_goes_nowhere_but_home(here, providers, name):
    asked = here.begin(name)
    home = query_of(asked)["redirect_uri"]
    assert home == f"http://localhost/accounts/{name}/login/callback/"
    evil = asked.replace(urlencode({"": home})[1:], urlencode({"": "https://evil.example/"})[1:])
    assert evil != asked
    assert providers.refuses(evil)


def test_what_stands_in_the_address_changes_nothing_of_the_question(here, providers):
    sneaked = urlencode(
        {"auth_params": "redirect_uri=https://evil.example/&nonce=mine", "scope": "repo,admin:org"}
    )
    answer = here.post(f"/accounts/github/login/?{sneaked}")
    asked = query_of(answer["Location"])
    assert asked["redirect_uri"] == "http://localhost/accounts/github/login/callback/"
    assert asked["scope"] == "user:email"


def test_a_link_elsewhere_starts_nothing(here, providers):
    page = here.get("/accounts/google/login/")
    assert page.status_code == 200
    assert "Sign in with Google?" in page.content.decode()
    strict = Browser(enforce_csrf_checks=True)
    assert strict.post("/accounts/google/login/").status_code == 403


def test_a_second_factor_is_asked_here_too(here, providers):
    user = asha()
    add_app(user)
    answer = here.come_back(providers.choose(here.begin("google")))
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not is_in(here)
    assert not SignIn.objects.exists()


def test_somebody_deactivated_stays_out(here, providers):
    here.sign_up(providers, "google")
    User.objects.update(is_active=False)
    again = Browser()
    refused = again.come_back(providers.choose(again.begin("google")))
    assert refused.status_code == 403
    assert not is_in(again)


def test_somebody_deactivated_gets_no_new_door(here, providers):
    asha(is_active=False)
    refused = here.come_back(providers.choose(here.begin("github")))
    assert refused.status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("name", PROVIDERS)
def test_turning_back_is_no_fault(here, providers, name):
    answer = here.come_back(providers.choose(here.begin(name), cancel="1"))
    assert answer["Location"] == "/accounts/3rdparty/login/cancelled/"
    page = here.get(answer["Location"])
    assert page.status_code == 200
    assert "Nobody was signed in" in page.content.decode()


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("kind", ["500", "429", "broken_body", "dropped"])
def test_a_provider_that_fails_is_said_to_and_nobody_is_in(here, providers, name, kind):
    answer = providers.choose(here.begin(name))
    path = "*access_token*" if name == "github" else "*token*"
    providers.sandbox.play(name, kind, path=path)
    failed = here.come_back(answer)
    assert failed.status_code == 503
    assert "does not answer" in failed.content.decode()
    assert not is_in(here)


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_that_never_answers_is_waited_for_a_while_only(here, providers, settings, name):
    settings.SOCIAL_TIMEOUT = 0.2
    answer = providers.choose(here.begin(name))
    providers.sandbox.play(name, "timeout", path="*token*")
    assert here.come_back(answer).status_code == 503


@pytest.mark.parametrize(
    ("name", "path"), [("google", "/certs"), ("apple", "/auth/keys"), ("github", "/api/user*")]
)
@pytest.mark.parametrize("kind", ["500", "broken_body"])
def test_half_an_answer_opens_nothing(here, providers, name, path, kind):
    answer = providers.choose(here.begin(name))
    providers.sandbox.play(name, kind, path=path)
    assert here.come_back(answer).status_code in {401, 503}
    assert not is_in(here)


@pytest.mark.parametrize("name", PROVIDERS)
def test_nothing_that_opens_anything_is_kept(here, providers, name):
    here.come_back(providers.choose(here.begin(name)))
    waiting = [session.get_decoded() for session in Session.objects.all()]
    here.join()
    kept = str([waiting, list(SocialAccount.objects.values())])
    assert not SocialToken.objects.exists()
    assert not re.search(rf"eyJ|{name}-[\w-]{{30}}|access_token|refresh_token", kept)


def test_without_keys_a_provider_is_not_there(here, providers, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        **settings.SOCIALACCOUNT_PROVIDERS,
        "apple": {**settings.SOCIALACCOUNT_PROVIDERS["apple"], "APPS": []},
    }
    page = here.get("/accounts/login/")
    text = page.content.decode()
    assert "Continue with Google" in text
    assert "Apple" not in text
    assert "apple" not in page["Content-Security-Policy"]
    assert here.post("/accounts/apple/login/").status_code == 503
    assert here.get("/accounts/apple/login/callback/finish/").status_code == 503


def test_browsers_may_go_to_the_providers_from_our_forms(here, providers):
    policy = here.get("/accounts/login/")["Content-Security-Policy"]
    (form_action,) = (part for part in policy.split(";") if "form-action" in part)
    assert providers.url in form_action


@pytest.mark.parametrize(
    ("rule", "domains", "status"),
    [
        ("open", (), 302),
        ("invitation", (), 403),
        ("domains", ("mail.test",), 302),
        ("domains", ("school.edu",), 400),
    ],
)
def test_who_may_join_is_the_operators_choice(here, providers, settings, rule, domains, status):
    settings.REGISTRATION, settings.REGISTRATION_DOMAINS = rule, domains
    answer = here.come_back(providers.choose(here.begin("google")))
    assert answer.status_code == status
    here.join()
    assert User.objects.exists() is (status == 302)


def add_app(user):
    Authenticator.objects.create(
        user=user, type="totp", data={"secret": encryption.encrypt("JBSWY3DPEHPK3PXP")}
    )
