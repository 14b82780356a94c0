"""The keys of a sign-in provider, and the tokens that it signs."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ALGORITHM = "RS256"
KEY_BITS = 2048


@cache
def key_of(owner: str) -> rsa.RSAPrivateKey:
    """Made anew by each process, as real providers change theirs."""
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def key_set(owner: str) -> dict[str, Any]:
    """The public key as providers publish it (JWKS)."""
    described = _described(owner)
    return {"keys": [{**described, "kid": _key_id(described), "use": "sig", "alg": ALGORITHM}]}


def sign(owner: str, claims: Mapping[str, Any], *, how: str = "") -> str:
    """A token of `owner`; `how` makes one as attackers do.

    `none` signs nothing, `hs256` takes the public key for a shared secret, `stranger` signs with
    somebody else's key under the right name, `no_key_id` leaves the name of the key out.
    """
    header = {} if how == "no_key_id" else {"kid": _key_id(_described(owner))}
    match how:
        case "none":
            return jwt.encode(dict(claims), "", "none", headers=header)
        case "hs256":
            return _signed_with_public_key(owner, claims, header)
        case "stranger":
            return jwt.encode(dict(claims), key_of(f"not {owner}"), ALGORITHM, headers=header)
    return jwt.encode(dict(claims), key_of(owner), ALGORITHM, headers=header)


def _described(owner: str) -> dict[str, Any]:
    described = jwt.algorithms.RSAAlgorithm.to_jwk(key_of(owner).public_key(), as_dict=True)
    return {name: described[name] for name in ("kty", "n", "e")}


def _key_id(described: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def _signed_with_public_key(
    owner: str, claims: Mapping[str, Any], header: Mapping[str, Any]
) -> str:
    """By hand: libraries refuse to."""
    secret = (
        key_of(owner)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    parts = [
        _encoded(json.dumps({"alg": "HS256", "typ": "JWT", **header}).encode()),
        _encoded(json.dumps(dict(claims)).encode()),
    ]
    proof = hmac.digest(secret, ".".join(parts).encode(), "sha256")
    return ".".join([*parts, _encoded(proof)])


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
