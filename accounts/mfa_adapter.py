"""How allauth's second factors keep their secrets and name us."""

from urllib.parse import urlsplit

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from qrcode.image.svg import SvgPathFillImage

from accounts.models import User
from core import encryption

NAME = "ApraNova"


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return NAME

    def build_totp_svg(self, url: str) -> str:
        """On a ground of its own: no camera reads dark on dark."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """By our own address, never by the host that a request names."""
        return {"id": urlsplit(settings.FRONTEND_URL).hostname or "localhost", "name": NAME}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        entity = super().get_public_key_credential_user_entity(user)
        name = user.name if isinstance(user, User) else ""
        return {**entity, "display_name": name or user.get_username()}
