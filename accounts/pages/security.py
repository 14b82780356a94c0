"""One's own security: what opens the account, and where it is open."""

from typing import Any
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import passkeys, second_factors
from accounts.actions.passkeys import prove_with_passkey
from accounts.actions.second_factors import Place
from accounts.actions.sign_ins import end_sign_in
from accounts.browsers import describe
from accounts.devices import known_device
from accounts.entrance import user_in
from accounts.errors import TotpThere
from accounts.freshness import demand_fresh, fresh
from accounts.middleware import sign_in_behind
from accounts.models import SignIn
from accounts.pages.second_step import CodeForm, PasskeyForm
from accounts.passkeys import ask_for_new
from accounts.stages import sign_in_by_page
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.pages import add_error, errors_on
from core.policies import requires

OWN = "accounts.use_own_second_factor"
# The others that somebody may have are ended with all of them.
SIGN_INS_SHOWN = 30
Type = Authenticator.Type


class NewPasskeyForm(PasskeyForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=passkeys.NAME_LENGTH,
        required=False,
        help_text=gettext_lazy("So that you know it again, such as “My phone”."),
    )


@require_GET
@requires(OWN)
def security(request: HttpRequest) -> HttpResponse:
    user, at = user_in(request), now()
    factors = list(Authenticator.objects.filter(user=user).order_by("pk"))
    current, living = sign_in_behind(request), SignIn.objects.living_of(user, at=at)
    others = living.exclude(sid=current.sid) if current else living
    newest = others.order_by("-last_seen_at", "-pk")[:SIGN_INS_SHOWN]
    context = {
        "app": next((each for each in factors if each.type == Type.TOTP), None),
        "passkeys": [each for each in factors if each.type == Type.WEBAUTHN],
        "codes_left": second_factors.codes_left(user),
        "sign_ins": [(each, describe(each.user_agent)) for each in (current, *newest) if each],
        "sign_ins_more": max(0, others.count() - SIGN_INS_SHOWN),
        "current": current,
        "has_password": user.has_usable_password(),
        "connected": SocialAccount.objects.filter(user=user).count(),
        "is_owed": second_factors.is_owed_by(user) and not factors,
    }
    return render(request, "accounts/security/overview.html", context)


@method_decorator([never_cache, requires(OWN), fresh], name="dispatch")
class TotpView(View):
    """Setting up an app: its QR code, and the first code that it shows."""

    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user, form = user_in(request), CodeForm(request.POST)
        if form.is_valid():
            place = Place(caller_of(request), known_device(request, user.email))
            with errors_on(form):
                codes = second_factors.confirm_totp(
                    user, code=form.cleaned_data["code"], place=place, at=now()
                )
                return _told_once(request, codes, _("Your authenticator app is set up."))
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        try:
            setup = second_factors.begin_totp(user_in(request), at=now())
        except TotpThere:
            return redirect("security")
        context = {
            "form": form,
            "secret": setup.secret,
            "url": get_adapter().build_totp_url(user_in(request), setup.secret),
            "trail": trail(),
        }
        return render(request, "accounts/security/totp.html", context)


@require_GET
@never_cache
@requires(OWN)
@fresh
def totp_drawing(request: HttpRequest) -> HttpResponse:
    """The QR code by itself: pages may hold no drawing that came by data:."""
    adapter = get_adapter()
    try:
        setup = second_factors.begin_totp(user_in(request), at=now())
    except TotpThere:
        raise Http404 from None
    drawing = adapter.build_totp_svg(adapter.build_totp_url(user_in(request), setup.secret))
    return HttpResponse(drawing, content_type="image/svg+xml")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(OWN)
