"""Encryption at rest: the first of ENCRYPTION_KEYS encrypts, every one of them decrypts."""

from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class BadKeyError(ValueError):
    """A key that is no Fernet key; the message says which by its place, never by its text."""


class NoKeyFitsError(Exception):
    """No key opens a stored value: its own is missing, or the value was altered."""

    def __init__(self, where: str = "A stored value") -> None:
        super().__init__(
            f"{where} cannot be decrypted with any of the {len(settings.ENCRYPTION_KEYS)} keys in "
            "ENCRYPTION_KEYS. Add the key that it was written with; a backup is of no use without "
            "its keys."
        )


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def check_keys(keys: Sequence[str]) -> None:
    """Raise BadKeyError for the first key that cannot be used."""
    for place, key in enumerate(keys, start=1):
        _fernet(key, place)


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    try:
        return _keys().decrypt(token).decode("utf-8")
    except InvalidToken:
        raise NoKeyFitsError from None


def is_current(token: str) -> bool:
    """Was it encrypted with the first key?"""
    try:
        _fernet(settings.ENCRYPTION_KEYS[0], 1).decrypt(token)
    except InvalidToken:
        return False
    return True


def rotate(token: str) -> str:
    """The same text under the first key."""
    try:
        return _keys().rotate(token).decode("ascii")
    except InvalidToken:
        raise NoKeyFitsError from None


def _keys() -> MultiFernet:
    return _multi_fernet(tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _multi_fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise BadKeyError("ENCRYPTION_KEYS is empty: nothing can be encrypted or decrypted.")
    return MultiFernet([_fernet(key, place) for place, key in enumerate(keys, start=1)])


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise BadKeyError(
            f"Key number {place} of ENCRYPTION_KEYS is not a Fernet key (44 characters, URL-safe "
            "base64). `manage.py make_encryption_key` makes one."
        ) from None
