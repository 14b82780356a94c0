"""Every way in which a call can fail, as one shape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core import exceptions as django_errors
from django.http import Http404, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from core import errors
from core.outages import RETRY_AFTER_SECONDS, is_outage
from core.requests import log_failure
from core.trace import current_request_id

CODES: dict[int, str] = {
    400: "VALIDATION_ERROR",
    401: "NOT_AUTHENTICATED",
    402: "PAYMENT_REQUIRED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    409: "CONFLICT",
    410: "GONE",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    423: "LOCKED",
    429: "THROTTLED",
    500: "SERVER_ERROR",
    503: "UNAVAILABLE",
}
MESSAGES: dict[int, str | Promise] = {
    400: errors.Invalid.message,
    401: errors.NotSignedIn.message,
    402: _("This needs a plan that you do not have yet."),
    403: errors.NotForRole.message,
    404: errors.Missing.message,
    405: _("That cannot be done at this address."),
    406: _("This address answers in JSON only."),
    409: errors.Conflict.message,
    410: errors.Gone.message,
    413: errors.TooLarge.message,
    415: _("The body is of a type that cannot be taken here. Please send JSON."),
    423: errors.Locked.message,
    429: errors.Throttled.message,
    500: _("Something went wrong on our side. Please try again, or tell us the request id."),
    503: errors.Unavailable.message,
}


@dataclass(frozen=True)
class Refusal:
    """What the caller hears, whichever layer said no."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {
            "status": "error",
            "error": {"code": self.code, "message": self.message, "details": self.details},
        }

    def as_response(self) -> JsonResponse:
        return JsonResponse(self.body, status=self.status, headers=dict(self.headers))


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. What it does not know goes on and becomes a logged 500."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    set_rollback()
    headers = dict(refusal.headers)
    if is_outage(error):
        log_failure(context["request"]._request, error)  # noqa: SLF001
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        ways_in = context["view"].get_authenticate_header(context["request"])
        headers["WWW-Authenticate"] = ways_in or "Bearer"
    return Response(refusal.body, status=refusal.status, headers=headers)


def refusal_of(error: BaseException | None) -> Refusal | None:
    """None for what nobody foresaw."""
    if isinstance(error, errors.DomainError):
        return _of_domain_error(error)
    if isinstance(error, drf.APIException):
        return _of_drf_error(error)
    if isinstance(error, django_errors.ValidationError):
        return refusal_of(drf.ValidationError(get_error_detail(error)))
    if isinstance(error, Http404):
        return refusal_for(404)
    if isinstance(error, django_errors.PermissionDenied):
        return refusal_for(403)
    if isinstance(error, django_errors.RequestDataTooBig):
        return refusal_for(413)
    if isinstance(error, _UNREADABLE):
        return refusal_for(
            400, message=_("This request cannot be read. Please check how it is made.")
        )
    if error is not None and is_outage(error):
        return refusal_for(503)
    return None


def refusal_for(
    status: int, *, message: str | Promise | None = None, details: Mapping[str, Any] | None = None
) -> Refusal:
    """The refusal that a status stands for when nothing more is known."""
    details = dict(details or {})
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        details["request_id"] = current_request_id()
    is_away = status == HTTPStatus.SERVICE_UNAVAILABLE
    return Refusal(
        status,
        CODES.get(status, CODES[400] if status < 500 else CODES[500]),
        force_str(message or MESSAGES.get(status, MESSAGES[400])),
        details,
        {"Retry-After": str(RETRY_AFTER_SECONDS)} if is_away else {},
    )


# What Django says of requests that no client of good will sends.
_UNREADABLE = (
    django_errors.SuspiciousOperation,
    django_errors.BadRequest,
    MultiPartParserError,
    UnreadablePostError,
)


def _of_domain_error(error: errors.DomainError) -> Refusal:
    retry_after = getattr(error, "retry_after", error.details.get("retry_after"))
    if retry_after is None and error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        retry_after = RETRY_AFTER_SECONDS
    return Refusal(
        error.status,
        error.code,
        force_str(error.message),
        error.details,
        {} if retry_after is None else {"Retry-After": str(retry_after)},
    )


def _of_drf_error(error: drf.APIException) -> Refusal:
    if isinstance(error, drf.ValidationError):
        return _of_invalid_input(error.detail)
    if isinstance(error, drf.AuthenticationFailed):
        return _of_domain_error(errors.InvalidToken())
    if isinstance(error, drf.Throttled):
        return _of_domain_error(
            errors.Throttled(retry_after=int(getattr(error, "wait", None) or 1))
        )
    if isinstance(error, drf.MethodNotAllowed | drf.NotAcceptable | drf.UnsupportedMediaType):
        return refusal_for(error.status_code)
    if str(error.detail) == str(type(error).default_detail):
        return refusal_for(error.status_code)
    return refusal_for(error.status_code, message=force_str(error.detail))


def _of_invalid_input(detail: Any) -> Refusal:
    """Where nothing but the whole is wrong, its message is the message."""
    details = flatten(detail)
    of_the_whole = details.get(api_settings.NON_FIELD_ERRORS_KEY)
    message = of_the_whole[0] if of_the_whole and len(details) == 1 else None
    return refusal_for(400, message=message, details=details)


def flatten(detail: Any) -> dict[str, list[str]]:
    """`{"answers": [{}, {"text": ["Too long."]}]}` becomes `{"answers.1.text": ["Too long."]}`."""
    found: dict[str, list[str]] = {}
    for path, message in _messages(detail, ()):
        found.setdefault(".".join(path) or api_settings.NON_FIELD_ERRORS_KEY, []).append(message)
    return found


def _messages(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(detail, Mapping):
        for key, each in detail.items():
            is_of_the_whole = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _messages(each, path if is_of_the_whole else (*path, str(key)))
    elif isinstance(detail, list | tuple):
        is_about_items = any(isinstance(each, Mapping | list | tuple) for each in detail)
        for index, each in enumerate(detail):
            yield from _messages(each, (*path, str(index)) if is_about_items else path)
    else:
        yield path, force_str(detail)
