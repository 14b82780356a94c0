"""Pages about GitHub: one's account there, and the repositories that belong to projects."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.pages import explain
from core.policies import requires
from curriculum.actions.github_connections import (
    attempt_behind,
    begin_connecting,
    disconnect_account,
)
from curriculum.connecting import CONNECT, HERE, finish_connecting, lead_back
from curriculum.errors import ConnectingFailed, NotConnected
from curriculum.github.configured import is_configured
from curriculum.github.oauth import needed_scopes
from curriculum.models import GitHubConnection, Repository

MOST_SHOWN = 100
LONGEST_ANSWER = 512


@require_GET
@requires(CONNECT)
def connection(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    own = Repository.objects.filter(student=user).select_related("project")
    context = {
        "connection": GitHubConnection.objects.filter(user=user).first(),
        "is_configured": is_configured(),
        "scopes": needed_scopes(),
        "repositories": own[:MOST_SHOWN],
        "trail": [(_("Profile"), reverse("profile"))],
    }
    return render(request, "curriculum/github/connection.html", context)


@require_POST
@requires(CONNECT)
def connect(request: HttpRequest) -> HttpResponseBase:
    """Off to GitHub, after a click on our own page."""
    back_to = request.POST.get("next", "")
    try:
        url = begin_connecting(user_in(request), back_to=back_to, at=now())
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect(HERE)
    return redirect(url)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """The way back of somebody who is not signed in here, as from an app: shown whose account is
    about to be connected to whose, before it is."""
    given = request.POST if request.method == "POST" else request.GET
    answer = {name: given.get(name, "")[:LONGEST_ANSWER] for name in ("state", "code", "error")}
    if isinstance(request.user, User):
        return lead_back(request, **answer)
    attempt = attempt_behind(answer["state"])
    context: dict[str, Any] = {"answer": answer}
    if attempt is None:
        return _told(request, ConnectingFailed(), context)
    context["whom"] = _masked(attempt.user.email)
    if request.method != "POST" and not answer["error"]:
        return render(request, "curriculum/github/confirm.html", context)
    try:
        context["connection"] = finish_connecting(request, **answer)
    except DomainError as error:
        return _told(request, error, context)
    return render(request, "curriculum/github/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(CONNECT)
def disconnect(request: HttpRequest) -> HttpResponseBase:
    """Asks first."""
    known = GitHubConnection.objects.filter(user=user_in(request)).first()
    if known is None:
        return redirect(HERE)
    if request.method != "POST":
        trail = [(_("Profile"), reverse("profile")), (_("GitHub"), reverse(HERE))]
        context = {"connection": known, "trail": trail}
        return render(request, "curriculum/github/disconnect.html", context)
    try:
        disconnect_account(user_in(request), caller=caller_of(request), at=now())
    except NotConnected:
        return redirect(HERE)
    messages.success(request, _("Disconnected. Your repositories stay as they are."))
    return redirect(HERE)


def _told(request: HttpRequest, error: DomainError, context: dict[str, Any]) -> HttpResponse:
    context["problem"] = explain(error)
    return render(request, "curriculum/github/confirm.html", context, status=error.status)


def _masked(address: str) -> str:
    """Enough to know one's own by, for whoever has the link."""
    name, _at, domain = address.partition("@")
    return f"{name[:2]}…@{domain}"
