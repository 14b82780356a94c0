"""Accounts elsewhere that open one's own: connecting, disconnecting, never the last way in."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from accounts.actions import social
from accounts.errors import LastWayIn
from accounts.models import AuditEntry, SignIn, User
from accounts.tests.factories import UserFactory, sign_in_browser
from accounts.tests.providers import Browser, providers
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from core.mail.models import Mail

__all__ = ["providers"]

pytestmark = pytest.mark.django_db

PAGE = "/accounts/3rdparty/"
SOMEBODY = {"email": "asha.elsewhere@mail.test", "name": "Asha Elsewhere"}


@pytest.fixture
def here(student):
    browser = Browser()
    sign_in_browser(browser, student)
    return browser


def connect(browser, providers, name, /, **person):
    asked = browser.begin(name, process="connect")
    return browser.come_back(providers.choose(asked, **(person or SOMEBODY)))


def own(user, *names):
    return [
        SocialAccount.objects.create(user=user, provider=name, uid=f"{user.pk}") for name in names
    ]


def off(browser, account):
    return browser.post(f"{PAGE}{account.pk}/disconnect/")


@pytest.mark.parametrize("name", ["google", "github", "apple"])
def test_an_account_with_any_address_is_connected_by_its_owner(here, providers, student, name):
    assert connect(here, providers, name)["Location"] == PAGE
    assert SocialAccount.objects.get().user == student
    page = here.get(PAGE).content.decode()
    assert "Disconnect" in page
    entry = AuditEntry.objects.get(action="accounts.social_account_connected")
    assert (entry.actor.user, entry.data) == (student, {"provider": name})
    assert Event.objects.get(name="accounts.social_account_connected").payload == {
        "user_id": student.pk,
        "provider": name,
    }
    assert Mail.objects.get().to == student.email
    again = Browser()
    again.come_back(providers.choose(again.begin(name), **SOMEBODY))
    assert SignIn.objects.filter(user=student, way=name).exists()


def test_connecting_signs_nobody_else_in(here, providers, student):
    connect(here, providers, "google")
    assert list(SignIn.objects.values_list("user", flat=True)) == [student.pk]
    assert User.objects.count() == 1


def test_even_one_with_an_unverified_address(here, providers, student):
    """It is their account there, whatever its address is worth."""
    connect(here, providers, "github", **SOMEBODY, is_unverified="on")
    assert SocialAccount.objects.get().extra_data["login"] == "asha-elsewhere"


def test_the_address_elsewhere_does_not_become_ones_own(here, providers, student):
    connect(here, providers, "google")
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [student.email]


def test_connecting_twice_is_no_fault(here, providers):
    connect(here, providers, "google")
    assert connect(here, providers, "google")["Location"] == PAGE
    assert SocialAccount.objects.count() == 1


def test_what_is_somebody_elses_stays_theirs(here, providers):
    other = UserFactory()
    other_browser = Browser()
    sign_in_browser(other_browser, other)
    connect(other_browser, providers, "google")
    refused = connect(here, providers, "google")
    assert refused.status_code == 409
    assert SocialAccount.objects.get().user == other


def test_whoever_has_not_proven_their_address_connects_nothing(providers):
    """Else somebody who registered with another's address would keep a way in when they come."""
    squatter = UserFactory(is_proven=False)
    browser = Browser()
    sign_in_browser(browser, squatter)
    assert connect(browser, providers, "github").status_code == 403
    assert not SocialAccount.objects.exists()


def test_connecting_takes_a_fresh_proof(here, providers, student):
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    for body, query in [({"process": "connect"}, ""), ({"process": ""}, "?process=connect")]:
        answer = here.post(f"/accounts/google/login/{query}", body)
        assert "/accounts/reauthenticate/" in answer["Location"]


def test_nobody_connects_without_being_signed_in(providers):
    answer = Browser().post("/accounts/google/login/", {"process": "connect"})
    assert answer["Location"].startswith("/accounts/login/")


