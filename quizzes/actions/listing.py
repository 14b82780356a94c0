"""The questions of a quiz, one by one: adding, taking out, putting back, moving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from core.locking import held
from questions.models import Question
from quizzes.actions.authoring import Asked, note_edit, set_draw_rules, set_questions
from quizzes.errors import EditedMeanwhile
from quizzes.models import DrawRule, Quiz

MOST_RULES = 20


@transaction.atomic
def add_questions(
    quiz: Quiz, *, questions: Sequence[Question], by: User, at: datetime, place: int | None = None
) -> int:
    """Those that are not in it yet, at its end or at a place from 1; says how many those were."""
    asked = _locked_list(quiz)
    there = {each.question.pk for each in asked}
    new = [Asked(each) for each in dict.fromkeys(questions) if each.pk not in there]
    if new:
        start = len(asked) if place is None else max(0, place - 1)
        asked[start:start] = new
        set_questions(quiz, asked=asked, by=by, at=at)
    return len(new)


@transaction.atomic
def put_back(
    quiz: Quiz, *, question: Question, place: int, marks: Decimal | None, by: User, at: datetime
) -> None:
    """One that was taken out, where it was and for the marks that it had."""
    asked = _locked_list(quiz)
    if any(each.question == question for each in asked):
        return
    asked.insert(max(0, place - 1), Asked(question, marks))
    set_questions(quiz, asked=asked, by=by, at=at)


@transaction.atomic
def take_out(quiz: Quiz, *, question: int, by: User, at: datetime) -> tuple[int, Asked] | None:
    """Says where it stood and what it was, so that it can be put back; None if it is not in it."""
    asked = _locked_list(quiz)
    for place, each in enumerate(asked, start=1):
        if each.question.pk == question:
            rest = [other for other in asked if other is not each]
            set_questions(quiz, asked=rest, by=by, at=at)
            return place, each
    return None


@transaction.atomic
def add_draw_rule(quiz: Quiz, *, rule: DrawRule, by: User, at: datetime) -> None:
    rules = _locked_rules(quiz)
    if len(rules) >= MOST_RULES:
        raise Invalid(None, count=[_("A quiz has at most %(n)d rules.") % {"n": MOST_RULES}])
    set_draw_rules(quiz, rules=[*rules, rule], by=by, at=at)


@transaction.atomic
def change_draw_rule(quiz: Quiz, *, rule: int, to: DrawRule, by: User, at: datetime) -> None:
    """In its place. Whoever saw a rule that is gone, or was written anew, is told so."""
    held(Quiz.objects, quiz.pk)
    known = quiz.draw_rules.filter(pk=rule).first()
    if known is None:
        raise EditedMeanwhile
    to.pk, to.quiz, to.position = known.pk, quiz, known.position
    to.save(force_update=True)
    note_edit(quiz, by=by, at=at)


@transaction.atomic
def drop_draw_rule(quiz: Quiz, *, rule: int, by: User, at: datetime) -> None:
    """Asked twice, it drops one: no other takes its key, as one would take its place."""
    held(Quiz.objects, quiz.pk)
    dropped, _counts = quiz.draw_rules.filter(pk=rule).delete()
    if dropped:
        note_edit(quiz, by=by, at=at)


def _locked_list(quiz: Quiz) -> list[Asked]:
    held(Quiz.objects, quiz.pk)
    rows = quiz.quiz_questions.select_related("question").order_by("position")
    return [Asked(row.question, row.marks) for row in rows]


def _locked_rules(quiz: Quiz) -> list[DrawRule]:
    """As rows that are not there yet: setting rules writes all of them anew."""
    held(Quiz.objects, quiz.pk)
    rules = list(quiz.draw_rules.order_by("position"))
    for rule in rules:
        rule.pk = None
    return rules
