"""The pages of proving an address, moving to another one, and ending a lock."""

from typing import Any

from allauth.account.internal.flows.email_verification import login_on_verification
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.actions.addresses import (
    drop_change,
    find_address,
    has_proven_address,
    pending_change,
    prove_address,
)
from accounts.actions.unlocking import find_locked, unlock
from accounts.devices import remember_device
from accounts.entrance import user_in
from accounts.entry.forms import ChangeEmailForm, EmailForm
from accounts.entry.page import FormPage
from accounts.entry.ways import move_to_address, want_proof_again
from accounts.errors import EmailTaken, LinkOver
from accounts.stages import UNPROVEN
from core.callers import caller_of
from core.clock import now
from core.errors import Missing
from core.policies import requires


class SentPage(FormPage):
    """A mail is on its way; another one can be asked for."""

    template = "account/verification_sent.html"

    def make_form(self, data: Any = None) -> EmailForm:
        return EmailForm(data, initial={"email": self.request.session.get(UNPROVEN, "")})

    def act(self, form: BaseForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        want_proof_again(self.request, email)
        self.request.session[UNPROVEN] = email
        messages.success(self.request, _("If that address waits for it, a mail is on its way."))
        return redirect("account_email_verification_sent")

    def context(self) -> dict[str, Any]:
        return {"email": self.request.session.get(UNPROVEN, "")}


@method_decorator(never_cache, name="dispatch")
class ConfirmPage(View):
    """Where the mailed link leads. Only the button proves anything: mail scanners follow links."""

    http_method_names = ("get", "head", "options", "post")

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            address = find_address(key, at=now())
        except (LinkOver, Missing) as error:
            return self._over(request, status=error.status)
        return self._show(request, address)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            user = prove_address(key, caller=caller_of(request), at=now())
        except (LinkOver, Missing) as error:
            return self._over(request, status=error.status)
        except EmailTaken as error:
            return self._over(request, str(error.message), status=error.status)
        request.session.pop(UNPROVEN, None)
        messages.success(request, _("Your address is confirmed."))
        address = EmailAddress(user=user, email=user.email)
        # In the browser where the sign-in began, it goes on; a link in itself opens no account.
        onwards = login_on_verification(request, address)
        if onwards is not None:
            return onwards
        return redirect("account_email" if request.user == user else "account_login")

    def _show(self, request: HttpRequest, address: EmailAddress) -> HttpResponse:
        about = {"address": address, "is_change": address.email != address.user.email}
        return render(request, "account/email_confirm.html", about)

    def _over(self, request: HttpRequest, why: str = "", *, status: int) -> HttpResponse:
        return render(request, "account/email_confirm_over.html", {"why": why}, status=status)


@method_decorator(requires("accounts.use_own_second_factor"), name="dispatch")
class EmailPage(FormPage):
    """The address that one signs in with, and the one that one moves to."""

    template = "account/email.html"

    def make_form(self, data: Any = None) -> ChangeEmailForm:
        return ChangeEmailForm(data, has_password=user_in(self.request).has_usable_password())

    def post(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        if "drop" in request.POST:
            drop_change(user_in(request))
            messages.success(request, _("Your address stays as it is."))
            return redirect("account_email")
        if "again" in request.POST:
            return self._send_again(request)
        return super().post(request)

    def act(self, form: BaseForm) -> HttpResponse:
        given = form.cleaned_data
        move_to_address(self.request, email=given["email"], password=given.get("password", ""))
        messages.success(self.request, _("Almost done: open the mail at your new address."))
        return redirect("account_email")

    def context(self) -> dict[str, Any]:
        user = user_in(self.request)
        return {
            "pending": pending_change(user),
            "has_proven": has_proven_address(user),
            "trail": [(_("Security"), reverse("security"))],
        }

    def _send_again(self, request: HttpRequest) -> HttpResponse:
        user = user_in(request)
        pending = pending_change(user)
        want_proof_again(request, pending.email if pending else user.email)
        messages.success(request, _("Another mail is on its way."))
        return redirect(get_next_redirect_url(request) or "account_email")


@method_decorator(never_cache, name="dispatch")
class UnlockPage(View):
    """Where the mail about a lock leads. From then on this browser is counted by itself."""

    http_method_names = ("get", "head", "options", "post")

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            user, _brake = find_locked(key, at=now())
        except (LinkOver, Missing) as error:
            return render(request, "account/unlock_over.html", status=error.status)
        return render(request, "account/unlock.html", {"email": user.email})

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        try:
            user = unlock(key, caller=caller_of(request), at=now())
        except (LinkOver, Missing) as error:
            return render(request, "account/unlock_over.html", status=error.status)
        messages.success(request, _("The lock is off in this browser. You can sign in now."))
        response = redirect("account_login")
        remember_device(request, response, user.email)
        return response
