"""How allauth's pages come to our actions."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.actions.addresses import send_proof
from accounts.actions.registration import tell_owner
from accounts.actions.sign_ins import end_sign_in, start_browser_sign_in
from accounts.devices import remember_device
from accounts.entrance import person_with_password
from accounts.entry.modes import is_registration_open
from accounts.middleware import bind, sign_in_behind
from accounts.models import SignIn, User
from accounts.stages import arrival_of
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError, Locked
from core.pages import explain
from core.requests import client_address
from core.throttles import has_room

SIGNED_IN, CAME_BACK = "account/messages/logged_in.txt", "account/messages/came_back.txt"


class AccountAdapter(DefaultAccountAdapter):
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User:
        """With the API's own check and brake; the form shows what went wrong."""
        email, password = credentials["email"], credentials["password"]
        try:
            return person_with_password(request, email=email, password=password)
        except DomainError as error:
            said = explain(error)
            if isinstance(error, Locked):
                hint = _("If the account is yours, a mail says how to end this at once.")
                said = f"{said} {hint}"
            raise ValidationError(said, code=error.code, params=error.details) from None

    def get_login_stages(self) -> list[str]:
        return [
            "accounts.stages.ProvenAddressStage",
            "accounts.stages.SecondFactorStage",
            "accounts.stages.ArrivalStage",
        ]

    def login(self, request: HttpRequest, user: User) -> None:
        """Every way into a browser session ends here, and leaves a sign-in.

        Nobody calls this but allauth's `perform_login`, after the last of its stages.
        """
        arrival = arrival_of(request, user)
        self._end_present(request, SignIn.End.REPLACED)
        super().login(request, user)
        sign_in = start_browser_sign_in(
            user,
            way=arrival.way,
            has_second_factor=arrival.has_second_factor,
            caller=caller_of(request),
            at=now(),
        )
        bind(request, sign_in)

    def post_login(self, request: HttpRequest, user: User, **flow: Any) -> HttpResponse:
        response = super().post_login(request, user, **flow)
        remember_device(request, response, user.email)
        return response

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *context: Any,
        **message: Any,
    ) -> None:
        """Whoever comes back to a closed account is told of that instead of who they are."""
        sign_in = sign_in_behind(request) if message_template == SIGNED_IN else None
        if sign_in is not None and sign_in.has_called_off_closing:
            message_template = CAME_BACK
        super().add_message(request, level, message_template, *context, **message)

    def logout(self, request: HttpRequest) -> None:
        self._end_present(request, SignIn.End.SIGNED_OUT)
        super().logout(request)

    def is_safe_url(self, url: str | None) -> bool:
        """Only back to ourselves: not even to another host that we answer to.

        And only by an address: what is none would be taken for the name of a page.
        """
        is_ours = url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return is_ours and urlsplit(url or "").path.startswith("/")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return is_registration_open()

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        send_proof(emailconfirmation.email_address, at=now())

    def send_account_already_exists_mail(self, email: str) -> None:
        tell_owner(email, is_mail_due=has_room(email, scope="registration"), at=now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mails are ours: a way of allauth's that has one of its own must be given one of ours."""
        raise RuntimeError(f"allauth would send a mail of its own: {template_prefix}")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _end_present(self, request: HttpRequest, reason: SignIn.End) -> None:
        present = sign_in_behind(request)
        if present is None:
            return
        # Who leaves in another's name leaves themselves too: this browser forgets both.
        own = present.behind or present
        end_sign_in(own, by=own.user, reason=reason, caller=caller_of(request), at=now())
