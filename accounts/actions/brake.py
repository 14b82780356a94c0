"""The brake on guessing: tries are counted by a key, made to wait, and locked out."""

from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import SignInBrake
from accounts.rules import Admission, BrakeLimits, BrakeState, try_sign_in


@transaction.atomic
def press(key: str, *, limits: BrakeLimits, at: datetime) -> tuple[BrakeState, Admission]:
    """Count one more try, before anybody looks whether it was right."""
    SignInBrake.objects.bulk_create(
        [SignInBrake(key=key, tries=0, first_try_at=at)], ignore_conflicts=True
    )
    brake = SignInBrake.objects.select_for_update().get(key=key)
    before = BrakeState(brake.tries, brake.first_try_at, brake.wait_until)
    state, admission = try_sign_in(before, at=at, limits=limits)
    SignInBrake.objects.filter(key=key).update(
        tries=state.tries, first_try_at=state.first_try_at, wait_until=state.wait_until
    )
    return state, admission


def release(key: str, *, at: datetime) -> None:
    """Whoever was right starts anew."""
    SignInBrake.objects.filter(key=key).update(tries=0, first_try_at=at, wait_until=None)


def brake_key(account: str, place: str) -> str:
    """A digest, so that the table tells nobody who tried where."""
    return salted_hmac("accounts.brake", f"{account}\n{place}", algorithm="sha256").hexdigest()
