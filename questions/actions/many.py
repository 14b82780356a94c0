"""What is done to many questions at once: one transaction, and as few queries as for a single one.

Whoever calls has asked the policy for each of them. Everything but deleting gives an `Undo`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from core.deleting import unless_in_use
from core.events.actions import record, record_all
from questions.actions.in_use import without_what_is_used
from questions.actions.outcomes import carry_outcomes
from questions.actions.saving import Facts, digest_of, facts_in, version_of, write_versions
from questions.errors import AskedMeanwhile, CannotUndo
from questions.events import (
    QuestionDeleted,
    QuestionRetired,
    QuestionSaved,
    QuestionsChanged,
)
from questions.formats.drafts import MOST_TAGS
from questions.kinds import Outline
from questions.models import (
    Chapter,
    Difficulty,
    Origin,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
)
from questions.uses import unseen_among

MOST_AT_ONCE = 1_000
PLACE, STATUS, SHARING, WORDS = "place", "status", "sharing", "words"
# What no version holds, by the columns that hold it.
_COLUMNS = {
    PLACE: {"subject": "subject_id", "chapter": "chapter_id"},
    STATUS: {"status": "status"},
    SHARING: {"is_shared": "is_shared"},
}


@dataclass(frozen=True)
class Undo:
    """`before` are the questions that changed, by what they were; `after` is what they became.

    For what versions say, `before` is by the number of the version that was made.
    """

    what: str
    after: list[Any] = field(default_factory=list)
    before: list[tuple[Any, list[int]]] = field(default_factory=list)

    @property
    def keys(self) -> list[int]:
        return [key for _was, keys in self.before for key in keys]


@transaction.atomic
def place_many(
    questions: Iterable[Question],
    *,
    subject: Subject | None,
    chapter: Chapter | None,
    by: User,
    at: datetime,
) -> Undo:
    place = [subject.pk if subject else None, chapter.pk if chapter else None]
    return _arrange(questions, PLACE, place, by=by, at=at)


@transaction.atomic
def share_many(questions: Iterable[Question], *, is_shared: bool, by: User, at: datetime) -> Undo:
    return _arrange(questions, SHARING, [is_shared], by=by, at=at)


@transaction.atomic
def mark_ready(questions: Iterable[Question], *, by: User, at: datetime) -> Undo:
    """Ready to be asked, whatever they were."""
    return _arrange(questions, STATUS, [QuestionStatus.READY.value], by=by, at=at)


@transaction.atomic
def retire_many(questions: Iterable[Question], *, by: User, at: datetime) -> Undo:
    return _arrange(questions, STATUS, [QuestionStatus.RETIRED.value], by=by, at=at)


@transaction.atomic
def tag_many(
    questions: Iterable[Question],
    *,
    add: Iterable[str] = (),
    drop: Iterable[str] = (),
    by: User,
    at: datetime,
    seed: int,
) -> Undo:
    """Another version of each that has other tags then; none of one that would have too many."""
    new, old = set(add), set(drop)

    def tagged(version: QuestionVersion) -> Facts:
        tags = sorted((set(version.tags) | new) - old)
        fits = len(tags) <= max(MOST_TAGS, len(version.tags))
        return replace(facts_in(version), tags=tags if fits else version.tags)

    return _say_anew(questions, tagged, by=by, at=at, seed=seed)


@transaction.atomic
def set_difficulty(
    questions: Iterable[Question], *, difficulty: Difficulty, by: User, at: datetime, seed: int
) -> Undo:
    def weighed(version: QuestionVersion) -> Facts:
        return replace(facts_in(version), difficulty=difficulty.value)

    return _say_anew(questions, weighed, by=by, at=at, seed=seed)


@transaction.atomic
def delete_many(questions: Iterable[Question], *, by: User, at: datetime) -> list[int]:
    """Those that nobody was asked and that no quiz has; the others stay."""
    asked = Question.objects.filter(pk__in=[question.pk for question in questions])
    keys = [question.pk for question in without_what_is_used(asked)]
    with unless_in_use(AskedMeanwhile):
        Question.objects.filter(pk__in=keys).delete()
    record_all([QuestionDeleted(question_id=key) for key in keys], by=by, at=at)
    return keys


@transaction.atomic
def undo_many(
    undo: Undo, *, among: Iterable[Question], by: User, at: datetime, seed: int
) -> list[int]:
    """What they were before, unless somebody has changed that since. Of versions, one more."""
    allowed = {question.pk for question in among}
    was = {key: value for value, keys in undo.before for key in keys if key in allowed}
    if undo.what == WORDS:
        return _say_again(was, by=by, at=at, seed=seed)
    rows = [row for row in _locked(was) if _values(row, undo.what) == undo.after]
    columns = _COLUMNS[undo.what]
    for row in rows:
        for column, value in zip(columns.values(), was[row.pk], strict=True):
            setattr(row, column, value)
        row.edited_at = at
    with unless_in_use(CannotUndo):
        Question.objects.bulk_update(rows, [*columns, "edited_at"])
    return _told([row.pk for row in rows], undo.what, by=by, at=at)


def _arrange(
    questions: Iterable[Question], what: str, after: list[Any], *, by: User, at: datetime
) -> Undo:
    chosen = _locked(question.pk for question in questions)
    rows = [row for row in chosen if _values(row, what) != after]
    before: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        before.setdefault(tuple(_values(row, what)), []).append(row.pk)
    keys = [row.pk for row in rows]
    columns = dict(zip(_COLUMNS[what].values(), after, strict=True))
    Question.objects.filter(pk__in=keys).update(edited_at=at, **columns)
    if after == [QuestionStatus.RETIRED]:
        record_all([QuestionRetired(question_id=key) for key in keys], by=by, at=at)
    else:
        _told(keys, what, by=by, at=at)
    return Undo(what, after, [(list(was), keys) for was, keys in before.items()])


def _told(keys: list[int], what: str, *, by: User, at: datetime) -> list[int]:
    if keys:
        record(QuestionsChanged(what=what, question_ids=keys), by=by, at=at)
    return keys


def _say_anew(
    questions: Iterable[Question],
    facts_of: Callable[[QuestionVersion], Facts],
    *,
    by: User,
    at: datetime,
    seed: int,
) -> Undo:
    """Versions that ask the same and say something else of it; none where nothing differs.

    Nor of what waits for a person to look at it: whoever changes many has not.
    """
    locked = {row.pk: row for row in _locked(question.pk for question in questions)}
    for key in unseen_among(list(locked)):
        del locked[key]
    newest = QuestionVersion.objects.newest().filter(question__in=locked).with_choices()
    pairs: list[tuple[QuestionVersion, QuestionVersion, Outline]] = []
    for version in newest.order_by("question"):
        question, material = locked[version.question_id], version.material
        facts = facts_of(version)
        if digest_of(material, facts) == version.digest:
            continue
        question.newest += 1
        made = version_of(question, material, facts, origin=Origin.EDITOR, by=by, at=at)
        pairs.append((version, made, material))
    keys = [version.question_id for version, _made, _material in pairs]
    Question.objects.filter(pk__in=keys).update(newest=F("newest") + 1, edited_at=at)
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    write_versions([(made, material) for _version, made, material in pairs], chance=chance)
    carry_outcomes({version.pk: made.pk for version, made, _material in pairs})
    before: dict[int, list[int]] = {}
    for _version, made, _material in pairs:
        before.setdefault(made.number, []).append(made.question_id)
    saved = [
        QuestionSaved(question_id=key, version=number)
        for number, keys in before.items()
        for key in keys
    ]
    record_all(saved, by=by, at=at)
    return Undo(WORDS, [], list(before.items()))


def _say_again(made: Mapping[int, int], *, by: User, at: datetime, seed: int) -> list[int]:
    """What each said before the version that was `made`, where that is still the newest."""
    rows = [row for row in _locked(made) if row.newest == made[row.pk]]
    former = {
        version.question_id: facts_in(version)
        for version in QuestionVersion.objects.filter(
            question__in=rows, number=F("question__newest") - 1
        )
    }
    rows = [row for row in rows if row.pk in former]
    return _say_anew(
        rows, lambda version: former[version.question_id], by=by, at=at, seed=seed
    ).keys


def _values(question: Question, what: str) -> list[Any]:
    return [getattr(question, column) for column in _COLUMNS[what].values()]


def _locked(keys: Iterable[int]) -> list[Question]:
    """In one order, so that two who change many do not wait for each other."""
    rows = Question.objects.filter(pk__in=list(keys))
    return list(rows.select_for_update(of=("self",)).order_by("pk"))
