"""Keys for outside systems, where staff make, see and revoke their own."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions.api_keys import make_api_key, revoke_api_key
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from accounts.models import ApiKey
from core.callers import caller_of
from core.clock import now
from core.errors import ProofNeeded
from core.idempotency.actions import keep_answer, take_key
from core.pages import errors_on
from core.policies import requires
from core.registries import api_scopes
from core.tables import Heading
from core.widgets import CheckboxCards

FOR_EVER = "ever"
LIVES = {
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("A year"),
    FOR_EVER: _("Until it is revoked"),
}
HEADINGS = [
    Heading(_("Name"), "text", "", ""),
    Heading(_("Begins with"), "text", "", ""),
    Heading(_("Scopes"), "text", "", ""),
    Heading(_("Last used"), "text", "", ""),
    Heading(_("Good until"), "text", "", ""),
    Heading(_("Revoke"), "actions", "", ""),
]


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Of the system that is to use it.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=CheckboxCards)
    days = forms.ChoiceField(label=_("Good for"), choices=list(LIVES.items()), initial="90")
    # Another one in each form, so that a page that is sent again makes no second key.
    once = forms.CharField(max_length=36, widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        scopes = self.fields["scopes"]
        scopes.choices = [(name, name) for name, _meaning in api_scopes]  # type: ignore[attr-defined]
        scopes.widget.explained = dict(api_scopes)

    def expires_at(self, at: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return None if days == FOR_EVER else at + timedelta(days=int(days))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.use_api_keys")
def api_keys(request: HttpRequest) -> HttpResponse:
    """A new key is shown in the answer itself: no session, mail or other page ever holds it."""
    form = ApiKeyForm(request.POST or None, initial=_filled_in_before(request.GET))
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            demand_fresh(request)
        except ProofNeeded:
            return _to_proof_and_back(request)
        with errors_on(form):
            made = _make(request, form)
            if made is None:
                messages.info(request, _("This key was made already, and is shown only once."))
                return redirect("api_keys")
            form = ApiKeyForm()
    at = now()
    mine = ApiKey.objects.filter(owner=user_in(request), revoked_at=None)
    context = {"form": form, "made": made, "keys": mine, "headings": HEADINGS, "at": at}
    return render(request, "accounts/api_keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("accounts.use_api_keys")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first: nobody brings a key back."""
    user = user_in(request)
    key = get_object_or_404(ApiKey, pk=pk, owner=user)
    if request.method != "POST":
        context = {"key": key, "trail": [(gettext("API keys"), reverse("api_keys"))]}
        return render(request, "accounts/api_key_revoke.html", context)
    revoke_api_key(key, by=user, caller=caller_of(request), at=now())
    messages.success(request, _("The key “%(name)s” opens nothing any more.") % {"name": key.name})
    return HttpResponseRedirect(reverse("api_keys"))


def _to_proof_and_back(request: HttpRequest) -> HttpResponse:
    """What was filled in comes back in the address, where it fills the form again."""
    kept = QueryDict(mutable=True)
    for name in ("name", "scopes", "days"):
        kept.setlist(name, request.POST.getlist(name))
    back = urlencode({"next": f"{request.path}?{kept.urlencode()}"}, safe="/")
    return HttpResponseRedirect(f"{resolve_url(settings.PROOF_URL)}?{back}")


def _filled_in_before(kept: QueryDict) -> dict[str, Any]:
    filled = {name: kept[name] for name in ("name", "days") if name in kept}
    return filled | {"scopes": kept.getlist("scopes")}


@transaction.atomic
def _make(request: HttpRequest, form: ApiKeyForm) -> dict[str, Any] | None:
    """None for a form that has made one before."""
    user, at = user_in(request), now()
    call, is_first = take_key(
        user=user, route=request.path, key=form.cleaned_data["once"], fingerprint="", at=at
    )
    if not is_first:
        return None
    key, text = make_api_key(
        user,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(at),
        caller=caller_of(request),
        at=at,
    )
    keep_answer(call, status=HTTPStatus.OK, headers={}, body="")
    return {"key": key, "text": text}
