"""Authenticators in software: an app that shows codes, and a device with a passkey."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.actions.passkeys import add_passkey
from accounts.models import User
from accounts.passkeys import ask_for_new
from core.callers import Caller
from core.clock import now

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PRESENT_AND_VERIFIED = 0x01 | 0x04
HAS_CREDENTIAL = 0x40


def give_app(user: User) -> None:
    """An authenticator app and recovery codes, as if set up long ago."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)


def code_at(moment: datetime, *, steps: int = 0, secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30 + steps))


def recovery_codes_of(user: User) -> list[str]:
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return codes.wrap().get_unused_codes()


@dataclass
class Device:
    """Makes one passkey and answers with it. `flags`, `origin` and `sign_count` may lie."""

    origin: str = ""
    sign_count: int = 0
    flags: int = PRESENT_AND_VERIFIED
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: str = ""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        public_key = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.credential_id, public_key)
        data = AuthenticatorData.create(
            _digest(asked["rp"]["id"]), self.flags | HAS_CREDENTIAL, self.sign_count, credential
        )
        statement = AttestationObject.create("none", data, {})
        return self._answer(
            {
                "clientDataJSON": self._client_data("webauthn.create", asked["challenge"]),
                "attestationObject": bytes(statement),
            },
            clientExtensionResults={"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = options["publicKey"]
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = AuthenticatorData.create(_digest(asked["rpId"]), self.flags, self.sign_count)
        signed = bytes(data) + hashlib.sha256(client_data).digest()
        return self._answer(
            {
                "clientDataJSON": client_data,
                "authenticatorData": bytes(data),
                "signature": self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
                "userHandle": websafe_decode(self.user_handle),
            },
            clientExtensionResults={},
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        origin = self.origin or settings.FRONTEND_URL
        return bytes(CollectedClientData.create(kind, challenge, origin))

    def _answer(self, response: dict[str, bytes], **more: Any) -> dict[str, Any]:
        named = websafe_encode(self.credential_id)
        said = {name: websafe_encode(value) for name, value in response.items()}
        answer = {"id": named, "rawId": named, "type": "public-key", "response": said, **more}
        return json.loads(json.dumps(answer))


def give_passkey(user: User, device: Device | None = None) -> Device:
    device = device or Device()
    question, at = ask_for_new(user, at=now()), now()
    answer = device.create(question.options)
    add_passkey(user, token=question.token, answer=answer, name="Phone", caller=Caller(), at=at)
    return device


def _digest(rp_id: str) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest()
