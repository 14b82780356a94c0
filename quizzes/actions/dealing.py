"""Which questions an attempt gets, in which version and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from questions.kinds import Deal, kind_of
from questions.models import Question, QuestionVersion
from quizzes.models import DrawRule, Quiz
from quizzes.rules import drawn, in_order


@dataclass(frozen=True)
class Dealt:
    version: QuestionVersion
    marks: Decimal
    deal: Deal


def dealt_questions(quiz: Quiz, *, seed: int) -> list[Dealt]:
    """The newest versions, of the quiz's own questions and of those drawn by its rules.

    A constant number of queries, whatever the number of questions.
    """
    listed = list(
        quiz.quiz_questions.exclude(question__status="retired").values_list("question_id", "marks")
    )
    own_marks = {question: marks for question, marks in listed if marks is not None}
    chosen = [question for question, _marks in listed]
    for number, rule in enumerate(quiz.draw_rules.all(), start=1):
        chosen += drawn(_candidates(rule, but=chosen), count=rule.count, seed=seed + number)
    versions = {
        version.question_id: version
        for version in QuestionVersion.objects.newest().filter(question__in=chosen).with_choices()
    }
    ordered = in_order(chosen, seed=seed, shuffle=quiz.is_shuffled)
    return [
        Dealt(
            versions[question],
            own_marks.get(question, versions[question].marks),
            kind_of(versions[question].type).deal(
                versions[question].material, seed=seed ^ question, shuffle=quiz.is_shuffled
            ),
        )
        for question in ordered
    ]


def _candidates(rule: DrawRule, *, but: Sequence[int]) -> list[int]:
    """Ready questions that the rule is about, and that are not in the quiz already."""
    found = Question.objects.ready().filter(subject=rule.subject_id).exclude(pk__in=but)
    if rule.chapter_id is not None:
        found = found.filter(chapter=rule.chapter_id)
    newest = QuestionVersion.objects.newest()
    if rule.difficulty:
        newest = newest.filter(difficulty=rule.difficulty)
    if rule.types:
        newest = newest.filter(type__in=rule.types)
    if rule.tags:
        newest = newest.filter(tags__overlap=rule.tags)
    return list(found.filter(pk__in=newest.values("question")).values_list("pk", flat=True))
