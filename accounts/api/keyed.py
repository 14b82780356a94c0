"""Who calls with a key of an outside system: its owner, as far as the key's scopes go."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.actions.api_keys import find_api_key, note_used
from accounts.api.authentication import SCHEME
from accounts.key_text import MARK
from accounts.models import ApiKey, User
from core.api.scopes import scope_needed
from core.clock import now
from core.errors import InvalidToken

BEGINNING = MARK.encode()


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer apn_…`, and nowhere else: addresses are logged and passed on.

    The scope is asked here, before any view decides for itself whom it lets in.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, *credentials = get_authorization_header(request).split() or [b""]
        if scheme.lower() != SCHEME or not credentials or not credentials[0].startswith(BEGINNING):
            return None
        at = now()
        try:
            (raw,) = credentials
            key = find_api_key(raw.decode("ascii"), at=at)
        except (ValueError, InvalidToken):
            raise AuthenticationFailed from None
        _demand_scope(key, request)
        note_used(key, at=at)
        return key.person, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]] | None:  # type: ignore[override]
        """Only of what a key may call at all."""
        if scope_needed(auto_schema.view, auto_schema.method) is None:
            return None
        return {self.name: []}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "apn_<beginning>_<secret>",
            "description": "A key of an outside system, made by staff at /security/api-keys/. It "
            "opens what its scopes name, as far as its owner may do that, and nothing else.",
        }


def _demand_scope(key: ApiKey, request: Request) -> None:
    """DRF's own refusal, so that it settles that nobody is signed in."""
    view = (request.parser_context or {}).get("view")
    needed = scope_needed(view, request.method)
    if needed is None:
        raise PermissionDenied(_("No API key may call this."))
    if needed not in key.scopes:
        raise PermissionDenied(_("This key lacks the scope {scope}.").format(scope=needed))
