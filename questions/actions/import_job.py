"""The job that reads a file of questions, tells what it would do, and does it if asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.clock import new_seed, now
from core.files.storage import local_copy
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun
from questions.actions.importing import KIND, apply_import, note_plan
from questions.errors import NothingToApply
from questions.formats import FORMATS, Row, rows_in
from questions.models import ImportBatch, ImportState
from questions.planning import plan_import, read_rows

# How far a job is when everything is read.
READ_PERCENT = 60
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


def rows_of(batch: ImportBatch) -> Iterator[Row]:
    """Of the file as it was sent."""
    if batch.file is None:
        raise NothingToApply
    with local_copy(batch.file.place) as content:
        yield from rows_in(content, FORMATS[batch.format])


def _looked_at(run: JobRun, batch: ImportBatch, *, apply: bool, mode: str) -> ImportBatch:
    read = read_rows(_told(run, rows_of(batch)))
    run.progress(READ_PERCENT, _("Comparing with the bank"))

    def plan() -> Any:
        return plan_import(read, owner=batch.owner, format_=batch.format)

    if apply:
        run.progress(READ_PERCENT + 5, _("Taking the questions in"))
        with run.fenced():
            return apply_import(batch, plan=plan, mode=mode, at=now(), seed=new_seed())
    planned = plan()
    run.progress(READ_PERCENT + 30, _("Writing the report"))
    with run.fenced():
        note_plan(batch, planned=planned)
    return batch


def _told(run: JobRun, rows: Iterator[Row]) -> Iterator[Row]:
    """How far reading is, without knowing how much there is: it slows down towards its end."""
    for number, row in enumerate(rows, start=1):
        if number % ROWS_A_TELLING == 0:
            said = _("%d questions read") % number
            run.progress(int(READ_PERCENT * number / (number + 2_000)), said)
        yield row
