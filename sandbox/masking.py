"""Hides passwords, keys and tokens before anything is kept, shown or logged."""

import re
from collections.abc import Iterable

MASK = "••••"

_NAME = (
    r"[\w.\[\]-]*?(?:passw(?:or)?d|passphrase|passcode|secret|credential|assertion|token"
    r"|(?:api|access|secret|signing|private|auth)[_-]?key)\d?\]?"
)
_SECRET_HEADER = re.compile(
    r"(?:proxy-)?authorization|(?:set-)?cookie"
    r"|(?:.*-)?(?:password|secret|token)|(?:.*-)?(?:api|access|secret|private|auth)-?key",
    re.IGNORECASE,
)
# The closing quote is optional: a body that was cut may end within its secret.
_JSON_FIELD = re.compile(rf'("{_NAME}"\s*:\s*)("(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)', re.IGNORECASE)
_FORM_FIELD = re.compile(rf"((?:^|[?&])(?:{_NAME}|key)=)[^&\s\"'<>]*", re.IGNORECASE)
_MULTIPART_FIELD = re.compile(
    rf'(name="{_NAME}"(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*', re.IGNORECASE
)


def mask_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, mask_header(name, value)) for name, value in headers]


def mask_header(name: str, value: str) -> str:
    if not _SECRET_HEADER.fullmatch(name):
        return value
    scheme, _, rest = value.partition(" ")
    has_scheme = rest and name.lower().endswith("authorization")
    return f"{scheme} {MASK}" if has_scheme else MASK


def mask_body(text: str) -> str:
    text = _JSON_FIELD.sub(rf'\1"{MASK}"', text)
    text = _FORM_FIELD.sub(rf"\1{MASK}", text)
    return _MULTIPART_FIELD.sub(rf"\1{MASK}", text)


def mask_path(path: str) -> str:
    return _FORM_FIELD.sub(rf"\1{MASK}", path)
