"""One's own profile: facts, picture, and what one wants to hear of."""

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import profiles
from accounts.entrance import user_in
from accounts.models.people import AVATARS
from accounts.profile_forms import AvatarForm, NotificationsForm, ProfileForm
from core.callers import caller_of
from core.clock import now
from core.files.storage import storage_refusals
from core.pages import errors_on
from core.policies import requires

OWN = "accounts.use_own_profile"
YEAR_SECONDS = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
@requires(OWN)
def profile(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    user = user_in(request)
    form = ProfileForm(request.POST, instance=user)
    if form.is_valid():
        changes = form.cleaned_data
        # The form has put them into its instance already; the action looks for what is new.
        user.refresh_from_db()
        with errors_on(form):
            profiles.edit_whole_profile(
                user, changes=changes, by=user, caller=caller_of(request), at=now()
            )
    return _answer(request, form, _("Your profile is saved."), details=form)


@require_http_methods(["GET", "POST"])
@requires(OWN)
def change_avatar(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":  # Asked for again after an error was shown here.
        return redirect("profile")
    user, form = user_in(request), AvatarForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["avatar"]
        with errors_on(form):
            profiles.set_avatar(user, upload=upload, by=user, caller=caller_of(request), at=now())
    return _answer(request, form, _("This is your picture now."), picture=form)


@require_POST
@requires(OWN)
def drop_avatar(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    profiles.remove_avatar(user, by=user, caller=caller_of(request), at=now())
    messages.success(request, _("Your picture is gone."))
    return redirect("profile")


@require_POST
@requires(OWN)
def choose_notifications(request: HttpRequest) -> HttpResponse:
    user = user_in(request)
    form = NotificationsForm(request.POST, user=user)
    if form.is_valid():
        with errors_on(form):
            profiles.choose_notifications(user, choices=form.choices, by=user, at=now())
    return _answer(request, form, _("We will keep to that."), notifications=form)


@require_GET
def avatar(request: HttpRequest, mark: UUID) -> HttpResponseBase:
    """For whoever was told its address, which nobody guesses; another picture has another one."""
    with storage_refusals():
        picture = default_storage.open(f"{AVATARS}/{mark}.webp")
        response = FileResponse(picture, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    return response


def _answer(request: HttpRequest, form: object, done: str, **forms: object) -> HttpResponse:
    if form.errors:  # type: ignore[attr-defined]
        return _page(request, **forms)
    messages.success(request, done)
    return redirect("profile")


def _page(request: HttpRequest, **forms: object) -> HttpResponse:
    user = user_in(request)
    if forms:
        user.refresh_from_db()
    shown = {
        "details": ProfileForm(instance=user),
        "picture": AvatarForm(),
        "notifications": NotificationsForm(user=user),
        **forms,
    }
    return render(request, "accounts/profile/profile.html", shown)
