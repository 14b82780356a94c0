"""Two at once with one code, one token or one answer: only one of them gets in."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.actions import passkeys, second_factors
from accounts.actions.passkeys import prove_with_passkey
from accounts.actions.second_factors import (
    Place,
    begin_totp,
    confirm_totp,
    make_recovery_codes,
    spend_code,
    take_second_step,
)
from accounts.errors import InvalidCode, InvalidPasskey, SecondFactorRequired, SecondStepOver
from accounts.gate import admit
from accounts.models import SecondStep, SignIn, UsedChallenge, UsedCode
from accounts.passkeys import ask_for_proof
from accounts.tests.authenticators import code_at, give_app, give_passkey, recovery_codes_of
from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now

PLACE = Place(Caller())

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def guarded():
    user = UserFactory()
    give_app(user)
    return user


def failures(outcomes):
    return [type(each) for each in outcomes if isinstance(each, Exception)]


def spend_twice(user, code):
    at = now()
    step = lambda: spend_code(user, code=code, place=PLACE, at=at)  # noqa: E731
    return at_once(step, step)


def test_a_code_of_the_app_is_taken_once_of_two_at_once(guarded, monkeypatch):
    meeting = Meeting(2)
    create = UsedCode.objects.create

    def meet_and_create(**row):
        meeting.wait()
        return create(**row)

    monkeypatch.setattr(UsedCode.objects, "create", meet_and_create)
    assert failures(spend_twice(guarded, code_at(now()))) == [InvalidCode]
    assert UsedCode.objects.count() == 1


def test_without_its_row_a_code_of_the_app_would_be_taken_twice(guarded, monkeypatch):
    monkeypatch.setattr(UsedCode.objects, "create", lambda **_: None)
    assert failures(spend_twice(guarded, code_at(now()))) == []


def test_a_recovery_code_is_taken_once_of_two_at_once(guarded):
    code = recovery_codes_of(guarded)[0]
    assert failures(spend_twice(guarded, code)) == [InvalidCode]
    assert len(recovery_codes_of(guarded)) == 9


def test_without_a_lock_a_recovery_code_would_be_taken_twice(guarded, monkeypatch):
    code = recovery_codes_of(guarded)[0]
    meeting = Meeting(2)
    strike = second_factors.RecoveryCodes._mark_code_used

    def meet_and_strike(codes, place):
        meeting.wait()
        strike(codes, place)

    monkeypatch.setattr(second_factors.RecoveryCodes, "_mark_code_used", meet_and_strike)
    take_locks_off(monkeypatch)
    assert failures(spend_twice(guarded, code)) == []


@pytest.fixture
def token(guarded):
    with pytest.raises(SecondFactorRequired) as refused:
        admit(guarded, way="password", caller=Caller(), at=now())
    return refused.value.details["mfa_token"]


def step_twice(guarded, token, monkeypatch):
    """With two codes that are both right, so that the token alone can tell them apart."""
    at, meeting = now(), Meeting(2)
    start = second_factors.start_token_sign_in

    def meet_and_start(*args, **kwargs):
        meeting.wait()
        return start(*args, **kwargs)

    monkeypatch.setattr(second_factors, "start_token_sign_in", meet_and_start)
    codes = (code_at(at), recovery_codes_of(guarded)[0])
    return at_once(
        *(
            lambda code=code: take_second_step(token, code=code, place=PLACE, at=at)
            for code in codes
        )
    )


def test_a_token_of_the_second_step_is_good_once_of_two_at_once(guarded, token, monkeypatch):
    outcomes = step_twice(guarded, token, monkeypatch)
    assert failures(outcomes) == [SecondStepOver]
    assert SignIn.objects.count() == 1


def test_without_a_lock_it_would_be_good_twice(guarded, token, monkeypatch):
    take_locks_off(monkeypatch)
    step_twice(guarded, token, monkeypatch)
    assert SignIn.objects.count() == 2


def test_a_burst_of_guesses_gets_no_more_tries_than_one_after_the_other(guarded, token, settings):
    settings.SIGN_IN_WAIT_SECONDS = 0
    at = now()

    def guess():
        return take_second_step(token, code="000000", place=PLACE, at=at)

    found = failures(at_once(*[guess] * 8))
    assert (found.count(InvalidCode), found.count(SecondStepOver)) == (5, 3)
    assert SecondStep.objects.get().tries == 5


def test_an_answer_of_a_passkey_is_good_once_of_two_at_once(monkeypatch):
    user = UserFactory()
    device, at = give_passkey(user), now()
    question = ask_for_proof(None, at=at)
    answer, meeting = device.get(question.options), Meeting(2)
    create = UsedChallenge.objects.create

    def meet_and_create(**row):
        meeting.wait()
        return create(**row)

    def prove():
        return prove_with_passkey(question.token, answer, caller=Caller(), at=at)

    monkeypatch.setattr(UsedChallenge.objects, "create", meet_and_create)
    assert failures(at_once(prove, prove)) == [InvalidPasskey]


def test_without_its_row_an_answer_would_be_good_twice(monkeypatch):
    user = UserFactory()
    device, at = give_passkey(user), now()
    question = ask_for_proof(None, at=at)
    answer = device.get(question.options)

    def prove():
        return prove_with_passkey(question.token, answer, caller=Caller(), at=at)

    monkeypatch.setattr(passkeys, "_use_up", lambda *_, **__: None)
    assert failures(at_once(prove, prove)) == []


def test_two_tabs_set_up_one_app_and_one_set_of_recovery_codes():
    user, at = UserFactory(), now()
    setup = begin_totp(user, at=at)
    code = code_at(at, secret=setup.secret)

    def confirm():
        return confirm_totp(user, code=code, place=PLACE, at=at)

    assert len(failures(at_once(confirm, confirm))) == 1
    assert Authenticator.objects.filter(user=user).count() == 2


def test_new_recovery_codes_made_twice_at_once_leave_one_set(guarded):
    at = now()

    def make():
        return make_recovery_codes(guarded, caller=Caller(), at=at)

    made = at_once(make, make)
    assert failures(made) == []
    assert recovery_codes_of(guarded) in made
