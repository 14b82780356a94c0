"""Which tracks there are, for the floors below: asked on many pages, hardly ever another answer."""

from collections.abc import Sequence

from django.core.cache import cache
from django.db import transaction

from core.registries import TrackName
from curriculum.models import Track

KEY = "curriculum.tracks"
SECONDS = 60


def published_tracks() -> Sequence[TrackName]:
    known = cache.get(KEY)
    if known is None:
        tracks = Track.objects.published()
        known = [(track.code, track.name, track.pitch) for track in tracks]
        cache.set(KEY, known, SECONDS)
    return [TrackName(*facts) for facts in known]


def forget_tracks() -> None:
    """Whoever changes a track says so; elsewhere it is seen within a minute."""
    transaction.on_commit(lambda: cache.delete(KEY))
