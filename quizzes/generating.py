"""What the pages of generating show: drafts with what one has to know to vet them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.jobs.models import Job
from core.policies import can
from questions.kinds import QuestionType
from questions.models import Question, QuestionVersion
from questions.showing import Reviewed, reviewed
from quizzes.models import GeneratedQuestion, Generation, GenerationState, Quiz, QuizQuestion

AROUND = 160
_FIRST_WORD = re.compile(r"\A\S*\s+")
_LAST_WORD = re.compile(r"\s+\S*\Z")


@dataclass(frozen=True)
class Passage:
    """The words that a question rests on, with some of those before and after them."""

    before: str
    span: str
    after: str


@dataclass(frozen=True)
class Draft:
    """A question of the quiz, where it came from, and what a second look at it said.

    `item` is there if it was generated. `replacing` is the newest try at another one in its place,
    as long as that runs or if it failed. `resembled` is a question of the bank that asks something
    near to it, until somebody edits the draft.
    """

    row: QuizQuestion
    version: QuestionVersion
    shown: Reviewed
    item: GeneratedQuestion | None
    passage: Passage | None
    answered: tuple[str, ...]
    resembled: QuestionVersion | None
    replacing: Generation | None
    job: Job | None
    may_edit: bool
    may_replace: bool

    @property
    def question(self) -> Question:
        return self.row.question

    @property
    def is_vetted(self) -> bool:
        return self.item is None or self.item.vetted_at is not None

    @property
    def is_disputed(self) -> bool:
        return self.item is not None and self.item.is_disputed

    @property
    def is_unsettled(self) -> bool:
        return self.item is not None and self.item.is_unsettled

    @property
    def is_edited(self) -> bool:
        return self.item is not None and self.item.is_edited

    @property
    def vet_id(self) -> str:
        """By which the focus finds its button again after the draft was renewed."""
        return f"vet-{self.question.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.replacing is not None and self.replacing.state == GenerationState.RUNNING


def drafts_of(quiz: Quiz, *, user: Any) -> list[Draft]:
    """In their order; as many queries for fifty as for one."""
    return _drafts(quiz, quiz.quiz_questions.all(), user=user)


def unsettled_in(quiz: Quiz, *, user: Any) -> list[Draft]:
    """Those that wait for a decision; one query where there is none."""
    waiting = GeneratedQuestion.objects.unsettled().values("question")
    return _drafts(quiz, quiz.quiz_questions.filter(question__in=waiting), user=user)


def _drafts(quiz: Quiz, listed: QuerySet[QuizQuestion], *, user: Any) -> list[Draft]:
    rows = list(listed.select_related("question").order_by("position"))
    if not rows:
        return []
    keys = [row.question_id for row in rows]
    versions = {
        version.question_id: version
        for version in QuestionVersion.objects.newest()
        .filter(question__in=keys)
        .select_related("made_by")
        .with_choices()
    }
    items = {
        item.question_id: item
        for item in GeneratedQuestion.objects.filter(question__in=keys).select_related(
            "generation", "question", "vetted_by"
        )
    }
    resembled = _resembled(items.values(), user=user)
    seen = set(Generation.objects.visible_to(user).filter(items__question__in=keys))
    replacing = _replacing(quiz)
    jobs = Job.objects.in_bulk(
        [each.job for each in replacing.values() if each.state == GenerationState.RUNNING]
    )
    drafts = []
    for row in rows:
        version, item = versions[row.question_id], items.get(row.question_id)
        newer = replacing.get(row.question_id)
        sees_source = item is not None and item.generation in seen
        drafts.append(
            Draft(
                row=row,
                version=version,
                shown=reviewed(version, marks=row.marks, position=row.position),
                item=item,
                passage=passage_of(item, sees_source=sees_source) if item else None,
                answered=opinion_in_words(version, item.second_opinion) if item else (),
                resembled=resembled.get(item.resembled_id) if item and not item.is_edited else None,
                replacing=newer,
                job=jobs.get(newer.job) if newer and newer.job else None,
                may_edit=can(user, "questions.edit", row.question),
                may_replace=sees_source,
            )
        )
    return drafts


def _resembled(
    items: Iterable[GeneratedQuestion], *, user: Any
) -> dict[int | None, QuestionVersion]:
    """By key, those that this person may look at and that are still in use."""
    keys = {item.resembled_id for item in items} - {None}
    visible = Question.objects.visible_to(user).in_use().filter(pk__in=keys)
    newest = QuestionVersion.objects.newest().filter(question__in=visible) if keys else ()
    return {version.question_id: version for version in newest}


def passage_of(item: GeneratedQuestion, *, sees_source: bool) -> Passage | None:
    """What stands around it is read by those alone who see the whole text."""
    if not item.span:
        return None
    source = item.generation.source_text if sees_source else ""
    start = source.find(item.span)
    if start < 0:
        return Passage("", item.span, "")
    end = start + len(item.span)
    before, after = source[max(0, start - AROUND) : start], source[end : end + AROUND]
    if start > AROUND:
        before = "… " + _FIRST_WORD.sub("", before)
    if len(source) > end + AROUND:
        after = _LAST_WORD.sub("", after) + " …"
    return Passage(before, item.span, after)


def opinion_in_words(version: QuestionVersion, words: Any) -> tuple[str, ...]:
    """What a second look answered; to pairs with the side that each belongs to."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return ()
    lefts = [side["text"] for side in version.body.get("left", ())]
    if version.type == QuestionType.MATCHING and len(lefts) == len(words):
        return tuple(f"{left} → {word}" for left, word in zip(lefts, words, strict=True))
    return tuple(words)


def steps_of(generation: Generation) -> list[dict[str, Any]]:
    """Asked, received, checked, saved: how far it is, with figures."""
    counts: Mapping[str, int] = {
        "asked": generation.asked_count,
        "received": generation.received_count,
        "checked": generation.checked_count,
        "saved": generation.saved_count,
    }
    names = list(counts)
    is_done = generation.state == GenerationState.SUCCEEDED
    reached = len(names) if is_done else _reached(generation, names, counts)
    return [
        {
            "name": name,
            "count": counts[name] if place < reached else None,
            "is_done": place < reached,
            "is_current": place == reached and generation.state == GenerationState.RUNNING,
        }
        for place, name in enumerate(names)
    ]


def _reached(generation: Generation, names: list[str], counts: Mapping[str, int]) -> int:
    """How many steps are behind it: each is noted with its figure as it is done."""
    return max(
        [1, *(place for place, name in enumerate(names, start=1) if counts[name] and place > 1)]
    )


def _replacing(quiz: Quiz) -> dict[int, Generation]:
    """By the question in whose place they stand: the newest try, unless it came to its end."""
    tries = quiz.generations.exclude(replaces=None).order_by("created_at")
    newest = {each.replaces_id: each for each in tries}
    return {
        key: each
        for key, each in newest.items()
        if each.state in {GenerationState.RUNNING, GenerationState.FAILED}
    }
