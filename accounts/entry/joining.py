"""The pages of joining: by oneself, by an invitation, and what one agrees to."""

from typing import Any

from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.actions.invitations import accept_invitation, find_invitation
from accounts.actions.registration import Newcomer
from accounts.entry.bots import human_checks
from accounts.entry.forms import AcceptInvitationForm, JoinForm
from accounts.entry.modes import is_registration_open
from accounts.entry.page import FormPage
from accounts.entry.ways import join
from accounts.models import Role
from accounts.stages import UNPROVEN, sign_in_by_page
from accounts.tracks import tracks_to_choose
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError


class JoinPage(FormPage):
    template = "account/signup.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(get_login_redirect_url(request))
        if not is_registration_open():
            return render(request, "account/signup_closed.html")
        return super().dispatch(request, *args, **kwargs)

    def make_form(self, data: Any = None) -> JoinForm:
        chosen = {"track": self.request.GET.get("track", "")}
        return JoinForm(data, request=self.request, initial=chosen)

    def act(self, form: BaseForm) -> HttpResponse:
        given = form.cleaned_data
        if form.is_bots:  # type: ignore[attr-defined]
            return self._to_the_mail(given["email"])
        newcomer = Newcomer(
            email=given["email"],
            password=given["password"],
            name=given["name"],
            track=given["track"],
        )
        user = join(self.request, newcomer)
        if user is None:
            return self._to_the_mail(newcomer.email)
        return sign_in_by_page(self.request, user, way="registration", is_new=True)

    def context(self) -> dict[str, Any]:
        return {
            "checks": [check for _name, check in human_checks],
            "next": get_next_redirect_url(self.request),
            **where_terms_stand(),
        }

    def _to_the_mail(self, email: str) -> HttpResponse:
        """Where a new account leads too."""
        self.request.session[UNPROVEN] = email
        return redirect("account_email_verification_sent")


class InvitationPage(FormPage):
    """Where an invitation leads. Opening it does nothing: mail scanners do that too."""

    template = "account/invitation.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.invitation = find_invitation(kwargs["token"], at=now())
        except DomainError as error:
            return render(request, "account/invitation_over.html", status=error.status)
        return super().dispatch(request, *args, **kwargs)

    def make_form(self, data: Any = None) -> AcceptInvitationForm:
        return AcceptInvitationForm(data)

    def act(self, form: BaseForm) -> HttpResponse:
        given = form.cleaned_data
        user = accept_invitation(
            self.kwargs["token"],
            name=given["name"],
            password=given["password"],
            caller=caller_of(self.request),
            at=now(),
        )
        return sign_in_by_page(self.request, user, way="invitation")

    def context(self) -> dict[str, Any]:
        invited_to = set(self.invitation.tracks)
        return {
            "invitation": self.invitation,
            "is_student": self.invitation.role == Role.STUDENT,
            "tracks": [track for track in tracks_to_choose() if track.code in invited_to],
            **where_terms_stand(),
        }


def where_terms_stand() -> dict[str, str]:
    return {"terms": settings.TERMS_URL, "privacy": settings.PRIVACY_URL}


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/terms.html", {"version": settings.TERMS_VERSION})


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    about = {"version": settings.TERMS_VERSION, "days": settings.CLOSING_GRACE_DAYS}
    return render(request, "accounts/privacy.html", about)
