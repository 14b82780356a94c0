"""Taking files of questions in, whole or their good rows, and taking them back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.db import transaction
from django.db.models import Model

from accounts.models import User
from core.deleting import unless_in_use
from core.events.actions import record
from core.files.actions import store_file
from core.jobs.actions import start_job
from core.jobs.models import Job
from questions.actions.import_pictures import ImportPictures, drop_pictures_of
from questions.actions.in_use import held_among, without_what_is_used
from questions.actions.saving import CHUNK, version_of, write_versions
from questions.errors import (
    FileUnreadable,
    ImportInUse,
    NothingToApply,
    NothingToUndo,
    RowsAreWrong,
)
from questions.events import ImportUndone, QuestionsImported
from questions.files import IMPORT
from questions.formats import FORMATS, Format, recognise
from questions.formats.limits import decoded
from questions.models import (
    Chapter,
    ImportBatch,
    ImportState,
    Origin,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
)
from questions.planning import PlannedRow, RowState, counts_of

KIND = "questions.import"
ALL, GOOD = "all", "good"
MODES = (ALL, GOOD)


@transaction.atomic
def start_import(
    *,
    content: File[Any],
    name: str,
    owner: User,
    at: datetime,
    format_: str = "",
    is_dry_run: bool = False,
    mode: str = ALL,
) -> Job:
    """Keep the file and read it in a job, which takes its rows in unless it is a dry run."""
    known = FORMATS[format_] if format_ else recognise(cast("BinaryIO", content), name)
    _demand_text(content, known)
    file = store_file(content=content, name=name, purpose=IMPORT, owner=owner, at=at)
    batch = ImportBatch.objects.create(
        owner=owner, file=file, file_name=file.name, format=known.name, created_at=at
    )
    return _start(batch, owner=owner, at=at, apply=not is_dry_run, mode=mode)


@transaction.atomic
def ask_to_apply(batch: ImportBatch, *, mode: str, by: User, at: datetime) -> Job:
    """Take in what a dry run has looked at."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != ImportState.CHECKED or batch.file_id is None:
        raise NothingToApply
    if mode == ALL and batch.wrong_count:
        raise RowsAreWrong(wrong=batch.wrong_count)
    return _start(batch, owner=by, at=at, apply=True, mode=mode)


def note_plan(batch: ImportBatch, *, planned: Sequence[PlannedRow]) -> None:
    """What the import would do, or what it did."""
    counts = counts_of(planned)
    batch.report = {"rows": [each.shown() for each in planned]}
    batch.new_count, batch.changed_count = counts["new"], counts["changed"]
    batch.identical_count, batch.wrong_count = counts["identical"], counts["wrong"]
    batch.save()


