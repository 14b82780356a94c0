"""A copy of one's data, and closing one's account: said plainly, asked once more."""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.leaving import EXPORT_JOB, close_account, start_export
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from core.callers import caller_of
from core.clock import now
from core.files.models import StoredFile
from core.files.purposes import EXPORT
from core.jobs.errors import JobUnderWay
from core.jobs.models import Job
from core.personal_data import parts_of_highest_floor_first
from core.policies import requires
from core.throttles import charge


@never_cache
@require_http_methods(["GET", "POST"])
@requires("accounts.take_own_data")
def own_data(request: HttpRequest) -> HttpResponse:
    user, at = user_in(request), now()
    if request.method == "POST":
        demand_fresh(request)
        charge(request, scope="exports")
        # Of one that is under way already the page tells anyhow.
        with suppress(JobUnderWay):
            start_export(user, caller=caller_of(request), at=at)
        return redirect("own_data")
    files = StoredFile.objects.of(EXPORT).filter(owner=user).kept(at).order_by("-created_at")
    jobs = Job.objects.filter(owner=user, kind=EXPORT_JOB).order_by("-created_at")
    shown = {
        "job": jobs.first(),
        "file": files.first(),
        "keep_days": settings.EXPORT_KEEP_DAYS,
        "trail": [(_("Profile"), reverse("profile"))],
    }
    return render(request, "accounts/profile/own_data.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@requires("accounts.close_own_account")
def closing(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        demand_fresh(request)
        close_account(user_in(request), caller=caller_of(request), at=now())
        logout(request)
        return redirect("account_closed")
    parts = parts_of_highest_floor_first()
    shown = {
        "goes": [each for part in parts for each in part.goes],
        "stays": [each for part in parts for each in part.stays],
        "grace_days": settings.CLOSING_GRACE_DAYS,
        "trail": [(_("Profile"), reverse("profile")), (_("Your data"), reverse("own_data"))],
    }
    return render(request, "accounts/profile/closing.html", shown)


@require_GET
def closed(request: HttpRequest) -> HttpResponse:
    """Says nothing of anybody: whoever comes here is signed out."""
    shown = {"grace_days": settings.CLOSING_GRACE_DAYS}
    return render(request, "accounts/profile/closed.html", shown)
