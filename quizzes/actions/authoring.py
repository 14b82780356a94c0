"""Writing quizzes: their facts, their questions in order, publishing, copies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import TEACHING
from core.days import is_day
from core.deleting import unless_in_use
from core.errors import Invalid
from core.events.actions import record
from core.locking import held
from questions.models import Question, QuestionStatus
from quizzes.actions.dealing import available_for
from quizzes.actions.vetting import release_questions, said_of
from quizzes.errors import EditedMeanwhile, NotReady, QuizTaken
from quizzes.events import QuizDeleted, QuizPublished, QuizSaved, QuizUnpublished
from quizzes.models import (
    DrawRule,
    Feedback,
    GeneratedQuestion,
    Quiz,
    QuizQuestion,
    QuizStatus,
)
from quizzes.models.quizzes import MOST_QUESTIONS

FACTS = frozenset(
    {
        *("title", "description", "track", "project", "is_shuffled", "attempts_allowed"),
        *("soft_minutes", "feedback", "pass_percent", "opens_at", "closes_at"),
    }
)


@dataclass(frozen=True)
class Asked:
    """A question with marks of its own in a quiz, or with those that it has."""

    question: Question
    marks: Decimal | None = None


@dataclass(frozen=True)
class Hindrance:
    """Why a quiz cannot be published, and in which `part` of it that is mended."""

    message: str
    part: str


@transaction.atomic
def make_quiz(*, title: str, by: User | None, at: datetime, **facts: Any) -> Quiz:
    quiz = Quiz(author=by, created_at=at, edited_at=at, edited_by=by)
    _apply(quiz, {"title": title, **facts})
    quiz.save(force_insert=True)
    record(QuizSaved(quiz_id=quiz.pk), by=by, at=at)
    return quiz


@transaction.atomic
def edit_quiz(
    quiz: Quiz, *, facts: Mapping[str, Any], by: User, at: datetime, based_on: str | None = None
) -> Quiz:
    """`based_on` is the `facts_digest` of what one saw: whoever saw other facts is told so."""
    quiz = held(Quiz.objects, quiz.pk)
    if based_on is not None and based_on != facts_digest(quiz):
        raise EditedMeanwhile
    _apply(quiz, facts)
    quiz.edited_at, quiz.edited_by = at, by
    quiz.save()
    record(QuizSaved(quiz_id=quiz.pk), by=by, at=at)
    return quiz


@transaction.atomic
def set_questions(
    quiz: Quiz,
    *,
    asked: Sequence[Asked],
    by: User | None,
    at: datetime,
    based_on: str | None = None,
) -> None:
    """All of them, in this order; attempts that are under way keep theirs.

    `based_on` is the `list_digest` of what one saw: whoever saw another list is told so. What
    comes into a published quiz is released as by publishing it.
    """
    quiz = held(Quiz.objects, quiz.pk)
    if based_on is not None and based_on != list_digest(quiz):
        raise EditedMeanwhile
    if len(asked) > MOST_QUESTIONS:
        said = _("A quiz has at most %(most)d questions.") % {"most": MOST_QUESTIONS}
        raise Invalid(said, questions=[said])
    if len({each.question.pk for each in asked}) != len(asked):
        raise Invalid(None, questions=[_("One of these questions is in the list twice.")])
    _hold_questions(asked)
    QuizQuestion.objects.filter(quiz=quiz).delete()
    QuizQuestion.objects.bulk_create(
        QuizQuestion(quiz=quiz, question=each.question, position=place, marks=each.marks)
        for place, each in enumerate(asked, start=1)
    )
    if quiz.status == QuizStatus.PUBLISHED:
        release_questions(quiz, by=by, at=at)
    note_edit(quiz, by=by, at=at)


@transaction.atomic
def set_draw_rules(quiz: Quiz, *, rules: Sequence[DrawRule], by: User, at: datetime) -> None:
    held(Quiz.objects, quiz.pk)
    quiz.draw_rules.all().delete()
    for place, rule in enumerate(rules, start=1):
        rule.quiz, rule.position = quiz, place
        rule.save(force_insert=True)
    note_edit(quiz, by=by, at=at)


@transaction.atomic
def add_editor(quiz: Quiz, *, editor: User, by: User, at: datetime) -> None:
    """Somebody who may change it beside its author; only those who teach."""
    if editor.role not in TEACHING:
        raise Invalid(None, editors=[_("Only those who teach can write quizzes.")])
    if editor.pk != quiz.author_id:
        quiz.editors.add(editor)
        note_edit(quiz, by=by, at=at)


@transaction.atomic
def drop_editor(quiz: Quiz, *, editor: int, by: User, at: datetime) -> None:
    quiz.editors.remove(editor)
    note_edit(quiz, by=by, at=at)


@transaction.atomic
def publish_quiz(quiz: Quiz, *, by: User, at: datetime, accepting: Collection[int] = ()) -> Quiz:
    """From now on students take it: a named person has vetted its questions by this.

    `accepting` names those whose keys `by` stands for although a second look disagrees.
    """
    quiz = held(Quiz.objects, quiz.pk)
    if quiz.status == QuizStatus.PUBLISHED:
        return quiz
    hindrances = _hindrances_but_vetting(quiz, at=at)
    if hindrances:
        raise NotReady(problems=[each.message for each in hindrances])
    release_questions(quiz, by=by, at=at, accepting=accepting)
    quiz.status, quiz.published_at = QuizStatus.PUBLISHED, at
    quiz.edited_at, quiz.edited_by = at, by
    quiz.save(update_fields=["status", "published_at", "edited_at", "edited_by"])
    record(QuizPublished(quiz_id=quiz.pk), by=by, at=at)
    return quiz


@transaction.atomic
def unpublish_quiz(
    quiz: Quiz, *, by: User, at: datetime, status: QuizStatus = QuizStatus.DRAFT
) -> Quiz:
    """Nobody begins it any more; attempts that are under way go on."""
    quiz = held(Quiz.objects, quiz.pk)
    if quiz.status == status:
        return quiz
    quiz.status, quiz.edited_at, quiz.edited_by = status, at, by
    quiz.save(update_fields=["status", "edited_at", "edited_by"])
    record(QuizUnpublished(quiz_id=quiz.pk, status=status.value), by=by, at=at)
    return quiz


@transaction.atomic
def duplicate_quiz(quiz: Quiz, *, by: User, at: datetime) -> Quiz:
    """A draft of one's own with the same questions and rules."""
    copy = make_quiz(
        title=_("%(title)s (copy)") % {"title": quiz.title[:180]},
        by=by,
        at=at,
        **{name: getattr(quiz, name) for name in FACTS - {"title"}},
    )
    rows = quiz.quiz_questions.select_related("question").order_by("position")
    set_questions(copy, asked=[Asked(row.question, row.marks) for row in rows], by=by, at=at)
    rules = [
        DrawRule(
            count=rule.count,
            subject_id=rule.subject_id,
            chapter_id=rule.chapter_id,
            difficulty=rule.difficulty,
            types=rule.types,
            tags=rule.tags,
        )
        for rule in quiz.draw_rules.all()
    ]
    set_draw_rules(copy, rules=rules, by=by, at=at)
    return copy


