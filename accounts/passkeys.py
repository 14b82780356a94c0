"""The ceremony of a passkey: what we ask of it, and whether its answer holds.

A question is remembered by a signed token, not by a session: apps have none. Its challenge is good
for one answer, which `accounts.actions.passkeys` sees to.
"""

import hashlib
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import url_str_to_user_pk
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import build_user_payload, get_credentials
from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import InvalidPasskey
from accounts.models import User

SALT = "accounts.passkeys"
PATIENCE = timedelta(minutes=10)
LONGEST_ANSWER = 16_384
REQUIRED = UserVerificationRequirement.REQUIRED

# What parsers of CBOR, COSE keys and base64 raise at bytes that were made up.
_MADE_UP = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    struct.error,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True)
class Question:
    """`options` go to `navigator.credentials`; `token` comes back with the answer."""

    token: str
    options: dict[str, Any]

    @property
    def as_json(self) -> dict[str, Any]:
        """What a page carries."""
        return asdict(self)


@dataclass(frozen=True)
class Asked:
    """What a token says was asked."""

    challenge: str
    user_id: int | None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.challenge.encode()).hexdigest()

    @property
    def state(self) -> dict[str, Any]:
        return {"challenge": self.challenge, "user_verification": REQUIRED}


@dataclass(frozen=True)
class Proof:
    """A passkey that answered rightly, and how often it says that it has signed."""

    passkey: Authenticator
    sign_count: int


def ask_for_new(user: User, *, at: datetime) -> Question:
    """It lives on a device and asks for the finger or the PIN: so it counts as both proofs."""
    options, state = _server().register_begin(
        user=build_user_payload(user),
        credentials=get_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=REQUIRED,
        extensions={"credProps": True},
    )
    return _question("new", dict(options), state["challenge"], user, at=at)


def ask_for_proof(user: User | None, *, at: datetime) -> Question:
    """Of somebody whom we know already, or of whoever it turns out to be."""
    options, state = _server().authenticate_begin(
        credentials=get_credentials(user) if user else None, user_verification=REQUIRED
    )
    return _question("proof", dict(options), state["challenge"], user, at=at)


def read_new(
    token: str, answer: object, *, user: User, at: datetime
) -> tuple[Asked, AuthenticatorData, dict[str, Any]]:
    """The new passkey, and as much of its answer as is worth keeping."""
    asked = _asked("new", token, at=at)
    if asked.user_id != user.pk:
        raise InvalidPasskey
    with _refusing_what_is_made_up():
        kept = _kept(answer)
        return asked, _server().register_complete(asked.state, kept), kept


def read_proof(
    token: str, answer: object, *, user: User | None, at: datetime
) -> tuple[Asked, Proof]:
    """Whose passkey this is, by the name that it keeps or, where we asked somebody, only theirs."""
    asked = _asked("proof", token, at=at)
    if asked.user_id != (user.pk if user else None):
        raise InvalidPasskey
    with _refusing_what_is_made_up():
        response = AuthenticationResponse.from_dict(_bounded(answer))
        owner_id = user.pk if user else _owner_of(response)
        passkey = _passkey_of(owner_id, response.raw_id)
        credential = passkey.wrap().authenticator_data.credential_data
        _server().authenticate_complete(asked.state, [credential], response)
        return asked, Proof(passkey, response.response.authenticator_data.counter)


def _question(
    purpose: str, options: dict[str, Any], challenge: str, user: User | None, *, at: datetime
) -> Question:
    until = int((at + PATIENCE).timestamp())
    said = {"for": purpose, "challenge": challenge, "user": user and user.pk, "until": until}
    return Question(signing.dumps(said, salt=SALT), options)


def _asked(purpose: str, token: str, *, at: datetime) -> Asked:
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise InvalidPasskey from None
    if said["for"] != purpose or at.timestamp() >= said["until"]:
        raise InvalidPasskey
    return Asked(said["challenge"], said["user"])


def _server() -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(**get_adapter().get_public_key_credential_rp_entity())
    return Fido2Server(entity, verify_origin=_is_ours)


def _is_ours(origin: str) -> bool:
    """Our own pages and apps, exactly: not those that stand on a host below ours."""
    ours = urlsplit(settings.FRONTEND_URL)
    return origin in (f"{ours.scheme}://{ours.netloc}", *settings.PASSKEY_ORIGINS)


def _kept(answer: object) -> dict[str, Any]:
    """What allauth's models read, without whatever else was sent along."""
    answer = _bounded(answer)
    response = answer["response"]
    is_resident = answer.get("clientExtensionResults", {}).get("credProps", {}).get("rk")
    kept = {
        "id": str(answer["id"]),
        "rawId": str(answer["rawId"]),
        "type": "public-key",
        "response": {
            "clientDataJSON": str(response["clientDataJSON"]),
            "attestationObject": str(response["attestationObject"]),
        },
        "clientExtensionResults": {"credProps": {"rk": bool(is_resident)}},
    }
    RegistrationResponse.from_dict(kept)
    return kept


def _bounded(answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping) or len(str(answer)) > LONGEST_ANSWER:
        raise InvalidPasskey
    return answer


def _owner_of(response: AuthenticationResponse) -> int:
    handle = response.response.user_handle
    if not handle:
        raise InvalidPasskey
    return int(url_str_to_user_pk(handle.decode("ascii")))


def _passkey_of(user_id: int, credential_id: bytes) -> Authenticator:
    passkey = (
        Authenticator.objects.select_related("user")
        .filter(
            user_id=user_id,
            type=Authenticator.Type.WEBAUTHN,
            data__credential__rawId=websafe_encode(credential_id),
        )
        .first()
    )
    if passkey is None:
        raise InvalidPasskey
    return passkey


@contextmanager
def _refusing_what_is_made_up() -> Iterator[None]:
    try:
        yield
    except (*_MADE_UP, ValidationError):
        raise InvalidPasskey from None
