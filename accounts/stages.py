"""What a sign-in by page still has to pass after its first proof; the API's `gate` is the same."""

from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.stages import EmailVerificationStage, LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.actions.addresses import has_proven_address, send_proof_again
from accounts.actions.second_factors import has_second_factor
from accounts.models import User
from accounts.models.sign_ins import stamp_of
from core.clock import now
from core.throttles import has_room

UNPROVEN = "unproven_address"
SECOND_FACTOR = "has_second_factor"
WAY = "way"


class ProvenAddressStage(EmailVerificationStage):
    """allauth's, by the API's own rule: whoever owes the proof gets the mail, and goes on from it.

    It waits in the session, so the mailed link opened in the same browser goes on with the sign-in.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if settings.EMAIL_VERIFICATION != "mandatory" or has_proven_address(user):
            return None, True
        if not self.login.signup:
            is_mail_due = has_room(user.email, scope="verification")
            send_proof_again(user.email, is_mail_due=is_mail_due, at=now())
        self.request.session[UNPROVEN] = user.email
        return redirect("account_email_verification_sent"), True


class SecondFactorStage(AuthenticateStage):
    """allauth's, but asked of each sign-in for itself, whatever the session saw before."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        response, goes_on = super().handle()
        if response is not None:
            self.state["stamp"] = stamp_of(self.login.user)
        return response, goes_on

    def is_void(self) -> bool:
        """Meanwhile the account was closed, the password changed or the second factor dropped."""
        user = self.login.user
        is_same = user.is_active and self.state.get("stamp") == stamp_of(user)
        return not is_same or not has_second_factor(user)

    def pass_on(self) -> HttpResponse:
        self.login.state[SECOND_FACTOR] = True
        return self.exit()

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None or self.login.state.get(SECOND_FACTOR):
            return False
        return has_second_factor(user)


def sign_in_by_page(
    request: HttpRequest,
    user: User,
    *,
    way: str,
    redirect_url: str | None = None,
    has_second_factor: bool = False,
    is_new: bool = False,
) -> HttpResponse:
    """The end of a page's own way in. allauth's ways call `perform_login` themselves."""
    login = Login(
        user=user,
        redirect_url=redirect_url or get_next_redirect_url(request),
        state={WAY: way, SECOND_FACTOR: has_second_factor},
        signup=is_new,
    )
    return perform_login(request, login)


@dataclass(frozen=True)
class Arrival:
    """How somebody came in who has passed every stage."""

    user_id: int
    way: str
    has_second_factor: bool


class ArrivalStage(LoginStage):
    """The last one: keeps for `AccountAdapter.login` how they came in."""

    key = "arrival"

    def handle(self) -> tuple[None, bool]:
        if self.login.user is not None:
            self.request.arrival = Arrival(
                user_id=self.login.user.pk,
                way=self._way(),
                has_second_factor=bool(self.login.state.get(SECOND_FACTOR)),
            )
        return None, True

    def _way(self) -> str:
        social: Any = (self.login.signal_kwargs or {}).get("sociallogin")
        return self.login.state.get(WAY) or (social.account.provider if social else "password")


def arrival_of(request: HttpRequest, user: User) -> Arrival:
    """Raises where somebody would sign in around the stages: that is a fault of ours."""
    arrival = getattr(request, "arrival", None)
    if arrival is None or arrival.user_id != user.pk:
        raise RuntimeError("a sign-in by page must go through allauth's perform_login")
    return arrival