@transaction.atomic
def apply_import(
    batch: ImportBatch,
    *,
    plan: Callable[[], list[PlannedRow]],
    mode: str,
    at: datetime,
    seed: int,
    pictures: ImportPictures | None = None,
) -> ImportBatch:
    """All rows or the good ones, in one transaction; done once, it stays done.

    Imports of one owner wait for each other, so that what each plans is true when it writes.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=batch.owner_id)
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != ImportState.CHECKED:
        return batch
    planned = plan()
    if mode == ALL and any(each.state == RowState.WRONG for each in planned):
        note_plan(batch, planned=planned)
        return batch
    if pictures is not None:
        pictures.keep(planned, batch=batch, at=at)
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    _add(planned, batch, owner=owner, at=at, chance=chance)
    _change(planned, owner=owner, at=at, chance=chance)
    batch.state, batch.applied_at = ImportState.APPLIED, at
    note_plan(batch, planned=planned)
    record(
        QuestionsImported(batch=batch.pk, new=batch.new_count, changed=batch.changed_count),
        by=owner,
        at=at,
    )
    return batch


@transaction.atomic
def undo_import(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """Take back what it made and changed, unless somebody was asked it or has edited it since.

    It waits for imports of the same owner, which may have found its pictures and use them.
    """
    User.objects.select_for_update(no_key=True).get(pk=batch.owner_id)
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != ImportState.APPLIED:
        raise NothingToUndo
    touched = batch.new_count + batch.changed_count
    with unless_in_use(ImportInUse):
        made = without_what_is_used(Question.objects.filter(batch=batch))
        gone = [question.pk for question in made if question.newest == 1]
        restored = _restore(batch, at=at)
        if touched and not gone and not restored:
            raise ImportInUse
        Question.objects.filter(pk__in=gone).delete()
    drop_pictures_of(batch)
    batch.state, batch.undone_at = ImportState.UNDONE, at
    undone = {"removed": len(gone), "restored": restored}
    batch.report["undo"] = {**undone, "kept": max(0, touched - len(gone) - restored)}
    batch.save(update_fields=["state", "undone_at", "report"])
    record(ImportUndone(batch=batch.pk, removed=len(gone)), by=by, at=at)
    return batch


def _restore(batch: ImportBatch, *, at: datetime) -> int:
    """What it changed becomes again what it was, where nobody has edited or moved it since.

    It stays where it is if it was in a subject or a chapter that is gone.
    """
    rows = batch.report.get("rows", ())
    changed = {row["question"]: row["before"] for row in rows if row.get("before")}
    subjects = _there_still(Subject, (before["subject"] for before in changed.values()))
    chapters = _there_still(Chapter, (before["chapter"] for before in changed.values()))
    questions = {
        question.pk: question
        for question in Question.objects.filter(pk__in=changed)
        .select_for_update(of=("self",))
        .order_by("pk")
        if question.newest == changed[question.pk]["newest"] + changed[question.pk]["added"]
        and question.edited_at == batch.applied_at
    }
    added = [key for key in questions if changed[key]["added"]]
    newest = QuestionVersion.objects.newest().filter(question__in=added)
    versions = dict(newest.values_list("pk", "question"))
    held = held_among(QuestionVersion, list(versions))
    QuestionVersion.objects.filter(pk__in=set(versions) - held).delete()
    kept = {versions[key] for key in held}
    restored = [question for key, question in questions.items() if key not in kept]
    for question in restored:
        before = changed[question.pk]
        question.newest, question.edited_at = before["newest"], at
        if before["subject"] in subjects and before["chapter"] in chapters:
            question.subject_id, question.chapter_id = before["subject"], before["chapter"]
    Question.objects.bulk_update(
        restored, ["newest", "subject", "chapter", "edited_at"], batch_size=CHUNK
    )
    return len(restored)


def _there_still(model: type[Model], keys: Iterable[int | None]) -> set[int | None]:
    """Nowhere is always there."""
    rows = model._default_manager.filter(pk__in=set(keys) - {None})  # noqa: SLF001
    return {None, *rows.values_list("pk", flat=True)}


def _start(batch: ImportBatch, *, owner: User, at: datetime, apply: bool, mode: str) -> Job:
    job = start_job(
        kind=KIND,
        owner=owner,
        payload={"batch": str(batch.pk), "apply": apply, "mode": mode},
        at=at,
        subject=f"import {batch.pk}",
    )
    batch.job = job.pk
    batch.save(update_fields=["job"])
    return job


def _demand_text(content: File[Any], known: Format) -> None:
    """Said here in words for people; the frame for files would only say that it is of no kind."""
    if known.is_text:
        content.seek(0)
        try:
            decoded(content.read(known.most_bytes + 1)[: known.most_bytes])
        except FileUnreadable:
            if content.size <= known.most_bytes:
                raise
        finally:
            content.seek(0)


def _add(
    planned: Iterable[PlannedRow],
    batch: ImportBatch,
    *,
    owner: User,
    at: datetime,
    chance: random.Random,
) -> None:
    new = [each for each in planned if each.state == RowState.NEW]
    for start in range(0, len(new), CHUNK):
        part = new[start : start + CHUNK]
        questions = Question.objects.bulk_create(
            Question(
                owner=owner,
                status=QuestionStatus.READY,
                subject_id=each.subject,
                chapter_id=each.chapter,
                reference=each.entry.reference if each.entry else "",
                batch=batch,
                created_at=at,
                edited_at=at,
            )
            for each in part
        )
        for each, question in zip(part, questions, strict=True):
            each.question = question.pk
        _add_versions(part, questions, owner=owner, at=at, chance=chance)


def _change(
    planned: Iterable[PlannedRow], *, owner: User, at: datetime, chance: random.Random
) -> None:
    changed = {each.question: each for each in planned if each.state == RowState.CHANGED}
    keys = sorted(key for key in changed if key is not None)
    for start in range(0, len(keys), CHUNK):
        rows = Question.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
        questions = list(rows.select_for_update(of=("self",)))
        for question in questions:
            each = changed[question.pk]
            each.before = {
                "newest": question.newest,
                "added": int(each.version_differs),
                "subject": question.subject_id,
                "chapter": question.chapter_id,
            }
            question.newest += each.version_differs
            question.subject_id, question.chapter_id = each.subject, each.chapter
            question.edited_at = at
        Question.objects.bulk_update(questions, ["newest", "subject", "chapter", "edited_at"])
        anew = [question for question in questions if changed[question.pk].version_differs]
        _add_versions(
            [changed[question.pk] for question in anew], anew, owner=owner, at=at, chance=chance
        )


def _add_versions(
    planned: Sequence[PlannedRow],
    questions: Sequence[Question],
    *,
    owner: User,
    at: datetime,
    chance: random.Random,
) -> None:
    how: Any = {"origin": Origin.IMPORT, "by": owner, "at": at}
    pairs = [
        (version_of(question, each.entry.outline, each.facts, **how), each.entry.outline)
        for each, question in zip(planned, questions, strict=True)
        if each.entry is not None
    ]
    write_versions(pairs, chance=chance, by=owner)
