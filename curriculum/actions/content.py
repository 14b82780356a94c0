"""Loading content files, where what was edited here outranks them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from accounts.actions.audit import record_audit
from accounts.models import User
from core.callers import Caller
from core.events.actions import record
from curriculum.actions.content_rows import Loader, LoadReport
from curriculum.content_files import TrackFile
from curriculum.events import ContentEdited, ContentLoaded
from curriculum.models.content import Content
from curriculum.tracks import forget_tracks

# Any number will do, as long as nothing else waits in this line.
LINE = 7_462_002


@transaction.atomic
def load_content(
    files: Sequence[TrackFile], *, at: datetime, overwrite: bool = False
) -> LoadReport:
    """Bring the rows to what the files say. What an admin edited stays, unless told otherwise.

    Loading the same files again changes nothing. Two at once wait for each other.
    """
    wait_in_line()
    loader = Loader(at=at, overwrite=overwrite)
    for place, file in enumerate(files):
        loader.load_track(file, position=place)
    report = loader.report
    if report.has_changed_anything:
        loaded = ContentLoaded(
            made=len(report.made), changed=len(report.changed), retired=len(report.retired)
        )
        record(loaded, by=None, at=at)
        forget_tracks()
    return report


@transaction.atomic
def restore_content(
    row: Content,
    *,
    files: Sequence[TrackFile],
    by: User,
    at: datetime,
    caller: Caller | None = None,
) -> None:
    """One row as in its file again, in its place there; what else was edited stays."""
    wait_in_line()
    row.refresh_from_db()
    Loader(at=at, overwrite=False).restore(row, files)
    record_audit("curriculum.content_restored", by=by, target=row, caller=caller, at=at)
    tell_edit(row, by=by, at=at)


def wait_in_line() -> None:
    """One writer of content after the other: at the first load there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINE])


def tell_edit(row: Content, *, by: User, at: datetime) -> None:
    edited = ContentEdited(kind=str(row._meta.model_name), object_id=row.pk)
    record(edited, by=by, at=at)
    forget_tracks()
