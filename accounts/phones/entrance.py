"""The one entrance by text message, for pages and the API alike.

Whoever is signed in proves their own phone; for everybody else a code opens the account of the
phone.
"""

from django.http import HttpRequest

from accounts.actions.phones import (
    ask_to_prove,
    ask_to_sign_in,
    person_with_code,
    phone_mark,
    prove_phone,
)
from accounts.entrance import SCOPE
from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.throttles import charge

WAY = "phone_code"


def send_sign_in_code(request: HttpRequest, *, phone: str) -> None:
    _charge(request, phone)
    ask_to_sign_in(phone=phone, caller=caller_of(request), at=now())


def person_behind_phone(request: HttpRequest, *, phone: str, code: str) -> User:
    _charge(request, phone)
    return person_with_code(phone=phone, digits=code, caller=caller_of(request), at=now())


def send_proof_code(request: HttpRequest, user: User, *, phone: str) -> None:
    _charge(request, phone)
    ask_to_prove(user, phone=phone, caller=caller_of(request), at=now())


def prove_own_phone(request: HttpRequest, user: User, *, phone: str, code: str) -> User:
    _charge(request, phone)
    return prove_phone(user, phone=phone, digits=code, caller=caller_of(request), at=now())


def _charge(request: HttpRequest, phone: str) -> None:
    charge(request, scope=SCOPE, account=f"phone {phone_mark(phone)}")