@transaction.atomic
def delete_quiz(quiz: Quiz, *, by: User, at: datetime) -> None:
    key = quiz.pk
    with unless_in_use(QuizTaken):
        quiz.delete()
    record(QuizDeleted(quiz_id=key), by=by, at=at)


def note_edit(quiz: Quiz, *, by: User | None, at: datetime) -> None:
    """Who changed it last, and when: whoever meets the change learns their name."""
    Quiz.objects.filter(pk=quiz.pk).update(edited_at=at, edited_by=by)
    record(QuizSaved(quiz_id=quiz.pk), by=by, at=at)


def hindrances_of(quiz: Quiz, *, at: datetime) -> list[Hindrance]:
    """What stands in the way of publishing, in words for its author."""
    found = _hindrances_but_vetting(quiz, at=at)
    waiting = GeneratedQuestion.objects.in_quiz(quiz).unsettled().count()
    if waiting:
        found.append(Hindrance(said_of(waiting), "waiting"))
    return found


def facts_digest(quiz: Quiz) -> str:
    """The same as long as its facts are."""
    names = sorted(FACTS)
    return _digest([str(getattr(quiz, quiz._meta.get_field(name).attname)) for name in names])  # type: ignore[union-attr]


def list_digest(quiz: Quiz) -> str:
    """The same as long as the same questions stand in it, in the same order for the same marks."""
    rows = quiz.quiz_questions.order_by("position").values_list("question_id", "marks")
    return _digest([[question, str(marks)] for question, marks in rows])


def _hindrances_but_vetting(quiz: Quiz, *, at: datetime) -> list[Hindrance]:
    found = []
    rules = list(quiz.draw_rules.all())
    listed = quiz.quiz_questions.exclude(question__status=QuestionStatus.RETIRED)
    if not listed.exists() and not any(available_for(quiz, rules)):
        if rules:
            said = _("Its rules find no question in the bank, and none is in it by itself.")
            found.append(Hindrance(said, "drawn"))
        elif quiz.quiz_questions.exists():
            said = _("All questions in it are retired, so that none can be asked.")
            found.append(Hindrance(said, "questions"))
        else:
            found.append(Hindrance(_("There is no question in it yet."), "questions"))
    if quiz.has_closed(at):
        found.append(Hindrance(_("Its closing time is over."), "settings"))
    return found


def _hold_questions(asked: Sequence[Asked]) -> None:
    """They stay until this is written: the database would find out at the end, without words."""
    keys = [each.question.pk for each in asked]
    rows = Question.objects.filter(pk__in=keys).select_for_update(no_key=True)
    if len(rows.order_by("pk").values_list("pk")) != len(keys):
        raise Invalid(None, questions=[_("One of these questions was deleted meanwhile.")])


def _apply(quiz: Quiz, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a quiz has no fact {name}")
        setattr(quiz, name, value)
    problems: dict[str, Any] = {}
    quiz.title = quiz.title.strip()
    if not quiz.title:
        problems["title"] = [_("Give the quiz a title.")]
    for name in ("opens_at", "closes_at"):
        moment = getattr(quiz, name)
        if moment is not None and not is_day(moment.date()):
            problems[name] = [_("Choose a day of this century or the next.")]
    if quiz.opens_at and quiz.closes_at and quiz.closes_at <= quiz.opens_at:
        problems["closes_at"] = [_("It closes before it opens.")]
    if quiz.feedback == Feedback.AFTER_CLOSING and quiz.closes_at is None:
        problems["closes_at"] = [_("Say when it closes: only then results are told.")]
    if quiz.project is not None and quiz.track is None:
        quiz.track = quiz.project.track
    if quiz.project is not None and quiz.project.track_id != quiz.track_id:
        problems["project"] = [_("This project is on another track.")]
    if problems:
        raise Invalid(None, **problems)


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
