"""Whether GitHub sent something: HMAC-SHA256 over the raw body, by any secret that is accepted."""

import hashlib
import hmac
import re
from collections.abc import Iterable

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")


def looks_signed(signature: str) -> bool:
    """So that nobody reads megabytes of what bears no signature at all."""
    return _SIGNATURE.fullmatch(signature) is not None


def is_signed(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Takes the same time for each secret, and tries them all."""
    if not looks_signed(signature):
        return False
    given = signature.encode()
    fits = [hmac.compare_digest(_signature_of(body, secret), given) for secret in secrets]
    return any(fits)


def _signature_of(body: bytes, secret: str) -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
