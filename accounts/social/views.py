"""The pages of signing in with a provider, and of the accounts that one has connected."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.views import SignupView
from allauth.utils import get_request_param
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import social
from accounts.entrance import SCOPE, user_in
from accounts.entry.joining import where_terms_stand
from accounts.errors import ConnectFirst, LastWayIn, NoProvenAddress
from accounts.freshness import demand_fresh
from accounts.social.apple import AppleAdapter
from accounts.social.configured import configured_provider, provider_names
from accounts.social.github import GitHubAdapter
from accounts.social.google import GoogleAdapter
from accounts.social.provider import Adapter
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError, NotSignedIn, ProofNeeded
from core.policies import demand, requires
from core.throttles import charge

OWN = "accounts.use_own_social_accounts"
ADAPTERS: dict[str, type[Adapter]] = {
    "google": GoogleAdapter,
    "github": GitHubAdapter,
    "apple": AppleAdapter,
}
CONNECT = "connect"

Page = Callable[..., HttpResponseBase]


def explained(page: Page) -> Page:
    """What goes wrong at this door is told on a page that knows the way on."""

    @wraps(page)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return page(request, *args, **kwargs)
        except (NotSignedIn, ProofNeeded):
            raise
        except DomainError as error:
            return _refused(request, error)

    return shown


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def begin(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Off to the provider: after a click on our own page, so that no link elsewhere starts it."""
    found = configured_provider(request, provider)
    is_connecting = get_request_param(request, "process") == CONNECT
    if is_connecting:
        demand(request.user, OWN)
        demand_fresh(request)
    if request.method != "POST":
        context = {"provider": found, "is_connecting": is_connecting}
        return render(request, "socialaccount/login.html", context)
    return found.redirect_from_request(request)


@never_cache
@require_GET
@explained
def finish(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Back from the provider. allauth looks after state, PKCE and the code."""
    configured_provider(request, provider)
    charge(request, scope=SCOPE)
    return OAuth2CallbackView.adapter_view(ADAPTERS[provider])(request)


class JoinView(SignupView):
    """allauth's last step for somebody new, with our form and action."""

    http_method_names = ("get", "head", "options", "post")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**context),
            "provider": self.sociallogin.provider,
            "email": self.sociallogin.user.email,
            **where_terms_stand(),
        }


join = never_cache(explained(JoinView.as_view()))


@never_cache
@require_GET
@requires(OWN)
def connections(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    accounts = {each.provider: each for each in SocialAccount.objects.filter(user=user)}
    rows = [(name, title, accounts.get(name)) for name, title in provider_names(accounts)]
    trail = [(_("Security"), reverse("security"))]
    context = {"rows": rows, "configured": social.configured_providers(), "trail": trail}
    return render(request, "socialaccount/connections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(OWN)
def disconnect(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Asks first."""
    account = get_object_or_404(SocialAccount, pk=pk, user=user_in(request))
    demand_fresh(request)
    if request.method != "POST":
        trail = [
            (_("Security"), reverse("security")),
            (_("Connected accounts"), reverse("socialaccount_connections")),
        ]
        title = dict(provider_names([account.provider]))[account.provider]
        context = {"account": account, "title": title, "trail": trail}
        return render(request, "socialaccount/disconnect.html", context)
    try:
        social.disconnect(user_in(request), pk, caller=caller_of(request), at=now())
    except LastWayIn as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Disconnected. It opens your account no more."))
    return redirect("socialaccount_connections")


@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/login_cancelled.html")


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    context = {
        # Where it is about the address alone, that says more.
        "message": next(iter(error.details.get("email", [])), error.message),
        "is_ours": error.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        "may_reset": isinstance(error, ConnectFirst),
        "may_join": isinstance(error, NoProvenAddress),
    }
    response = render(
        request, "socialaccount/authentication_error.html", context, status=error.status
    )
    if retry_after := error.details.get("retry_after"):
        response["Retry-After"] = str(retry_after)
    return response
