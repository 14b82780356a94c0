"""The content that comes with the platform, loaded whenever its files have changed."""

from datetime import datetime
from pathlib import Path

from accounts.models import User
from core.callers import Caller
from curriculum.actions.content import load_content, restore_content
from curriculum.content_files import read_tracks
from curriculum.content_heads import ContentError
from curriculum.errors import ContentFilesBroken
from curriculum.models.content import Content

FOLDER = Path(__file__).parent / "content"


def load_own_content(at: datetime) -> str:
    """What `prepare` does before anybody is served; says what it did, if anything."""
    return load_content(read_tracks(FOLDER), at=at).summary(what="content")


def restore_own_content(row: Content, *, by: User, at: datetime, caller: Caller) -> None:
    """One row as in the platform's own file again."""
    try:
        files = read_tracks(FOLDER)
    except ContentError as error:
        raise ContentFilesBroken(str(error)) from error
    restore_content(row, files=files, by=by, at=at, caller=caller)
