"""The pages of passwords: forgotten, chosen anew by a mailed link, changed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.actions.passwords import person_behind_reset, reset_password
from accounts.devices import remember_device
from accounts.entrance import user_in
from accounts.entry.forms import ChangePasswordForm, EmailForm, NewPasswordForm
from accounts.entry.page import FormPage
from accounts.entry.ways import choose_password, forget_password
from accounts.freshness import demand_fresh
from core.callers import caller_of
from core.clock import now
from core.policies import requires

CHANGED = "password_is_reset"


class ForgottenPage(FormPage):
    template = "account/password_reset.html"

    def make_form(self, data: Any = None) -> EmailForm:
        return EmailForm(data, initial={"email": self.request.GET.get("email", "")})

    def act(self, form: BaseForm) -> HttpResponse:
        forget_password(self.request, form.cleaned_data["email"])
        return redirect("account_reset_password_done")


@require_GET
@never_cache
def reset_sent(request: HttpRequest) -> HttpResponse:
    about = {"minutes": settings.RESET_MINUTES}
    return render(request, "account/password_reset_done.html", about)


class NewPasswordPage(FormPage):
    """Where the mailed link leads, once. Opening it does nothing."""

    template = "account/password_reset_from_key.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, uidb36: str, key: str, **kwargs: Any
    ) -> HttpResponseBase:
        self.person = person_behind_reset(uidb36, key, at=now())
        if self.person is None:
            return render(request, "account/password_reset_over.html", status=410)
        return super().dispatch(request, *args, uidb36=uidb36, key=key, **kwargs)

    def make_form(self, data: Any = None) -> NewPasswordForm:
        return NewPasswordForm(data)

    def act(self, form: BaseForm) -> HttpResponse:
        user = reset_password(
            self.kwargs["uidb36"],
            self.kwargs["key"],
            password=form.cleaned_data["new_password"],
            caller=caller_of(self.request),
            at=now(),
        )
        self.request.session[CHANGED] = True
        response = redirect("account_reset_password_from_key_done")
        # Whoever has just shown that the account is theirs is not held up by others' guesses.
        remember_device(self.request, response, user.email)
        return response

    def context(self) -> dict[str, Any]:
        return {"email": self.person.email if self.person else ""}


@require_GET
@never_cache
def reset_done(request: HttpRequest) -> HttpResponse:
    """Once, after a reset: to nobody else would it be true."""
    if not request.session.pop(CHANGED, False):
        return redirect("account_login")
    return render(request, "account/password_reset_from_key_done.html")


@method_decorator(requires("accounts.use_own_second_factor"), name="dispatch")
class ChangePasswordPage(FormPage):
    """Whoever has none yet, coming by another way, sets the first one here."""

    template = "account/password_change.html"

    def get(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        if not self.has_password:
            demand_fresh(request)
        return super().get(request, **parts)

    def make_form(self, data: Any = None) -> BaseForm:
        return ChangePasswordForm(data) if self.has_password else NewPasswordForm(data)

    def act(self, form: BaseForm) -> HttpResponse:
        given = form.cleaned_data
        user = choose_password(
            self.request,
            old_password=given.get("old_password", ""),
            new_password=given["new_password"],
        )
        update_session_auth_hash(self.request, user)
        said = _("Your password is changed. You are signed out everywhere else.")
        messages.success(self.request, said)
        return redirect("security")

    def context(self) -> dict[str, Any]:
        trail = [(_("Security"), reverse("security"))]
        return {"has_password": self.has_password, "trail": trail}

    @property
    def has_password(self) -> bool:
        return user_in(self.request).has_usable_password()
