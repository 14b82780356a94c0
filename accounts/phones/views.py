"""The pages for a code by text message: signing in with one, and proving one's own phone.

Which phone is meant stands in the session between the two steps, so that no address tells it.
"""

from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar, TypedDict

from allauth.account.utils import get_login_redirect_url, get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.entrance import user_in
from accounts.freshness import fresh
from accounts.phones.entrance import (
    WAY,
    person_behind_phone,
    prove_own_phone,
    send_proof_code,
    send_sign_in_code,
)
from accounts.phones.forms import CodeForm, PhoneForm
from accounts.sms import are_texts_sent
from accounts.stages import sign_in_by_page
from core.clock import now
from core.errors import DomainError, Throttled
from core.pages import add_error
from core.policies import requires

# What is not about what somebody typed: the refusals of `core.pages` say it.
NOT_ABOUT_THE_FORM = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Pending(TypedDict):
    """The phone that a code was sent to, and when, in seconds."""

    phone: str
    sent_at: float


@method_decorator([never_cache, sensitive_post_parameters("phone", "code")], name="dispatch")
class Step(View):
    """One of the two pages; a way says what is sent and what a right code is worth."""

    http_method_names = ("get", "head", "options", "post")
    key: ClassVar[str]
    template: ClassVar[str]
    phone_page: ClassVar[str]
    code_page: ClassVar[str]

    def send(self, phone: str) -> None:
        raise NotImplementedError

    def accept(self, phone: str, code: str) -> HttpResponse:
        raise NotImplementedError

    def go_to(self, page: str) -> HttpResponse:
        return redirect(page)

    @property
    def pending(self) -> Pending | None:
        return self.request.session.get(self.key)

    def send_in_time(self, phone: str) -> None:
        """Not twice at a double click: a courtesy, since what holds are the caps."""
        at = now()
        pending = self.pending
        wait = seconds_to_wait(pending, at=at) if pending and pending["phone"] == phone else 0
        if wait:
            raise Throttled(_wait_for(wait), retry_after=wait)
        self.send(phone)
        self.request.session[self.key] = Pending(phone=phone, sent_at=at.timestamp())

    def show(
        self, form: BaseForm, *, error: DomainError | None = None, **context: Any
    ) -> HttpResponse:
        page = {"form": form, "are_texts_sent": are_texts_sent(), **context}
        response = render(self.request, self.template, page)
        if error is not None and error.status != HTTPStatus.BAD_REQUEST:
            response.status_code = error.status
            if "retry_after" in error.details:
                response["Retry-After"] = str(error.details["retry_after"])
        return response


class PhoneStep(Step):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(PhoneForm(initial={"phone": self.suggested_phone()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PhoneForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            self.send_in_time(form.cleaned_data["phone"])
        except DomainError as error:
            add_to(form, error)
            return self.show(form, error=error)
        return self.go_to(self.code_page)

    def suggested_phone(self) -> str:
        return self.pending["phone"] if self.pending else ""


class CodeStep(Step):
    def get(self, request: HttpRequest) -> HttpResponse:
        if self.pending is None:
            return self.go_to(self.phone_page)
        return self.show_code(CodeForm(), self.pending)

    def post(self, request: HttpRequest) -> HttpResponse:
        pending = self.pending
        if pending is None:
            return self.go_to(self.phone_page)
        if "again" in request.POST:
            return self.send_again(pending)
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.show_code(form, pending)
        try:
            answer = self.accept(pending["phone"], form.cleaned_data["code"])
        except DomainError as error:
            add_to(form, error)
            return self.show_code(form, pending, error=error)
        request.session.pop(self.key, None)
        return answer

    def send_again(self, pending: Pending) -> HttpResponse:
        form = CodeForm({})
        form.errors.clear()
        try:
            self.send_in_time(pending["phone"])
        except DomainError as error:
            add_to(form, error)
            return self.show_code(form, pending, error=error)
        messages.success(self.request, _("Another code is on its way. The earlier one has ended."))
        return self.go_to(self.code_page)

    def show_code(
        self, form: BaseForm, pending: Pending, *, error: DomainError | None = None
    ) -> HttpResponse:
        wait = seconds_to_wait(pending, at=now())
        note = _wait_for(wait) if wait else ""
        minutes = settings.SMS_CODE_MINUTES
        return self.show(
            form, error=error, phone=pending["phone"], wait=wait, note=note, minutes=minutes
        )


class SigningIn(Step):
    key = "phone_sign_in"
    phone_page = "phone_sign_in"
    code_page = "phone_sign_in_code"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(get_login_redirect_url(request))
        return super().dispatch(request, *args, **kwargs)

    def send(self, phone: str) -> None:
        send_sign_in_code(self.request, phone=phone)

    def accept(self, phone: str, code: str) -> HttpResponse:
        user = person_behind_phone(self.request, phone=phone, code=code)
        return sign_in_by_page(self.request, user, way=WAY)

    def go_to(self, page: str) -> HttpResponse:
        return redirect(self._with_next(page))

    def show(self, form: BaseForm, **context: Any) -> HttpResponse:
        return super().show(
            form,
            next=get_next_redirect_url(self.request),
            phone_page=self._with_next(self.phone_page),
            sign_in_page=self._with_next("account_login"),
            **context,
        )

    def _with_next(self, page: str) -> str:
        target = get_next_redirect_url(self.request)
        return resolve_url(page) + (f"?{urlencode({'next': target})}" if target else "")


class SignInPhonePage(SigningIn, PhoneStep):
    template = "account/phone_sign_in.html"


class SignInCodePage(SigningIn, CodeStep):
    template = "account/phone_sign_in_code.html"


@method_decorator([requires("accounts.prove_own_phone"), fresh], name="dispatch")
class Proving(Step):
    """A new way in, so a session that somebody else has borrowed must not open it."""

    key = "phone_proof"
    phone_page = "prove_phone"
    code_page = "prove_phone_code"

    def send(self, phone: str) -> None:
        send_proof_code(self.request, user_in(self.request), phone=phone)

    def accept(self, phone: str, code: str) -> HttpResponse:
        prove_own_phone(self.request, user_in(self.request), phone=phone, code=code)
        messages.success(self.request, _("Your phone is proven. You can sign in with it now."))
        return self.go_to(self.phone_page)

    def show(self, form: BaseForm, **context: Any) -> HttpResponse:
        return super().show(form, trail=[(_("Security"), reverse("security"))], **context)


class ProvePhonePage(Proving, PhoneStep):
    template = "accounts/security/phone.html"

    def suggested_phone(self) -> str:
        user = user_in(self.request)
        return super().suggested_phone() or ("" if user.phone_verified_at else user.phone)


class ProveCodePage(Proving, CodeStep):
    template = "accounts/security/phone_code.html"


def seconds_to_wait(pending: Pending, *, at: datetime) -> int:
    return max(0, ceil(pending["sent_at"] + settings.SMS_RESEND_SECONDS - at.timestamp()))


def add_to(form: BaseForm, error: DomainError) -> None:
    if error.status in NOT_ABOUT_THE_FORM:
        raise error
    add_error(form, error)


def _wait_for(seconds: int) -> str:
    return ngettext(
        "Another code can be sent in %(n)d second.",
        "Another code can be sent in %(n)d seconds.",
        seconds,
    ) % {"n": seconds}
