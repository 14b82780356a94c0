"""Whether a provider really said so: its signature, and that it was said to us and lately."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache

# What both Google and Apple sign with. Never what the token itself names.
ALGORITHM = "RS256"
NEEDED = ("iss", "aud", "sub", "iat", "exp")
LEEWAY_SECONDS = 30
LONGEST = 8192
KEYS_KEPT_SECONDS = 3600
# Whoever sends tokens with made-up key ids has us ask no more often than this.
ASK_AGAIN_SECONDS = 10


@dataclass(frozen=True)
class Trust:
    """Whom a token must come from, and for whom it must be."""

    keys_url: str
    issuers: tuple[str, ...]
    audiences: Collection[str]


def claims_of(token: str, trust: Trust) -> dict[str, Any]:
    """Raises `OAuth2Error` for a token that proves nothing, `RequestException` without keys."""
    if len(token) > LONGEST:
        raise OAuth2Error("too long")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != ALGORITHM:
            raise OAuth2Error("another algorithm")
        claims = jwt.decode(
            token,
            _key(trust.keys_url, header.get("kid")),
            algorithms=[ALGORITHM],
            issuer=trust.issuers,
            audience=list(trust.audiences),
            leeway=LEEWAY_SECONDS,
            options={"require": list(NEEDED)},
        )
    except jwt.PyJWTError as error:
        raise OAuth2Error(type(error).__name__) from None
    # One that is also for others could be brought here by them.
    if not isinstance(claims["aud"], str):
        raise OAuth2Error("several audiences")
    return claims


def _key(url: str, key_id: object) -> jwt.PyJWK:
    if not isinstance(key_id, str):
        raise OAuth2Error("no key id")
    known = cache.get(_place(url))
    if known is None or (key_id not in known and _may_ask_again(url)):
        known = _ask(url)
    if key_id not in known:
        raise OAuth2Error("unknown key")
    return jwt.PyJWK(known[key_id], ALGORITHM)


def _ask(url: str) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        answer = session.get(url)
        answer.raise_for_status()
        body = answer.json()
    listed = body.get("keys") if isinstance(body, dict) else None
    keys = {
        each["kid"]: each
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and isinstance(each.get("kid"), str)
    }
    if keys:
        cache.set(_place(url), keys, KEYS_KEPT_SECONDS)
    return keys


def _may_ask_again(url: str) -> bool:
    return bool(cache.add(f"{_place(url)}.asked", True, ASK_AGAIN_SECONDS))


def _place(url: str) -> str:
    return f"accounts.social.keys {url}".replace(" ", ":")
