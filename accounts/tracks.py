"""The tracks that one can be on, in the words of the front page."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.registries import track_codes


@dataclass(frozen=True)
class Track:
    code: str
    name: str | Promise
    pitch: str | Promise


TRACKS = (
    Track(
        "DP",
        _("Data Professional"),
        _(
            "For those who want numbers to be believed: collect data, model it, ask it questions, "
            "and show what it says."
        ),
    ),
    Track(
        "FSD",
        _("Full-Stack Developer"),
        _(
            "For those who want to build what others rely on: from a page and the data behind it "
            "to a system that runs in a cloud."
        ),
    ),
)


def track_of(code: str) -> Track | None:
    return next((track for track in TRACKS if track.code == code), None)


def tracks_to_choose() -> tuple[Track, ...]:
    """Those that an app has registered; as long as none has, all."""
    known = {code for _name, codes in track_codes for code in codes()}
    return tuple(track for track in TRACKS if not known or track.code in known)
