"""Between the first proof at the sign-in page and being signed in; and proving it once more."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View

from accounts.actions.passkeys import prove_with_passkey
from accounts.actions.proofs import (
    demand_provable,
    prove_by_code,
    prove_by_passkey,
    prove_by_password,
)
from accounts.actions.second_factors import Place, codes_left, has_passkey, has_totp, spend_code
from accounts.devices import known_device
from accounts.entrance import person_with_password, user_in
from accounts.freshness import current_sign_in
from accounts.models import SignIn, User
from accounts.passkeys import ask_for_proof
from accounts.rules import PASSWORD_LENGTH
from accounts.social.configured import provider_names
from accounts.stages import SecondFactorStage
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError, NotSignedIn
from core.pages import add_error
from core.policies import requires

CODE_LENGTH = 32


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH,
        help_text=_("The six digits that your authenticator app shows now."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class RecoveryCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=CODE_LENGTH,
        help_text=_("One of those that you wrote down. It is good once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        validators=[MaxLengthValidator(PASSWORD_LENGTH)],
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CredentialField(forms.JSONField):
    def to_python(self, value: Any) -> Any:
        """Django's own takes brackets within brackets for a fault of ours."""
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return None


class PasskeyForm(forms.Form):
    """Filled by the browser; see `static/js/components/pass-key.js`."""

    token = forms.CharField(max_length=1024, widget=forms.HiddenInput)
    credential = CredentialField(widget=forms.HiddenInput)


@method_decorator(
    login_stage_required(stage=SecondFactorStage.key, redirect_urlname="account_login"),
    name="dispatch",
)
class SecondStepView(View):
    """The code of an app, a recovery code (`?with=recovery`) or a passkey."""

    http_method_names = ("get", "head", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.stage: SecondFactorStage = request._login_stage  # type: ignore[attr-defined]  # noqa: SLF001
        if self.stage.is_void():
            return self.stage.abort()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, _code_form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        user: User = self.stage.login.user
        form = _posted_form(request)
        if _is_right(form, _proof_of(form, user, request)):
            return self.stage.pass_on()
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        user = self.stage.login.user
        context = {**_ways(user, request, form), "person": user}
        return _shown(request, "account/second_step.html", form, context)


@method_decorator(requires("accounts.use_own_second_factor"), name="dispatch")
class ReauthenticationView(View):
    """A second factor where there is one, else the password; then on to where one came from."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, self._form(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = _posted_form(request)
        if _is_right(form, self._proof(form, request)):
            return redirect(get_next_redirect_url(request) or "security")
        return self._page(request, form)

    def _form(self, request: HttpRequest) -> forms.Form:
        if has_totp(user_in(request)) or codes_left(user_in(request)):
            return _code_form(request)
        return PasswordForm()

    def _proof(self, form: forms.Form, request: HttpRequest) -> Callable[[], object]:
        sign_in = _sign_in_of(request)
        place, at = _place(request, sign_in.user), now()

        def prove() -> None:
            given = form.cleaned_data
            if isinstance(form, PasswordForm):
                email, password = sign_in.user.email, given["password"]
                demand_provable(sign_in)
                person_with_password(request, email=email, password=password)
                prove_by_password(sign_in, place=place, at=at)
            elif isinstance(form, PasskeyForm):
                prove_by_passkey(sign_in, **_answer(given), caller=place.caller, at=at)
            else:
                prove_by_code(sign_in, code=given["code"], place=place, at=at)

        return prove

    def _page(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        user = user_in(request)
        context = {
            **_ways(user, request, form),
            "next": get_next_redirect_url(request) or "",
            "providers": _providers_of(user),
            "has_password": user.has_usable_password(),
        }
        return _shown(request, "account/reauthenticate.html", form, context)


def _providers_of(user: User) -> list[tuple[str, str]]:
    """Where one may sign in anew, which proves as much: with a second step if there is one."""
    connected = set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    return [(name, title) for name, title in provider_names() if name in connected]


def _shown(
    request: HttpRequest, template: str, form: forms.Form, context: dict[str, object]
) -> HttpResponse:
    if not form.is_bound:  # With errors, their summary gets the focus.
        for field in form.visible_fields():
            field.field.widget.attrs["autofocus"] = True
    response = render(request, template, {**context, "form": form})
    wait = getattr(form, "retry_after", None)
    if wait is not None:
        response.status_code = form.status  # type: ignore[attr-defined]
        response["Retry-After"] = str(wait)
    return response


def _ways(user: User, request: HttpRequest, form: forms.Form) -> dict[str, object]:
    has_key = has_passkey(user)
    return {
        "has_app": has_totp(user),
        "has_recovery_codes": bool(codes_left(user)),
        "with_recovery": isinstance(form, RecoveryCodeForm),
        "passkey_form": PasskeyForm(prefix=None) if has_key else None,
        "passkey": ask_for_proof(user, at=now()) if has_key else None,
    }


def _code_form(request: HttpRequest, data: Any = None) -> forms.Form:
    wants_recovery = request.GET.get("with") == "recovery"
    return (RecoveryCodeForm if wants_recovery else CodeForm)(data)


def _posted_form(request: HttpRequest) -> forms.Form:
    if "credential" in request.POST:
        return PasskeyForm(request.POST)
    if "password" in request.POST:
        return PasswordForm(request.POST)
    return _code_form(request, request.POST)


def _proof_of(form: forms.Form, user: User, request: HttpRequest) -> Callable[[], object]:
    place, at = _place(request, user), now()

    def prove() -> None:
        if isinstance(form, PasskeyForm):
            prove_with_passkey(**_answer(form.cleaned_data), user=user, caller=place.caller, at=at)
        else:
            spend_code(user, code=form.cleaned_data.get("code", ""), place=place, at=at)

    return prove


def _is_right(form: forms.Form, prove: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        prove()
    except NotSignedIn:
        raise
    except DomainError as error:
        add_error(form, error)
        if "retry_after" in error.details:
            form.retry_after, form.status = error.details["retry_after"], error.status  # type: ignore[attr-defined]
        return False
    return True


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    return {"token": given["token"], "answer": given["credential"]}


def _place(request: HttpRequest, user: User) -> Place:
    return Place(caller_of(request), known_device(request, user.email))


def _sign_in_of(request: HttpRequest) -> SignIn:
    sign_in = current_sign_in(request)
    if sign_in is None:
        raise NotSignedIn
    return sign_in
