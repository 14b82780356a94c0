"""Settings that the platform refuses to run with, each with a code and what to set instead."""

import sys
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from django.core.checks import CheckMessage, Error, register

from core.encryption import BadKeyError, check_keys
from core.settings import tunables
from core.settings.tunables import Problem

EX_CONFIG = 78  # what sysexits.h calls a fault in the configuration
SECRET_KEY_LENGTH = 50
SECRET_KEY_CHARACTERS = 8

Rule = Callable[[Any], Iterator[Problem]]


@register()
def check_settings(**_: object) -> list[CheckMessage]:
    return [Error(problem.message, id=problem.code) for problem in every_problem()]


def require_sound_settings() -> None:
    """End this process with one sentence a problem, where there is one."""
    found = every_problem()
    if found:
        _refuse(found)


def every_problem() -> list[Problem]:
    return [*tunables.problems, *problems_of(tunables.values)]


def problems_of(values: SimpleNamespace) -> list[Problem]:
    """What is wrong with values that could be read. What is missing is not looked at again."""
    return [problem for rule in _RULES for problem in rule(values)]


def _refuse(found: Sequence[Problem]) -> NoReturn:
    lines = [f"  {problem.code}  {problem.message}" for problem in found]
    print(  # noqa: T201
        "ApraNova does not start with these settings:",
        *lines,
        "All settings are in docs/settings.md.",
        sep="\n",
        file=sys.stderr,
        flush=True,
    )
    sys.exit(EX_CONFIG)


def _secret_key(values: Any) -> Iterator[Problem]:
    key = values.SECRET_KEY
    if key and (len(key) < SECRET_KEY_LENGTH or len(set(key)) < SECRET_KEY_CHARACTERS):
        yield Problem(
            "core.E003",
            "SECRET_KEY",
            f"SECRET_KEY can be guessed: set it to at least {SECRET_KEY_LENGTH} random characters.",
        )


def _encryption_keys(values: Any) -> Iterator[Problem]:
    try:
        check_keys(values.ENCRYPTION_KEYS)
    except BadKeyError as error:
        yield Problem("core.E004", "ENCRYPTION_KEYS", str(error))


def _debug(values: Any) -> Iterator[Problem]:
    if values.DEBUG and values.HTTPS_ONLY:
        yield Problem(
            "core.E005",
            "DEBUG",
            "DEBUG shows the inside of the platform to everyone: set DEBUG=0, or HTTPS_ONLY=0 on "
            "a machine that only you can reach.",
        )


def _frontend_url(values: Any) -> Iterator[Problem]:
    url = values.FRONTEND_URL
    if not url:
        return
    if not _is_origin(url):
        yield Problem(
            "core.E006",
            "FRONTEND_URL",
            "FRONTEND_URL must be an address without a path, such as https://learn.example.org.",
        )
    elif values.HTTPS_ONLY and not url.startswith("https://"):
        yield Problem(
            "core.E006",
            "FRONTEND_URL",
            "FRONTEND_URL must begin with https:// as long as HTTPS_ONLY is on.",
        )


def _engines(values: Any) -> Iterator[Problem]:
    for name, schemes in (
        ("DATABASE_URL", ("postgres", "postgresql")),
        ("REDIS_URL", ("redis", "rediss", "unix")),
    ):
        url = getattr(values, name)
        parts = _split(url)
        if url and (parts is None or parts.scheme not in schemes):
            yield Problem("core.E007", name, f"{name} must begin with {schemes[0]}://.")


def _time_zone(values: Any) -> Iterator[Problem]:
    if values.TIME_ZONE not in available_timezones():
        yield Problem(
            "core.E008", "TIME_ZONE", "TIME_ZONE must be a name such as Asia/Kolkata or UTC."
        )


def _mail(values: Any) -> Iterator[Problem]:
    if values.EMAIL_USE_TLS and values.EMAIL_USE_SSL:
        yield Problem(
            "core.E009",
            "EMAIL_USE_SSL",
            "EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other: set EMAIL_USE_TLS=0 for port 465, "
            "EMAIL_USE_SSL=0 for port 587.",
        )


def _origins(values: Any) -> Iterator[Problem]:
    for name in ("CORS_ORIGINS", "OUTBOUND_ALLOWED_ORIGINS"):
        for origin in getattr(values, name):
            if not _is_origin(origin):
                yield Problem(
                    "core.E010",
                    name,
                    f"{name} must list addresses without a path, such as https://a.example.org.",
                )


def _shares(values: Any) -> Iterator[Problem]:
    for name in ("SENTRY_SAMPLE_RATE", "SENTRY_TRACES_RATE"):
        if not 0 <= getattr(values, name) <= 1:
            yield Problem("core.E011", name, f"{name} must be from 0 to 1.")


def _numbers(values: Any) -> Iterator[Problem]:
    for tunable in tunables.TUNABLES:
        if tunable.kind in {"integer", "number"} and getattr(values, tunable.name) < 0:
            yield Problem("core.E012", tunable.name, f"{tunable.name} must not be negative.")


def _is_origin(text: str) -> bool:
    parts = _split(text)
    return (
        parts is not None
        and parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and parts.username is None
        and not (parts.path or parts.query or parts.fragment)
    )


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


_RULES: tuple[Rule, ...] = (
    _secret_key,
    _encryption_keys,
    _debug,
    _frontend_url,
    _engines,
    _time_zone,
    _mail,
    _origins,
    _shares,
    _numbers,
)
