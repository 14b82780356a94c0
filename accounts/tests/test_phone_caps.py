"""Flooding phones and pumping texts: who pays is us, so there are caps on everything."""

from datetime import timedelta

import pytest

from accounts.errors import CountryNotServed, TooManyCodes
from accounts.models import PhoneCode
from accounts.phones.calling_codes import COUNTRIES, country_of
from accounts.phones.caps import REFUSED, network_of
from accounts.tests.factories import UserFactory
from accounts.tests.phones import OTHER_PHONE, PHONE, SEND, ask, owner_of
from core.callers import Caller
from core.clock import now

# Many numbers of few countries, none of them anybody's.
UNITED_STATES, JAMAICA = "+12025550{:03}", "+18765550{:03}"


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+919876543210", "IN"),
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("+18765550123", "JM"),
        ("+18095550123", "DO"),
        ("+447700900123", "GB"),
        ("+447911123456", "GB"),
        ("+441534555123", "JE"),
        ("+77015550123", "KZ"),
        ("+79161234567", "RU"),
        ("+59995550123", "CW"),
        ("+5995550123", "BQ"),
        ("+262692123456", "RE"),
        ("+262639123456", "YT"),
        ("+9779812345678", "NP"),
        ("+870773111632", ""),  # satellites
        ("+881612345678", ""),
        ("+882131234567", ""),
        ("+979123456789", ""),  # premium numbers of the whole world
        ("+80012345678", ""),
        ("+2101234567", ""),  # nobody has this code
    ],
)
def test_a_phone_belongs_to_the_country_of_its_longest_code(phone, country):
    assert country_of(phone) == country


def test_no_calling_code_is_listed_twice_and_none_begins_with_nought():
    assert len(COUNTRIES) > 250
    assert all(code.isascii() and code.isdigit() and code[0] != "0" for code in COUNTRIES)
    assert {len(country) for country in COUNTRIES.values()} == {2}


def test_only_ipv6_networks_stand_for_many():
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8::1:2:3:4") == network_of("2001:db8::9") == "2001:db8::"
    assert network_of(None) is None


@pytest.mark.django_db
@pytest.mark.parametrize("is_known", [True, False])
def test_a_phone_gets_three_codes_in_a_quarter_of_an_hour(api, is_known):
    if is_known:
        owner_of()
    answers = [api.post(SEND, {"phone": PHONE}) for _ in range(5)]
    assert [each.status_code for each in answers] == [202] * 3 + [429] * 2
    last = answers[-1].json()["error"]
    assert last["code"] == "THROTTLED"
    assert 14 * 60 < last["details"]["retry_after"] <= 15 * 60
    assert answers[-1]["Retry-After"] == str(last["details"]["retry_after"])
    assert api.post(SEND, {"phone": OTHER_PHONE}).status_code == 202


@pytest.mark.django_db
def test_whoever_waits_as_told_gets_another_code():
    at = now()
    for minute in range(3):
        ask(at=at + timedelta(minutes=minute))
    with pytest.raises(TooManyCodes) as told:
        ask(at=at + timedelta(minutes=5))
    assert told.value.retry_after == 10 * 60
    ask(at=at + timedelta(minutes=15))


@pytest.mark.django_db
def test_a_phone_gets_ten_codes_a_day_however_patient_somebody_is():
    at = now()
    for half_hour in range(10):
        ask(at=at + timedelta(minutes=30 * half_hour))
    with pytest.raises(TooManyCodes) as told:
        ask(at=at + timedelta(hours=6))
    assert told.value.retry_after == 18 * 3600


@pytest.mark.django_db
def test_one_address_cannot_flood_many_phones(settings):
    settings.SMS_ADDRESS_HOUR = 4
    flooder = Caller("198.51.100.7")
    for number in range(4):
        ask(UNITED_STATES.format(number), caller=flooder)
    with pytest.raises(TooManyCodes):
        ask(PHONE, caller=flooder)
    ask(PHONE, caller=Caller("198.51.100.8"))


