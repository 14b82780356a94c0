"""Loading the bank that comes with the platform, where what was edited here outranks its files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.events.actions import record
from curriculum.actions.content import wait_in_line
from curriculum.actions.content_rows import LoadReport
from questions.actions.saving import CHUNK, Facts, digest_of, version_of, write_versions
from questions.bank_files import QuestionFile, SubjectFile
from questions.events import BankLoaded
from questions.kinds import Outline
from questions.models import (
    Chapter,
    Origin,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
)


@dataclass(frozen=True)
class _Known:
    """A question that came with the platform, as it stands now."""

    question: Question
    digest: str
    is_ours: bool


@transaction.atomic
def load_bank(
    files: Sequence[SubjectFile], *, at: datetime, seed: int, overwrite: bool = False
) -> LoadReport:
    """Bring subjects and questions to what the files say, in the same few queries for any number.

    A subject, a chapter and the place of a question are set when they are made and then belong to
    whoever edits them. A question that somebody has revised stays, unless told otherwise; one that
    no file has any more is retired. Loading the same files again changes nothing.
    """
    wait_in_line()
    chapters = _places(files)
    known = _known()
    report = LoadReport()
    new: list[tuple[QuestionFile, SubjectFile]] = []
    changed: list[tuple[QuestionFile, Question]] = []
    for subject, file in _questions(files):
        there = known.pop(file.ref, None)
        if there is None:
            new.append((file, subject))
        elif there.digest == digest_of(file.outline, _facts(file)):
            continue
        elif not (there.is_ours or overwrite):
            report.kept.append(file.ref)
        else:
            changed.append((file, there.question))
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    _add(new, chapters, at=at, chance=chance)
    _change(changed, at=at, chance=chance)
    report.made += [file.ref for file, _subject in new]
    report.changed += [file.ref for file, _question in changed]
    report.retired += _retire(known, at=at)
    if report.has_changed_anything:
        loaded = BankLoaded(
            made=len(report.made), changed=len(report.changed), retired=len(report.retired)
        )
        record(loaded, by=None, at=at)
    return report


def _places(files: Sequence[SubjectFile]) -> dict[tuple[str, str], Chapter]:
    """Every chapter that a question of the files may need, by subject and name."""
    there = set(Subject.objects.values_list("code", flat=True))
    Subject.objects.bulk_create(
        Subject(
            code=file.code,
            name=file.name,
            description=file.description,
            tracks=list(file.tracks),
            position=place,
        )
        for place, file in enumerate(files, start=1)
        if file.code not in there
    )
    subjects = Subject.objects.in_bulk([file.code for file in files], field_name="code")
    Chapter.objects.bulk_create(
        [
            Chapter(
                subject=subjects[file.code],
                name=chapter.name,
                position=place,
                weight=chapter.weight,
            )
            for file in files
            if file.code not in there
            for place, chapter in enumerate(file.chapters, start=1)
        ],
        ignore_conflicts=True,
    )
    found = Chapter.objects.filter(subject__in=subjects.values()).select_related("subject")
    return {(chapter.subject.code, chapter.name): chapter for chapter in found}


def _known() -> dict[str, _Known]:
    """Those whose first version was loaded. One whose newest was not has been revised here."""
    loaded = QuestionVersion.objects.filter(number=1, origin=Origin.LOADED).values("question")
    newest = (
        QuestionVersion.objects.newest()
        .filter(question__in=loaded)
        .exclude(question__reference="")
        .select_related("question")
        .only("digest", "origin", "question")
    )
    return {
        version.question.reference: _Known(
            version.question, version.digest, version.origin == Origin.LOADED
        )
        for version in newest
    }


def _questions(files: Sequence[SubjectFile]) -> Iterator[tuple[SubjectFile, QuestionFile]]:
    return ((subject, file) for subject in files for file in subject.questions)


def _facts(file: QuestionFile) -> Facts:
    return Facts(
        explanation=file.explanation,
        marks=file.marks,
        difficulty=file.difficulty,
        tags=[tag.lower() for tag in file.tags],
    )


def _add(
    new: Sequence[tuple[QuestionFile, SubjectFile]],
    chapters: dict[tuple[str, str], Chapter],
    *,
    at: datetime,
    chance: random.Random,
) -> None:
    subjects = {chapter.subject.code: chapter.subject for chapter in chapters.values()}
    questions = Question.objects.bulk_create(
        [
            Question(
                owner=None,
                is_shared=True,
                status=QuestionStatus.READY,
                subject=subjects[subject.code],
                chapter=chapters.get((subject.code, file.chapter)),
                reference=file.ref,
                created_at=at,
                edited_at=at,
            )
            for file, subject in new
        ],
        batch_size=CHUNK,
    )
    pairs = [(file, question) for (file, _), question in zip(new, questions, strict=True)]
    _add_versions(pairs, at=at, chance=chance)


def _change(
    changed: Sequence[tuple[QuestionFile, Question]], *, at: datetime, chance: random.Random
) -> None:
    for _file, question in changed:
        question.newest += 1
        question.edited_at = at
    Question.objects.bulk_update(
        [question for _file, question in changed], ["newest", "edited_at"], batch_size=CHUNK
    )
    _add_versions(changed, at=at, chance=chance)


def _add_versions(
    pairs: Sequence[tuple[QuestionFile, Question]], *, at: datetime, chance: random.Random
) -> None:
    written: list[tuple[QuestionVersion, Outline]] = [
        (
            version_of(question, file.outline, _facts(file), origin=Origin.LOADED, by=None, at=at),
            file.outline,
        )
        for file, question in pairs
    ]
    write_versions(written, chance=chance)


def _retire(gone: dict[str, _Known], *, at: datetime) -> list[str]:
    unused = [
        reference
        for reference, there in gone.items()
        if there.is_ours and there.question.status == QuestionStatus.READY
    ]
    Question.objects.filter(pk__in=[gone[reference].question.pk for reference in unused]).update(
        status=QuestionStatus.RETIRED, edited_at=at
    )
    return sorted(unused)
