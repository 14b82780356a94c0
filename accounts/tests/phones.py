"""Phones and the codes that went to them, for tests."""

from accounts.actions.phones import ask_to_prove, ask_to_sign_in
from accounts.models import PhoneCode, User
from accounts.phones.codes import digits_of
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now

PHONE = "+919876543210"
OTHER_PHONE = "+919876500000"
HERE = Caller("192.0.2.7")
SEND = "/api/auth/phone-otp/send/"
VERIFY = "/api/auth/phone-otp/verify/"


def owner_of(phone: str = PHONE, **traits) -> User:
    return UserFactory(phone=phone, phone_verified_at=now(), **traits)


def newest(phone: str = PHONE) -> PhoneCode:
    return PhoneCode.objects.filter(phone=phone).order_by("-pk")[0]


def code_for(phone: str = PHONE) -> str:
    """What the newest text to this phone says."""
    return digits_of(newest(phone))


def wrong_code_for(phone: str = PHONE) -> str:
    return f"{(int(code_for(phone)) + 1) % 10**6:06}"


def ask(phone: str = PHONE, *, user: User | None = None, caller: Caller = HERE, at=None):
    at = at or now()
    if user is None:
        return ask_to_sign_in(phone=phone, caller=caller, at=at)
    return ask_to_prove(user, phone=phone, caller=caller, at=at)
