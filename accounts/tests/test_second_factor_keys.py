"""The secrets of second factors move with the platform's keys."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.actions.second_factors import Place, spend_code
from accounts.tests.authenticators import code_at, give_app, give_passkey, recovery_codes_of
from core.callers import Caller
from core.clock import now

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(student, settings):
    settings.ENCRYPTION_KEYS = (OLD,)
    give_app(student)
    give_passkey(student)
    return student


def reencrypt():
    told = StringIO()
    call_command("reencrypt", stdout=told, stderr=told)
    return told.getvalue()


def test_codes_are_good_after_the_keys_were_changed_and_the_old_one_is_gone(guarded, settings):
    codes = recovery_codes_of(guarded)
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    assert "mfa.Authenticator.data: 2 seen, 2 changed, 0 lost" in reencrypt()
    assert "mfa.Authenticator.data: 2 seen, 0 changed, 0 lost" in reencrypt()
    settings.ENCRYPTION_KEYS = (NEW,)
    at = now()
    assert spend_code(guarded, code=code_at(at), place=Place(Caller()), at=at) == "totp"
    assert recovery_codes_of(guarded) == codes


def test_a_secret_that_no_key_opens_is_told_and_left_as_it_is(guarded, settings):
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    settings.ENCRYPTION_KEYS = (STRANGE,)
    with pytest.raises(CommandError, match="values cannot be decrypted"):
        reencrypt()
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before
