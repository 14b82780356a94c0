"""What must not be read in a log line, however it got there."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from core.settings import tunables

HIDDEN = "[hidden]"
# Shorter values are words that stand in many a sentence.
SHORTEST_SECRET = 8

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|signature|csrf|otp"
    r"|session_?(id|key)|api_?key|private|recovery_code|(^|_)key(s|_value)?$|^uidb",
    re.IGNORECASE,
)
# Callers choose what stands in a line, such as the path. So nothing in here may look for one word's
# end from each of its letters: a long one would hold the whole process for minutes.
_SECRET_TEXT = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]+"
    r"|(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"
    r"|(?P<key>\bapn_[0-9A-Za-z]{8}_)[0-9A-Za-z]+"
    r"|(?P<login>://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<named>(?:password|passwd|secret|token|cookie|sessionid|api[_-]?key|otp)"
    r"[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&}]+",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_secret_name(name: object) -> bool:
    return isinstance(name, str) and bool(_SECRET_NAME.search(name.replace("-", "_")))


def without_secrets(value: Any) -> Any:
    """The same value, in which secrets are replaced by a mark."""
    if isinstance(value, str):
        return _text_without_secrets(value)
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if is_secret_name(key) and each else without_secrets(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(each) for each in value]
    return value


def _text_without_secrets(text: str) -> str:
    for secret in _secrets_of_this_platform():
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return _SECRET_TEXT.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    return (match["scheme"] or match["key"] or match["login"] or match["named"] or "") + HIDDEN


@cache
def _secrets_of_this_platform() -> tuple[str, ...]:
    values = (getattr(tunables.values, each.name) for each in tunables.TUNABLES if each.secret)
    secrets = (_secret_part(text) for value in values for text in _texts(value))
    return tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple | list) else ()


def _secret_part(text: str) -> str:
    """Of an address only the password: operators need to read where an engine is."""
    return urlsplit(text).password or "" if "://" in text else text
