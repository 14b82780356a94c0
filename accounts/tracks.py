"""The tracks that one can be on: those that an app has registered, by name and in a sentence."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from core.registries import TrackName, tracks

# What the platform comes with, for as long as its content is not loaded.
FIRST_TRACKS = (
    TrackName(
        "DP",
        _("Data Professional"),
        _(
            "For those who want numbers to be believed: collect data, model it, ask it questions, "
            "and show what it says."
        ),
    ),
    TrackName(
        "FSD",
        _("Full-Stack Developer"),
        _(
            "For those who want to build what others rely on: from a page and the data behind it "
            "to a system that runs in a cloud."
        ),
    ),
)


def tracks_to_choose() -> Sequence[TrackName]:
    return tracks_with_pages() or FIRST_TRACKS


def tracks_with_pages() -> Sequence[TrackName]:
    return [track for _name, known in tracks for track in known()]
