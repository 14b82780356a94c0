"""What a key of an outside system looks like: `apn_<beginning>_<secret>`.

The first part tells scanners of leaked secrets whose it is, the beginning finds the row, and the
secret is known to nobody but its holder: 256 bits, so that a plain digest keeps it.
"""

import re
import secrets
import string
from dataclasses import dataclass
from hashlib import sha256

ALPHABET = string.ascii_letters + string.digits
MARK = "apn_"
BEGINNING_LENGTH = 8
SECRET_LENGTH = 43

_KEY = re.compile(rf"({MARK}[0-9A-Za-z]{{{BEGINNING_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}}")


@dataclass(frozen=True)
class KeyText:
    """`prefix` may be seen by anybody, `whole` is shown once."""

    prefix: str
    whole: str

    @property
    def digest(self) -> str:
        return sha256(self.whole.encode()).hexdigest()


def new_key() -> KeyText:
    prefix = MARK + _random(BEGINNING_LENGTH)
    return KeyText(prefix, f"{prefix}_{_random(SECRET_LENGTH)}")


def read_key(text: str) -> KeyText | None:
    found = _KEY.fullmatch(text)
    return KeyText(found[1], text) if found else None


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
