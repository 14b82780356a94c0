"""The job that reads a file of questions, tells what it would do, and does it if asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from core.clock import new_seed, now
from core.files.storage import local_copy
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun
from questions.actions.import_pictures import ImportPictures
from questions.actions.importing import KIND, apply_import, note_plan
from questions.errors import NothingToApply
from questions.formats import FORMATS, Row, rows_in
from questions.formats.pictures import Shelf
from questions.models import ImportBatch, ImportState
from questions.planning import PlannedRow, plan_import, read_rows

# How far a job is when everything is read.
READ_PERCENT = 60
PICTURES_PERCENT = 70
ROWS_A_TELLING = 100


@job_kind(KIND, queue="imports", attempts=3, lease=120, time_limit=540)
def import_questions(run: JobRun, *, batch: str, apply: bool, mode: str) -> dict[str, Any]:
    found = ImportBatch.objects.select_related("file", "owner").filter(pk=batch).first()
    if found is None:
        return {}
    if found.state == ImportState.CHECKED:
        found = _looked_at(run, found, apply=apply, mode=mode)
    return result_of(found)


def result_of(batch: ImportBatch) -> dict[str, Any]:
    """The report, with the name of the import by which it is taken in or back."""
    return {
        "import": str(batch.pk),
        "format": batch.format,
        "state": batch.state,
        "new": batch.new_count,
        "changed": batch.changed_count,
        "identical": batch.identical_count,
        "wrong": batch.wrong_count,
        "rows": batch.report.get("rows", []),
    }


def rows_of(batch: ImportBatch, shelf: Shelf | None = None) -> Iterator[Row]:
    """Of the file as it was sent, with its pictures on the shelf."""
    if batch.file is None:
        raise NothingToApply
    with local_copy(batch.file.place) as content:
        yield from rows_in(content, FORMATS[batch.format], shelf)


def _looked_at(run: JobRun, batch: ImportBatch, *, apply: bool, mode: str) -> ImportBatch:
    with Shelf() as shelf:
        rows = list(_told(run, rows_of(batch, shelf)))
        pictures = ImportPictures(shelf, batch.owner)
        has_pictures = pictures.look_through(rows, partial(_tell_pictures, run))
        read = [] if has_pictures else read_rows(rows)
        run.progress(PICTURES_PERCENT, _("Comparing with the bank"))

        def plan(*, is_taken: bool = True) -> list[PlannedRow]:
            """Where a picture is known only now, what shows it is read only now."""
            found = read
            if has_pictures:
                found = read_rows(pictures.placed(rows, is_locked=is_taken))
            return plan_import(found, owner=batch.owner, format_=batch.format)

        if apply:
            run.progress(PICTURES_PERCENT + 5, _("Taking the questions in"))
            with run.fenced():
                return apply_import(
                    batch, plan=plan, mode=mode, at=now(), seed=new_seed(), pictures=pictures
                )
        planned = plan(is_taken=False)
        run.progress(PICTURES_PERCENT + 20, _("Writing the report"))
        with run.fenced():
            note_plan(batch, planned=planned)
        return batch


def _tell_pictures(run: JobRun, number: int, count: int) -> None:
    said = _("Picture %(number)d of %(count)d") % {"number": number, "count": count}
    run.progress(READ_PERCENT + (PICTURES_PERCENT - READ_PERCENT) * number // count, said)


def _told(run: JobRun, rows: Iterator[Row]) -> Iterator[Row]:
    """How far reading is, without knowing how much there is: it slows down towards its end."""
    for number, row in enumerate(rows, start=1):
        if number % ROWS_A_TELLING == 0:
            said = _("%d questions read") % number
            run.progress(int(READ_PERCENT * number / (number + 2_000)), said)
        yield row
