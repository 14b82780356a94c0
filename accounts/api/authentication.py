"""Who calls the API: an access token, as long as its sign-in lives."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actions.sign_ins import note_seen
from accounts.models import SignIn, User
from accounts.staff_factor import demand_factor_of_staff
from accounts.tokens import sign_in_behind
from core.clock import now
from core.errors import InvalidToken

SCHEME = b"bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`; other schemes are left to others."""

    def authenticate(self, request: Request) -> tuple[User, SignIn] | None:
        scheme, *credentials = get_authorization_header(request).split() or [b""]
        if scheme.lower() != SCHEME:
            return None
        at = now()
        try:
            (raw,) = credentials
            sign_in, _ends_at = sign_in_behind(raw.decode("ascii"), at=at)
        except (ValueError, InvalidToken):
            # DRF's own exception, so that it settles that nobody is signed in.
            raise AuthenticationFailed from None
        note_seen(sign_in, at=at)
        demand_factor_of_staff(request._request, sign_in.user)  # noqa: SLF001
        return sign_in.user, sign_in

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
