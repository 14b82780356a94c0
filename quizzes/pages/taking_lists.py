"""A student's quizzes: what is open, how it went, how long there is."""

from __future__ import annotations

from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.entrance import user_in
from core.clock import now
from quizzes.models import Quiz
from quizzes.standing import Standing, standings, tracks_on

ON_A_PAGE = 50
LONGEST_SEARCH = 100


def quizzes(request: HttpRequest) -> HttpResponse:
    """Grouped by track, in each what can be taken before what is over."""
    user, at = user_in(request), now()
    sought = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    on = tracks_on(user, at=at)
    own = Q(track=None) | Q(track__in=on) | Q(attempts__student=user)
    found = Quiz.objects.visible_to(user).filter(pk__in=Quiz.objects.filter(own).values("pk"))
    if sought:
        found = found.filter(Q(title__icontains=sought) | Q(description__icontains=sought))
    ordered = (
        found.select_related("track")
        .with_counts()
        .order_by(
            F("track__position").asc(nulls_last=True),
            F("track__code").asc(nulls_last=True),
            Case(When(closes_at__lte=at, then=Value(1)), default=Value(0)),
            F("closes_at").asc(nulls_last=True),
            "-published_at",
            "-pk",
        )
    )
    page = Paginator(ordered, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = standings(list(page.object_list), student=user, at=at, on=on)
    context = {"page": page, "groups": _by_track(shown), "sought": sought}
    return render(request, "quizzes/taking/quizzes.html", context)


def _by_track(shown: list[Standing]) -> list[tuple[str, list[Standing]]]:
    return [
        (track.name if track else _("For everybody"), list(members))
        for track, members in groupby(shown, key=lambda each: each.quiz.track)
    ]