@pytest.mark.django_db
def test_a_classroom_behind_one_address_gets_its_codes():
    classroom = Caller("198.51.100.7")
    for number in range(40):
        ask(f"+9198765{number:05}", caller=classroom)
    assert PhoneCode.objects.count() == 40


@pytest.mark.django_db
def test_one_account_cannot_have_many_phones_texted(student, settings):
    settings.SMS_ACCOUNT_HOUR = 3
    for number in range(3):
        ask(UNITED_STATES.format(number), user=student, caller=Caller(f"192.0.2.{number}"))
    with pytest.raises(TooManyCodes):
        ask(PHONE, user=student)
    ask(PHONE, user=UserFactory())


@pytest.mark.django_db
def test_many_accounts_cannot_pump_an_expensive_country(settings):
    settings.SMS_COUNTRY_HOUR = 3
    before = REFUSED.labels("country")._value.get()
    for number in range(3):
        pump(JAMAICA.format(number), number)
    for number in (4, 5):
        with pytest.raises(TooManyCodes):
            pump(JAMAICA.format(number), number)
    assert REFUSED.labels("country")._value.get() == before + 2
    pump(UNITED_STATES.format(1), 6)


@pytest.mark.django_db
def test_the_platform_as_a_whole_has_an_end(settings):
    settings.SMS_PLATFORM_DAY = 3
    at = now()
    for number, pattern in enumerate((JAMAICA, UNITED_STATES, "+9198765{:05}")):
        pump(pattern.format(number), number, at=at + timedelta(hours=2 * number))
    with pytest.raises(TooManyCodes):
        pump("+4915112345678", 9, at=at + timedelta(hours=8))
    pump("+4915112345678", 9, at=at + timedelta(hours=25))


def pump(phone, number, at=None):
    return ask(phone, user=UserFactory(), caller=Caller(f"203.0.113.{number}"), at=at)


@pytest.mark.django_db
def test_asking_about_phones_that_are_nobodys_uses_up_nothing_that_costs(settings):
    settings.SMS_COUNTRY_HOUR = settings.SMS_PLATFORM_HOUR = 2
    for number in range(6):
        ask(f"+9198765{number:05}")
    owner_of()
    ask(PHONE)


@pytest.mark.django_db
def test_a_cap_that_holds_says_the_same_of_known_and_unknown_phones(api, settings):
    settings.SMS_PLATFORM_HOUR = 0
    owner_of()
    known, unknown = (api.post(SEND, {"phone": phone}) for phone in (PHONE, OTHER_PHONE))
    assert known.status_code == unknown.status_code == 429
    assert known.content == unknown.content
    assert not PhoneCode.objects.exists()


@pytest.mark.django_db
def test_texts_go_to_the_listed_countries_alone(api, settings):
    settings.SMS_COUNTRIES = ("IN", "NP")
    assert api.post(SEND, {"phone": PHONE}).status_code == 202
    elsewhere = api.post(SEND, {"phone": JAMAICA.format(1)})
    assert elsewhere.status_code == 400
    assert "country" in elsewhere.json()["error"]["message"]


@pytest.mark.django_db
def test_nothing_is_sent_to_satellites(student):
    with pytest.raises(CountryNotServed):
        ask("+870773111632", user=student)
    assert not PhoneCode.objects.exists()


@pytest.mark.django_db
def test_calls_are_throttled_like_other_ways_in(api, settings):
    settings.SMS_PHONE_CODES = 100
    settings.SMS_PHONE_DAY = 100
    statuses = [api.post(SEND, {"phone": PHONE}).status_code for _ in range(12)]
    assert statuses == [202] * 10 + [429] * 2


@pytest.mark.django_db
def test_the_admins_signed_in_are_capped_too(admin, settings):
    settings.SMS_ACCOUNT_HOUR = 1
    ask(PHONE, user=admin)
    with pytest.raises(TooManyCodes):
        ask(OTHER_PHONE, user=admin)
