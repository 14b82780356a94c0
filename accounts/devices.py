"""Which browsers an account signed in from before: a signed cookie, kept by the browser alone."""

from typing import TypedDict
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.actions.credentials import account_mark
from accounts.rules import normalise_email

COOKIE = "device"
SALT = "accounts.device"
AGE_SECONDS = 365 * 24 * 3600
ACCOUNTS_KEPT = 5


class Device(TypedDict):
    id: str
    accounts: list[str]


def known_device(request: HttpRequest, email: str) -> str | None:
    """This browser's name, if the account signed in from it before."""
    device = _read(request)
    return device["id"] if _mark(email) in device["accounts"] else None


def remember_device(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    device = _read(request)
    others = [mark for mark in device["accounts"] if mark != _mark(email)]
    device["accounts"] = [_mark(email), *others][:ACCOUNTS_KEPT]
    response.set_cookie(
        COOKIE,
        signing.dumps(device, salt=SALT),
        max_age=AGE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> Device:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE_SECONDS)
    except signing.BadSignature:
        return Device(id=uuid4().hex, accounts=[])


def _mark(email: str) -> str:
    return account_mark(normalise_email(email))
