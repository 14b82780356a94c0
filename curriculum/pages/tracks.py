"""All tracks, and one: its outline for anybody, the map for whoever is on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.policies import can, demand, requires
from core.registries import track_prices
from curriculum.actions import enrollment
from curriculum.errors import PaymentRequired
from curriculum.maps import TrackMap, maps_of, places_on_rule
from curriculum.models import Cohort, Enrollment, Project, Track
from curriculum.pages.frames import frame_for
from curriculum.progress import tracks_of
from curriculum.rules import DAYS_OF_WEEK


@require_safe
@requires("curriculum.view_tracks")
def tracks(request: HttpRequest) -> HttpResponse:
    """One's own first, with how far one is."""
    at = now()
    shown = list(Track.objects.visible_to(request.user).with_outline())
    maps = {each.track.pk: each for each in _own_maps(request, at)}
    shown.sort(key=lambda track: track.pk not in maps)
    outlines = [_outline(track, maps.get(track.pk), at=at) for track in shown]
    return render(
        request, "curriculum/tracks/tracks.html", {"tracks": outlines, **frame_for(request)}
    )


@require_safe
@requires("curriculum.view_tracks")
def track(request: HttpRequest, code: str) -> HttpResponse:
    shown = get_object_or_404(Track.objects.visible_to(request.user).with_outline(), code=code)
    return _page(request, shown)


@require_POST
@requires("curriculum.enroll")
def enroll(request: HttpRequest, code: str) -> HttpResponse:
    user = user_in(request)
    shown = get_object_or_404(Track.objects.visible_to(user).with_outline(), code=code)
    demand(user, "curriculum.enroll", shown)
    try:
        _enrollment, is_new = enrollment.enroll(user, track=shown, by=user, at=now())
    except PaymentRequired as refusal:
        page = _page(request, shown, refusal=refusal)
        page.status_code = HTTPStatus.PAYMENT_REQUIRED
        return page
    if is_new:
        messages.success(request, _("You are on the track. Here is your map."))
    return redirect("track", code=shown.code)


def _page(
    request: HttpRequest, shown: Track, *, refusal: PaymentRequired | None = None
) -> HttpResponse:
    at = now()
    found = _map_on(request, shown, at)
    cohort = _cohort_on(request, shown) if found else None
    context = {
        **_outline(shown, found, at=at, cohort=cohort),
        **frame_for(request),
        "trail": [(_("Tracks"), reverse("tracks"))],
        "cohort": cohort,
        "refusal": refusal,
        "may_enroll": not found and can(request.user, "curriculum.enroll", shown),
        "plans": [] if found or shown.is_free else _plans_for(shown),
        "was_enrolled": not found and _was_enrolled(request, shown),
    }
    return render(request, "curriculum/tracks/track.html", context)


def _outline(
    shown: Track, found: TrackMap | None, *, at: datetime, cohort: Cohort | None = None
) -> dict[str, object]:
    projects = list(shown.projects.all())
    return {
        "track": shown,
        "map": found,
        "projects": projects,
        "hours": sum(project.hours for project in projects),
        "marks": _marks(projects, found),
        "week": _week_of(cohort, shown, at) if cohort else None,
        "today": _weeks_gone(cohort, at) if cohort else None,
    }


def _marks(projects: Sequence[Project], found: TrackMap | None) -> list[dict[str, object]]:
    states = {each.project.pk: each.state for each in found.projects} if found else {}
    places = places_on_rule(projects)
    return [
        {
            "at": places[project.pk],
            "state": states.get(project.pk, "open"),
            "star": project.is_capstone,
        }
        for project in projects
    ]


def _own_maps(request: HttpRequest, at: datetime) -> list[TrackMap]:
    if not isinstance(request.user, User):
        return []
    return maps_of(request.user, tracks_of(request.user, at=at), at=at)


def _map_on(request: HttpRequest, shown: Track, at: datetime) -> TrackMap | None:
    if not isinstance(request.user, User):
        return None
    own = Enrollment.objects.with_access(at).filter(student=request.user, track=shown)
    return maps_of(request.user, [shown], at=at)[0] if own.exists() else None


def _cohort_on(request: HttpRequest, shown: Track) -> Cohort | None:
    own = Cohort.objects.running().filter(
        track=shown, members__student=user_in(request), members__left_at=None
    )
    return own.first()


def _was_enrolled(request: HttpRequest, shown: Track) -> bool:
    user = request.user
    return isinstance(user, User) and Enrollment.objects.filter(student=user, track=shown).exists()


def _plans_for(shown: Track) -> list[dict[str, object]]:
    return [plan for _name, plans in track_prices for plan in plans(shown.code)]


def _weeks_gone(cohort: Cohort, at: datetime) -> float:
    return max(0, (_today_in(cohort, at) - cohort.starts_on).days + 1) / DAYS_OF_WEEK


def _week_of(cohort: Cohort, shown: Track, at: datetime) -> int | None:
    """Which week it is; none before the first and after the last."""
    week = (_today_in(cohort, at) - cohort.starts_on).days // DAYS_OF_WEEK + 1
    return week if 1 <= week <= shown.duration_weeks else None


def _today_in(cohort: Cohort, at: datetime) -> date:
    return at.astimezone(ZoneInfo(cohort.time_zone)).date()
