"""What mailed links carry. They lead to the platform's own address, by whatever name one asked."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.errors import LinkOver
from core.errors import Missing


def link_to(name: str, **parts: Any) -> str:
    return f"{settings.FRONTEND_URL}{reverse(name, kwargs=parts)}"


def sign(purpose: str, *facts: float | str, at: datetime) -> str:
    """A key that says `facts` to whoever reads it for the same purpose."""
    return _signer(purpose).sign_object([*facts, int(at.timestamp())])


def read(purpose: str, key: str, *, lasts: timedelta, at: datetime) -> list[Any]:
    """The facts. Raises `Missing` for what we did not sign, `LinkOver` for what is too old."""
    try:
        *facts, signed_at = _signer(purpose).unsign_object(key)
    except (BadSignature, ValueError, UnicodeError):
        raise Missing from None
    if at.timestamp() >= signed_at + lasts.total_seconds():
        raise LinkOver
    return facts


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"accounts.link.{purpose}")
