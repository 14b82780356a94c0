"""The one way back from GitHub, for pages and the API."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.pages import explain
from core.policies import demand
from curriculum.actions.github_connections import (
    attempt_behind,
    connect_account,
    own_path,
    use_attempt,
)
from curriculum.errors import ConnectingDenied, ConnectingFailed
from curriculum.models import GitHubConnection

CONNECT = "curriculum.connect_github"
HERE = "github_connection"


def finish_connecting(
    request: HttpRequest, *, state: str, code: str, error: str = ""
) -> GitHubConnection:
    """Whoever is signed in here must be who began."""
    at, by = now(), request.user if isinstance(request.user, User) else None
    if by is not None:
        demand(by, CONNECT)
    attempt = use_attempt(state, at=at)
    if error or not code:
        raise ConnectingDenied if error == "access_denied" else ConnectingFailed
    return connect_account(attempt, code=code, by=by, caller=caller_of(request), at=at)


def lead_back(request: HttpRequest, *, state: str, code: str, error: str = "") -> HttpResponseBase:
    """To the page that one came from, which says how it went."""
    attempt = attempt_behind(state)
    try:
        connection = finish_connecting(request, state=state, code=code, error=error)
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        login = connection.login
        messages.success(request, _("Connected to GitHub as %(login)s.") % {"login": login})
    return redirect(own_path(attempt.back_to if attempt else "") or reverse(HERE))
