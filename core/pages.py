"""When a page cannot be shown: one plain page for every refusal, or errors on the form."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.api.exceptions import Refusal, refusal_for, refusal_of
from core.appearance import appearance
from core.errors import DomainError, Locked, NotSignedIn, ProofNeeded, Throttled
from core.impersonation import impersonation
from core.policies import to_proof, to_sign_in
from core.requests import is_api
from core.trace import current_request_id

TITLES: dict[int, str | Promise] = {
    400: _("This request cannot be read"),
    402: _("This needs a plan"),
    403: _("This is not for you to do"),
    404: _("There is nothing here"),
    405: _("That cannot be done here"),
    409: _("Something has moved on"),
    410: _("This is gone"),
    413: _("That is too large"),
    423: _("This is locked for a while"),
    429: _("A moment, please"),
    500: _("Something went wrong on our side"),
    503: _("We will be right back"),
}
# What sign-in, visibility and faults of ours say is not about what somebody filled in.
_NOT_ABOUT_THE_FORM = {401, 403, 404, 500}
SECONDS_THAT_ARE_COUNTED = 100
_NO_LENGTH = _("Please send the body in one piece, with its Content-Length.")


class RefusalMiddleware:
    """Turns what views raise or leave empty into pages, or into the API's error shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:  # The database takes no such text, whatever looks for it.
            return not_found(request)
        if _hides_its_length(request):
            return refuse(request, refusal_for(411, message=_NO_LENGTH))
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_empty(response):
            allow = {"Allow": response["Allow"]} if "Allow" in response else {}
            return refuse(request, refusal_for(405), headers=allow)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, DomainError):
            return None
        if isinstance(exception, NotSignedIn) and not is_api(request):
            return to_sign_in(request)
        if isinstance(exception, ProofNeeded) and not is_api(request):
            return to_proof(request)
        return refuse(request, refusal_of(exception) or refusal_for(exception.status))


@contextmanager
def errors_on(form: BaseForm) -> Iterator[None]:
    """What an action in here refuses becomes errors of the form, which is then shown again."""
    try:
        yield
    except DomainError as error:
        if error.status in _NOT_ABOUT_THE_FORM:
            raise
        add_error(form, error)


def add_error(form: BaseForm, error: DomainError) -> None:
    """Field errors to their fields; the message to the form where it has no such field."""
    by_field = {
        name: messages
        for name, messages in error.details.items()
        if name in form.fields and isinstance(messages, list | tuple)
    }
    for name, messages in by_field.items():
        form.add_error(name, [force_str(message) for message in messages])
    if not by_field:
        form.add_error(None, explain(error))


def explain(error: DomainError) -> str:
    """Its message, and where it says only that one has to wait, for how long."""
    wait = error.details.get("retry_after")
    if type(error) not in (Locked, Throttled) or error.message != type(error).message or not wait:
        return force_str(error.message)
    if isinstance(error, Locked):
        start = gettext("This is locked for a while.")
    else:
        start = gettext("That was a little too often.")
    return f"{start} {_when_again(wait)}"


def _when_again(seconds: int) -> str:
    if seconds < SECONDS_THAT_ARE_COUNTED:
        said = ngettext("Try again in %(n)d second.", "Try again in %(n)d seconds.", seconds)
        return said % {"n": seconds}
    minutes = ceil(seconds / 60)
    said = ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes)
    return said % {"n": minutes}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, refusal_of(exception) or refusal_for(400))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(request, refusal_for(403))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = None
    if is_api(request) and not request.path_info.endswith("/"):
        message = _("There is nothing here. Addresses of this API end in a slash.")
    return refuse(request, refusal_for(404, message=message))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception, which is the only way to learn of it."""
    return refuse(request, refusal_of(sys.exc_info()[1]) or refusal_for(500))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _(
        "Nothing was changed. This page was open for too long, or your browser keeps no cookies. "
        "Go back, reload the page and try again."
    )
    return refuse(
        request,
        refusal_for(403, message=message),
        title=_("This page has aged"),
        back=_page_before(request),
    )


def _page_before(request: HttpRequest) -> str:
    """Where the browser says that it comes from, if that is one of our own pages."""
    page = request.headers.get("Referer", "")
    hosts, is_secure = {request.get_host()}, request.is_secure()
    is_ours = url_has_allowed_host_and_scheme(page, hosts, require_https=is_secure)
    return page if is_ours else ""


def refuse(
    request: HttpRequest,
    refusal: Refusal,
    *,
    title: str | Promise | None = None,
    headers: Mapping[str, str] | None = None,
    back: str = "",
) -> HttpResponse:
    """Needs neither database nor session nor cache, since any of them may be what is missing."""
    response: HttpResponse
    if is_api(request):
        response = refusal.as_response()
    else:
        response = HttpResponse(_page(request, refusal, title, back), status=refusal.status)
    for name, value in {**refusal.headers, **(headers or {})}.items():
        response[name] = value
    return response


def _page(request: HttpRequest, refusal: Refusal, title: str | Promise | None, back: str) -> str:
    return render_to_string(
        "errors/error.html",
        {
            "title": title or TITLES.get(refusal.status, TITLES[400]),
            "message": refusal.message,
            "status": refusal.status,
            "is_ours": refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
            "request_id": current_request_id(),
            "back": back,
            **appearance(request),
            **_banner(request, refusal),
        },
    )


def _banner(request: HttpRequest, refusal: Refusal) -> dict[str, object]:
    """Refusals bear it too, but for those that must do without the database."""
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return {}
    borrowed = impersonation(request)
    return {**borrowed, "csrf_token": get_token(request)} if borrowed["impersonated"] else {}


def _hides_its_length(request: HttpRequest) -> bool:
    """A body in chunks, which WSGI would take for an empty one."""
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")


def _is_empty(response: HttpResponseBase) -> bool:
    return isinstance(response, HttpResponse) and not response.content