def test_what_one_began_another_does_not_end(here, providers, student):
    """Somebody signs out and somebody else in, between the question and the answer."""
    answer = providers.choose(here.begin("google", process="connect"), **SOMEBODY)
    states = here.session["socialaccount_states"]
    other = UserFactory()
    sign_in_browser(here, other)
    session = here.session
    session["socialaccount_states"] = states
    session.save()
    assert here.come_back(answer).status_code == 401
    assert not SocialAccount.objects.exists()


def test_an_account_is_disconnected_and_opens_nothing_more(here, providers, student):
    connect(here, providers, "google")
    account = SocialAccount.objects.get()
    assert "Disconnect Google?" in here.get(f"{PAGE}{account.pk}/disconnect/").content.decode()
    assert SocialAccount.objects.exists()
    assert off(here, account)["Location"] == PAGE
    assert not SocialAccount.objects.exists()
    assert AuditEntry.objects.filter(action="accounts.social_account_disconnected").exists()
    assert Event.objects.filter(name="accounts.social_account_disconnected").exists()
    assert Mail.objects.count() == 2


def test_disconnecting_takes_a_fresh_proof(here, student):
    (account,) = own(student, "google")
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    assert "/accounts/reauthenticate/" in off(here, account)["Location"]
    assert SocialAccount.objects.exists()


def test_nobody_disconnects_what_is_anothers(here):
    (account,) = own(UserFactory(), "google")
    assert off(here, account).status_code == 404
    assert SocialAccount.objects.exists()


def test_the_last_way_in_stays(here, providers, student):
    student.set_unusable_password()
    student.save()
    sign_in_browser(here, student)
    (account,) = own(student, "google")
    off(here, account)
    assert SocialAccount.objects.exists()
    assert "your only way in" in here.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("other_way", "is_one"),
    [
        (lambda user: own(user, "github"), True),
        (lambda user: passkey(user, "webauthn"), True),
        (lambda user: passkey(user, "totp"), False),
        (lambda user: proven_phone(user, "+919876543210"), True),
        (lambda user: own(user, "apple"), False),
    ],
    ids=["another account", "passkey", "app for codes", "phone", "provider not set up"],
)
def test_what_counts_as_another_way_in(providers, settings, student, other_way, is_one):
    about = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = {**about, "apple": {**about["apple"], "APPS": []}}
    student.set_unusable_password()
    student.save()
    (account,) = own(student, "google")
    other_way(student)
    assert social.has_another_way_in(student, than=account) is is_one


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [False, True])
def test_two_tabs_do_not_close_both_ways_in(providers, monkeypatch, is_locked):
    """Without the lock both see the other's account, and both go."""
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    accounts = own(user, "google", "github")
    meeting, asked = Meeting(2), social.has_another_way_in

    def meet(*given, **named):
        found = asked(*given, **named)
        meeting.wait()
        return found

    monkeypatch.setattr(social, "has_another_way_in", meet)
    if not is_locked:
        take_locks_off(monkeypatch)
    outcomes = at_once(
        *(
            lambda pk=account.pk: social.disconnect(user, pk, caller=Caller(), at=now())
            for account in accounts
        )
    )
    assert SocialAccount.objects.count() == (1 if is_locked else 0)
    assert [type(each) for each in outcomes if each].count(LastWayIn) == (1 if is_locked else 0)


def test_the_page_costs_the_same_with_one_account_and_with_three(
    here, providers, student, django_assert_max_num_queries
):
    own(student, "google")
    with django_assert_max_num_queries(20) as one:
        here.get(PAGE)
    own(student, "github", "apple")
    with django_assert_max_num_queries(len(one)):
        here.get(PAGE)


def test_a_provider_that_is_gone_is_still_shown_to_be_disconnected(
    here, providers, settings, student
):
    own(student, "google")
    settings.SOCIALACCOUNT_PROVIDERS = {
        name: {**about, "APPS": []} for name, about in settings.SOCIALACCOUNT_PROVIDERS.items()
    }
    page = here.get(PAGE).content.decode()
    assert "not set up here any more" in page
    assert "GitHub" not in page


def passkey(user, kind):
    return Authenticator.objects.create(user=user, type=kind, data={})


def proven_phone(user, phone):
    user.phone, user.phone_verified_at = phone, now()
    user.save()
