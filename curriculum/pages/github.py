"""Pages about GitHub: one's account there, and the repositories that belong to projects."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
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
from core.policies import demand, requires
from curriculum.actions.github_connections import (
    attempt_behind,
    begin_connecting,
    disconnect_account,
    own_path,
)
from curriculum.actions.github_reconciling import ask_for_check
from curriculum.actions.repositories import ask_for_repository
from curriculum.actions.submissions import HandedIn, submit_work
from curriculum.connecting import CONNECT, HERE, finish_connecting, lead_back
from curriculum.errors import AlreadySubmitted, AskedJustNow, ConnectingFailed, NotConnected
from curriculum.github.configured import is_configured
from curriculum.github.oauth import needed_scopes
from curriculum.github_cards import github_card
from curriculum.models import (
    Deliverable,
    DeliverableKind,
    GitHubConnection,
    Project,
    PullRequest,
    Repository,
)

MOST_SHOWN = 100
LONGEST_ANSWER = 512
DIGITS = 10


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


@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.make_repository")
def project(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The card by itself; sent to, it has the repository made."""
    user = user_in(request)
    projects = Project.objects.visible_to(user).select_related("track")
    shown = get_object_or_404(projects, pk=pk)
    if request.method == "POST":
        demand(user, "curriculum.make_repository", shown)
        try:
            ask_for_repository(shown, by=user, at=now())
        except DomainError as error:
            messages.error(request, explain(error))
        return redirect(_page(request.POST.get("next", ""), shown))
    card = github_card(shown, student=user, viewer=user)
    context = {"card": card, "back": _page(request.GET.get("back", ""), shown)}
    return render(request, "curriculum/github/card.html", context)


@require_POST
@requires("curriculum.view_repository")
def refresh(request: HttpRequest, pk: int) -> HttpResponseBase:
    repositories = Repository.objects.visible_to(request.user).select_related("project")
    repository = get_object_or_404(repositories, pk=pk)
    try:
        ask_for_check(repository, at=now())
    except AskedJustNow as error:
        messages.info(request, explain(error))
    else:
        messages.info(request, _("We are asking GitHub. What is new shows here in a moment."))
    return redirect(_page(request.POST.get("next", ""), repository.project))


@require_POST
@requires("curriculum.submit_work")
def hand_in(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A pull request of one's own, for a deliverable of its project."""
    user = user_in(request)
    own = PullRequest.objects.filter(repository__student=user)
    pull_request = get_object_or_404(own.select_related("repository__project"), pk=pk)
    home = pull_request.repository.project
    wanted = request.POST.get("deliverable", "")
    deliverables = (
        Deliverable.objects.living().filter(project=home).select_related("project__track")
    )
    deliverable = get_object_or_404(
        deliverables,
        pk=int(wanted) if wanted.isdecimal() and len(wanted) < DIGITS else 0,
        kind=DeliverableKind.PULL_REQUEST,
    )
    work = HandedIn(url=pull_request.html_url)
    try:
        submission = submit_work(deliverable, work=work, by=user, at=now())
    except AlreadySubmitted as error:
        messages.info(request, explain(error))
        return redirect("submission", pk=error.details["submission"])
    except DomainError as error:
        messages.error(request, explain(error))
        return redirect(_page(request.POST.get("next", ""), home))
    messages.success(request, _("It is handed in. You find here what is said of it."))
    return redirect("submission", pk=submission.pk)


def _page(asked: str, shown: Project) -> str:
    return own_path(asked) or reverse("project", args=[shown.pk])


def _told(request: HttpRequest, error: DomainError, context: dict[str, Any]) -> HttpResponse:
    context["problem"] = explain(error)
    return render(request, "curriculum/github/confirm.html", context, status=error.status)


def _masked(address: str) -> str:
    """Enough to know one's own by, for whoever has the link."""
    name, _at, domain = address.partition("@")
    return f"{name[:2]}…@{domain}"