@fresh
def drop_totp(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    app = get_object_or_404(Authenticator, user=user, type=Type.TOTP)
    if request.method == "POST":
        second_factors.drop_totp(user, caller=caller_of(request), at=now())
        messages.success(request, _("Your authenticator app is removed."))
        return redirect("security")
    context = {"factor": app, "is_last": _is_last(app), "trail": trail()}
    return render(request, "accounts/security/drop.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(OWN)
@fresh
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    if not second_factors.has_second_factor(user):
        return redirect("security")
    if request.method == "POST":
        codes = second_factors.make_recovery_codes(user, caller=caller_of(request), at=now())
        return _told_once(request, codes, _("Your new codes are ready."))
    left = second_factors.codes_left(user)
    return render(request, "accounts/security/new_codes.html", {"left": left, "trail": trail()})


@method_decorator([never_cache, requires(OWN), fresh], name="dispatch")
class NewPasskeyView(View):
    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, NewPasskeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user, form = user_in(request), NewPasskeyForm(request.POST)
        if form.is_valid():
            given, caller = form.cleaned_data, caller_of(request)
            with errors_on(form):
                _passkey, codes = passkeys.add_passkey(
                    user,
                    token=given["token"],
                    answer=given["credential"],
                    name=given["name"] or describe(caller.user_agent),
                    caller=caller,
                    at=now(),
                )
                return _told_once(request, codes, _("Your passkey is ready."))
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        question = ask_for_new(user_in(request), at=now())
        context = {"form": form, "passkey": question, "trail": trail()}
        return render(request, "accounts/security/new_passkey.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(OWN)
def drop_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Authenticator.objects.filter(user=user_in(request), type=Type.WEBAUTHN)
    passkey = get_object_or_404(mine, pk=pk)
    demand_fresh(request)
    if request.method == "POST":
        passkeys.drop_passkey(passkey, caller=caller_of(request), at=now())
        messages.success(request, _("Your passkey is removed."))
        return redirect("security")
    context = {"factor": passkey, "is_last": _is_last(passkey), "trail": trail()}
    return render(request, "accounts/security/drop.html", context)


@require_POST
def sign_in_with_passkey(request: HttpRequest) -> HttpResponse:
    """What the sign-in page's button sends. Counts as both proofs."""
    form = PasskeyForm(request.POST)
    if form.is_valid():
        given, caller = form.cleaned_data, caller_of(request)
        try:
            user = prove_with_passkey(given["token"], given["credential"], caller=caller, at=now())
        except DomainError as error:
            add_error(form, error)
        else:
            return sign_in_by_page(request, user, way="passkey", has_second_factor=True)
    messages.error(request, _("This passkey could not be used here. Please try another way."))
    return redirect("account_login")


@require_POST
@requires("accounts.use_own_sign_in")
def sign_out_there(request: HttpRequest, sid: UUID) -> HttpResponse:
    mine = SignIn.objects.living_of(user_in(request), at=now())
    sign_in = get_object_or_404(mine, sid=sid)
    _end(request, sign_in)
    if sign_in == sign_in_behind(request):
        logout(request)
        return redirect("account_login")
    messages.success(request, _("Signed out there."))
    return redirect("security")


@require_POST
@requires("accounts.use_own_sign_in")
def sign_out_others(request: HttpRequest) -> HttpResponse:
    current = sign_in_behind(request)
    others = SignIn.objects.living_of(user_in(request), at=now()).exclude(pk=current and current.pk)
    for sign_in in others:
        _end(request, sign_in)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("security")


def trail() -> list[tuple[str, str]]:
    return [(_("Security"), reverse("security"))]


def _end(request: HttpRequest, sign_in: SignIn) -> None:
    who: dict[str, Any] = {"by": user_in(request), "caller": caller_of(request), "at": now()}
    end_sign_in(sign_in, reason=SignIn.End.SIGNED_OUT, **who)


def _told_once(request: HttpRequest, codes: list[str], done: str) -> HttpResponse:
    """Shown in the answer itself and nowhere again; without new ones back to the overview.

    What was done stands in the page then, since a toast would lie over the codes on a phone.
    """
    if not codes:
        messages.success(request, done)
        return redirect("security")
    lines = "\n".join(f"{code[:5]} {code[5:]}" for code in codes)
    return render(request, "accounts/security/codes.html", {"codes": lines, "done": done})


def _is_last(factor: Authenticator) -> bool:
    others = Authenticator.objects.filter(user=factor.user).exclude(pk=factor.pk)
    return not others.exclude(type=Type.RECOVERY_CODES).exists()
