"""The content that comes with the platform, loaded whenever its files have changed."""

from datetime import datetime
from pathlib import Path

from curriculum.actions.content import load_content
from curriculum.content_files import read_tracks

FOLDER = Path(__file__).parent / "content"


def load_own_content(at: datetime) -> str:
    """What `prepare` does before anybody is served; says what it did, if anything."""
    report = load_content(read_tracks(FOLDER), at=at)
    if not report.has_changed_anything:
        return ""
    return (
        f"Loaded content: {len(report.made)} new, {len(report.changed)} changed, "
        f"{len(report.retired)} retired."
    )
