"""Writing questions: a version for each thing that they have ever said."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from core.deleting import unless_in_use
from core.events.actions import record
from core.locking import held
from questions.actions.images import link_images
from questions.actions.outcomes import carry_outcomes
from questions.errors import EditedMeanwhile, InUse
from questions.events import QuestionDeleted, QuestionRetired, QuestionSaved
from questions.kinds import Outline, kind_of
from questions.models import (
    Chapter,
    Choice,
    Difficulty,
    ImportBatch,
    Origin,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
)

# So many rows go in one statement.
CHUNK = 500
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Facts:
    """What a version says besides the question itself."""

    explanation: str = ""
    marks: Decimal = Decimal(1)
    difficulty: str = Difficulty.MEDIUM.value
    tags: Sequence[str] = ()
    sources: Sequence[dict[str, Any]] = field(default_factory=tuple)


def facts_in(version: QuestionVersion) -> Facts:
    return Facts(
        explanation=version.explanation,
        marks=version.marks,
        difficulty=version.difficulty,
        tags=version.tags,
        sources=version.sources,
    )


@transaction.atomic
def add_question(
    *,
    outline: Outline,
    facts: Facts,
    owner: User | None,
    at: datetime,
    seed: int,
    subject: Subject | None = None,
    chapter: Chapter | None = None,
    status: QuestionStatus = QuestionStatus.DRAFT,
    is_shared: bool = True,
    origin: Origin = Origin.EDITOR,
    reference: str = "",
    batch: ImportBatch | None = None,
) -> Question:
    """A new question with its first version. `seed` decides the order in which choices get ids."""
    question = Question.objects.create(
        owner=owner,
        is_shared=is_shared,
        status=status,
        subject=subject,
        chapter=chapter,
        reference=reference,
        batch=batch,
        created_at=at,
        edited_at=at,
    )
    _add_version(question, outline, facts, origin=origin, by=owner, at=at, seed=seed)
    record(QuestionSaved(question_id=question.pk, version=1), by=owner, at=at)
    return question


@transaction.atomic
def revise_question(
    question: Question,
    *,
    outline: Outline,
    facts: Facts,
    by: User | None,
    at: datetime,
    seed: int,
    based_on: int | None = None,
    origin: Origin = Origin.EDITOR,
) -> QuestionVersion:
    """Another version, unless it says the same. Whoever saw another newest one is told so.

    What is known of answers goes on with it where it asks the same, and only its facts differ.
    """
    question = held(Question.objects, question.pk)
    if based_on is not None and based_on != question.newest:
        raise EditedMeanwhile(newest=question.newest, based_on=based_on)
    newest = question.versions.with_choices().get(number=question.newest)
    if newest.digest == digest_of(outline, facts):
        return newest
    question.newest += 1
    question.edited_at = at
    question.save(update_fields=["newest", "edited_at"])
    version = _add_version(question, outline, facts, origin=origin, by=by, at=at, seed=seed)
    if _asks_the_same(newest.material, outline):
        carry_outcomes({newest.pk: version.pk})
    record(QuestionSaved(question_id=question.pk, version=version.number), by=by, at=at)
    return version


@transaction.atomic
def place_question(
    question: Question,
    *,
    subject: Subject | None,
    chapter: Chapter | None,
    status: QuestionStatus,
    is_shared: bool,
    at: datetime,
) -> Question:
    """What it is about and who may use it: facts of the question, which no version holds."""
    question.subject, question.chapter = subject, chapter
    question.status, question.is_shared, question.edited_at = status, is_shared, at
    question.save(update_fields=["subject", "chapter", "status", "is_shared", "edited_at"])
    return question


@transaction.atomic
def retire_question(question: Question, *, by: User | None, at: datetime) -> None:
    changed = Question.objects.in_use().filter(pk=question.pk)
    if changed.update(status=QuestionStatus.RETIRED, edited_at=at):
        record(QuestionRetired(question_id=question.pk), by=by, at=at)


@transaction.atomic
def delete_question(question: Question, *, by: User | None, at: datetime) -> None:
    """One that nobody was ever asked; whatever uses a version protects it."""
    key = question.pk
    with unless_in_use(InUse):
        question.delete()
    record(QuestionDeleted(question_id=key), by=by, at=at)


def digest_of(outline: Outline, facts: Facts) -> str:
    """The same for what says the same, however it came."""
    said = {
        "type": outline.type,
        **kind_of(outline.type).write(outline),
        "explanation": facts.explanation,
        "marks": f"{facts.marks:.2f}",
        "difficulty": facts.difficulty,
        "tags": sorted(facts.tags),
        "sources": list(facts.sources),
    }
    return _sha256(json.dumps(said, sort_keys=True, ensure_ascii=False))


def text_digest_of(text: str) -> str:
    return _sha256(bare_words(text))


def bare_words(text: str) -> str:
    """Its words alone: case, spaces and marks make no other question."""
    return _NO_WORD.sub(" ", text.casefold()).strip()


def version_of(
    question: Question,
    outline: Outline,
    facts: Facts,
    *,
    origin: Origin,
    by: User | None,
    at: datetime,
) -> QuestionVersion:
    """The row, not yet written: imports write many at once."""
    return QuestionVersion(
        question=question,
        number=question.newest,
        type=outline.type,
        text=outline.text,
        body=dict(outline.body),
        key=dict(outline.key),
        explanation=facts.explanation,
        marks=facts.marks,
        difficulty=facts.difficulty,
        tags=list(facts.tags),
        sources=list(facts.sources),
        origin=origin,
        digest=digest_of(outline, facts),
        text_digest=text_digest_of(outline.text),
        made_by=by,
        made_at=at,
    )


def choices_of(version: QuestionVersion, outline: Outline, *, seed: int) -> list[Choice]:
    """In an order of chance: ids are given in it, and must not tell what is right."""
    rows = [
        Choice(
            version=version,
            position=position,
            text=choice.text,
            is_correct=choice.is_correct,
            place=choice.place,
            feedback=choice.feedback,
        )
        for position, choice in enumerate(outline.choices, start=1)
    ]
    random.Random(seed).shuffle(rows)  # noqa: S311 (an order, not a secret)
    return rows


def write_versions(
    versions: Sequence[tuple[QuestionVersion, Outline]],
    *,
    chance: random.Random,
    by: User | None = None,
) -> None:
    """Those that `version_of` made, with their choices and pictures, in a few queries for many.

    `by` is given where a file said what they show (`link_images`).
    """
    QuestionVersion.objects.bulk_create((made for made, _outline in versions), batch_size=CHUNK)
    choices = (
        choice
        for made, outline in versions
        for choice in choices_of(made, outline, seed=chance.getrandbits(32))
    )
    Choice.objects.bulk_create(choices, batch_size=CHUNK)
    link_images(versions, by=by)


def _asks_the_same(one: Outline, other: Outline) -> bool:
    if one.type != other.type:
        return False
    kind = kind_of(one.type)
    return kind.write(one) == kind.write(other)


def _add_version(
    question: Question,
    outline: Outline,
    facts: Facts,
    *,
    origin: Origin,
    by: User | None,
    at: datetime,
    seed: int,
) -> QuestionVersion:
    version = version_of(question, outline, facts, origin=origin, by=by, at=at)
    version.save(force_insert=True)
    Choice.objects.bulk_create(choices_of(version, outline, seed=seed))
    link_images([(version, outline)])
    return version


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
