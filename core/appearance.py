"""Light or dark: what somebody chose, kept in a cookie so that pages come in it at once."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

COOKIE = "theme"
THEMES = {"system": _("As the device"), "light": _("Light"), "dark": _("Dark")}
DEFAULT = "system"
YEAR = 365 * 24 * 3600


def appearance(request: HttpRequest) -> dict[str, str]:
    """The context processor of every page."""
    chosen = request.COOKIES.get(COOKIE, DEFAULT)
    return {"theme": chosen if chosen in THEMES else DEFAULT}


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the choice, and go back to where it was made."""
    chosen = request.POST.get("theme", "")
    response = _back(request)
    if chosen in THEMES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(target if ours else "/")
