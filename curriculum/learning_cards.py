"""What whoever learns finds on the first page behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Role
from core.dashboards import DashboardCard, Place
from curriculum.maps import NextThing, TrackMap, maps_of
from curriculum.models import Submission, Track
from curriculum.progress import tracks_of
from curriculum.rules import NextKind

Content = Mapping[str, Any] | None
SHOWN = 5
_found: ContextVar[tuple[int, datetime, list[TrackMap]] | None] = ContextVar("maps", default=None)
# What one can do comes before what one waits for.
URGENCY = (
    {NextKind.REVISE},
    {NextKind.STEP, NextKind.HAND_IN},
    {NextKind.REJECTED},
    {NextKind.WAIT},
    {NextKind.DONE},
)


def next_thing(user: User, at: datetime) -> Content:
    """The very next thing on any track, the main one first; without a track, choosing one."""
    maps = _maps(user, at)
    if maps:
        found = _most_urgent([each.next for each in maps if each.next])
        return {"next": found} if found else None
    if user.role != Role.STUDENT:
        return None
    return {"track": Track.objects.published().filter(code=user.track).first()}


def own_tracks(user: User, at: datetime) -> Content:
    maps = _maps(user, at)
    return {"maps": maps} if maps else None


def waiting(user: User, at: datetime) -> Content:
    """What one has handed in and nobody has decided on yet, the oldest first."""
    own = Submission.objects.filter(student=user.pk).waiting().oldest_first()
    first = list(own.with_what_for()[: SHOWN + 1])
    if not first:
        return None
    return {"submissions": first[:SHOWN], "are_more": len(first) > SHOWN}


def _maps(user: User, at: datetime) -> list[TrackMap]:
    """Of those tracks that one can go to: what is no longer published is no such place.

    Cards of one page ask in one breath, at one moment: the second has what the first has found.
    """
    known = _found.get()
    if known is not None and known[:2] == (user.pk, at):
        return known[2]
    tracks = [track for track in tracks_of(user, at=at) if track.is_published]
    maps = maps_of(user, tracks, at=at)
    _found.set((user.pk, at, maps))
    return maps


def _most_urgent(things: Sequence[NextThing]) -> NextThing | None:
    ranked = (thing for kinds in URGENCY for thing in things if thing.kind in kinds)
    return next(ranked, None)


LEARNING = "curriculum.submit_work"
CARDS = {
    "next thing": DashboardCard(
        Place.NEXT, "curriculum/cards/next_thing.html", LEARNING, 20, next_thing
    ),
    "own tracks": DashboardCard(
        Place.MAIN, "curriculum/cards/own_tracks.html", LEARNING, 20, own_tracks
    ),
    "waiting": DashboardCard(Place.ASIDE, "curriculum/cards/waiting.html", LEARNING, 20, waiting),
}
