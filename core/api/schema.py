"""How the code describes itself as OpenAPI: capabilities, summaries, and every way to fail."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.utils.encoding import force_str
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from rest_framework.permissions import AllowAny

from core.api.exceptions import CODES, MESSAGES
from core.api.scopes import scope_needed
from core.errors import DomainError, InvalidToken
from core.policies import Allows, named

Handler = TypeVar("Handler", bound=Callable[..., Any])
Endpoint = tuple[str, str, str, Any]
Reason = tuple[str, str]

_ERROR_SCHEMA = {
    "type": "object",
    "description": "What every refusal looks like, whichever layer gave it.",
    "required": ["status", "error"],
    "properties": {
        "status": {"type": "string", "enum": ["error"]},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string", "description": "For machines."},
                "message": {"type": "string", "description": "For a person."},
                "details": {
                    "type": "object",
                    "additionalProperties": {},
                    "description": "Messages by field, or named facts such as an id.",
                },
            },
        },
    },
}
_EXAMPLE_DETAILS: dict[int, dict[str, Any]] = {
    400: {"email": ["Enter a valid email address."]},
    429: {"retry_after": 30},
    500: {"request_id": "6f1f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11"},
}


def may_raise(*kinds: type[DomainError]) -> Callable[[Handler], Handler]:
    """Name, on a handler, the refusals that its action knows; the schema then shows them."""

    def mark(handler: Handler) -> Handler:
        handler.may_raise = kinds  # type: ignore[attr-defined]
        return handler

    return mark


class Operation(AutoSchema):
    """DRF Spectacular's, with our summaries and tags, and with what every operation can refuse."""

    def get_tags(self) -> list[str]:
        return [capability_of(self.view)]

    def get_summary(self) -> str | None:
        """The first line of the handler's docstring, unless `extend_schema` knows better."""
        return get_doc(self._handler()).partition("\n")[0].rstrip(".") or None

    def get_description(self) -> str:  # type: ignore[override]
        return str(get_doc(self._handler())).partition("\n")[2].strip()

    def get_auth(self) -> list[dict[str, Any]]:
        ways: list[dict[str, Any]] = super().get_auth()
        return [*ways, {}] if self._is_open() and {} not in ways else ways

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        scope = scope_needed(self.view, self.method)
        if scope is not None:
            told = operation.get("description", "")
            operation["description"] = f"{told}\n\nKeys need the scope `{scope}`.".strip()
        for status, reasons in sorted(self._refusals(operation).items()):
            operation["responses"].setdefault(str(status), _response(status, reasons))
        return operation

    def _handler(self) -> Any:
        return getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)

    def _is_open(self) -> bool:
        return all(_admits_anyone(each) for each in self.view.get_permissions())

    def _refusals(self, operation: dict[str, Any]) -> dict[int, list[Reason]]:
        found: dict[int, list[Reason]] = defaultdict(list)
        for status in self._general_statuses(operation):
            found[status].append(_general_reason(status))
        if self.view.get_authenticators():
            found[401].append((InvalidToken.code, force_str(InvalidToken.message)))
        for kind in getattr(self._handler(), "may_raise", ()):
            found[kind.status].append((kind.code, force_str(kind.message)))
        return found

    def _general_statuses(self, operation: dict[str, Any]) -> Iterable[int]:
        places = {parameter["in"] for parameter in operation.get("parameters", ())}
        has_body = "requestBody" in operation
        is_idempotent = getattr(self._handler(), "is_idempotent", False)
        yield from (406, 429, 500, 503)
        if not self._is_open():
            yield from (401, 403)
        elif self.method != "GET" and self.view.get_authenticators():
            yield 403  # without the CSRF token
        if "path" in places or (self._is_list_view() and self._get_paginator()):
            yield 404
        if has_body or "query" in places or is_idempotent:
            yield 400
        if has_body:
            yield from (413, 415)
        if is_idempotent:
            yield 409


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The browser's own session; writes also bear X-CSRFToken.",
        }


def capability_of(view: object) -> str:
    """The app that serves it."""
    app = apps.get_containing_app_config(type(view).__module__)
    return force_str(app.verbose_name) if app else "Platform"


def only_current(endpoints: list[Endpoint]) -> list[Endpoint]:
    """The same routes answer below /api/v1/, which need not be told twice."""
    return [
        each
        for each in endpoints
        if each[0].startswith("/api/") and not each[0].startswith("/api/v1/")
    ]


def add_error_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR_SCHEMA
    components["responses"] = {
        _component(status): _described(status, [_general_reason(status)]) for status in CODES
    }
    return result


def _admits_anyone(permission: object) -> bool:
    if isinstance(permission, Allows):
        return named(permission.name).for_anyone
    return isinstance(permission, AllowAny)


def _general_reason(status: int) -> Reason:
    return CODES[status], force_str(MESSAGES[status])


def _response(status: int, reasons: list[Reason]) -> dict[str, Any]:
    if status in CODES and reasons == [_general_reason(status)]:
        return {"$ref": f"#/components/responses/{_component(status)}"}
    return _described(status, reasons)


def _component(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _described(status: int, reasons: list[Reason]) -> dict[str, Any]:
    details = _EXAMPLE_DETAILS.get(status, {})
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Error"},
                "examples": {
                    code: {
                        "value": {
                            "status": "error",
                            "error": {"code": code, "message": message, "details": details},
                        }
                    }
                    for code, message in reasons
                },
            }
        },
    }
