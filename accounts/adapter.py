"""How allauth's pages come to our actions."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actions.sign_ins import end_sign_in, start_browser_sign_in
from accounts.devices import remember_device
from accounts.entrance import person_with_password
from accounts.middleware import bind, sign_in_behind
from accounts.models import SignIn, User
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.requests import client_address


class AccountAdapter(DefaultAccountAdapter):
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User:
        """With the API's own check and brake; the form shows what went wrong."""
        email, password = credentials["email"], credentials["password"]
        try:
            return person_with_password(request, email=email, password=password)
        except DomainError as error:
            raise ValidationError(
                str(error.message), code=error.code, params=error.details
            ) from None

    def login(self, request: HttpRequest, user: User, *, way: str = "password") -> None:
        """Every way into a browser session leads through here, and leaves a sign-in."""
        self._end_present(request, SignIn.End.REPLACED)
        super().login(request, user)
        sign_in = start_browser_sign_in(user, way=way, caller=caller_of(request), at=now())
        bind(request, sign_in)

    def post_login(self, request: HttpRequest, user: User, **flow: Any) -> HttpResponse:
        response = super().post_login(request, user, **flow)
        remember_device(request, response, user.email)
        return response

    def logout(self, request: HttpRequest) -> None:
        self._end_present(request, SignIn.End.SIGNED_OUT)
        super().logout(request)

    def is_safe_url(self, url: str | None) -> bool:
        """Only back to ourselves: not even to another host that we answer to."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _end_present(self, request: HttpRequest, reason: SignIn.End) -> None:
        present = sign_in_behind(request)
        if present is not None:
            end_sign_in(
                present, by=present.user, reason=reason, caller=caller_of(request), at=now()
            )
