"""Which questions an attempt gets, in which version and order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from questions.kinds import Deal, kind_of
from questions.models import QuestionStatus, QuestionVersion
from quizzes.models import DrawRule, GeneratedQuestion, Quiz
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
    return Dealer(quiz).deal(seed=seed)


class Dealer:
    """Deals one quiz, as it is now, once or many times; what it has fetched it keeps."""

    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        self._listed = list(
            quiz.quiz_questions.exclude(question__status="retired").values_list(
                "question_id", "marks"
            )
        )
        self._rules = list(quiz.draw_rules.all())
        self._candidates: dict[int, list[int]] = {}
        self._versions: dict[int, QuestionVersion] = {}

    def deal(self, *, seed: int) -> list[Dealt]:
        own_marks = {question: marks for question, marks in self._listed if marks is not None}
        chosen = [question for question, _marks in self._listed]
        for number, rule in enumerate(self._rules, start=1):
            there = set(chosen)
            questions = [each for each in self._found_by(rule) if each not in there]
            chosen += drawn(questions, count=rule.count, seed=seed + number)
        versions = self._fetched(chosen)
        # One that was deleted since it was chosen has none.
        chosen = [question for question in chosen if question in versions]
        ordered = in_order(chosen, seed=seed, shuffle=self._quiz.is_shuffled)
        return [
            Dealt(
                versions[question],
                own_marks.get(question, versions[question].marks),
                kind_of(versions[question].type).deal(
                    versions[question].material,
                    seed=seed ^ question,
                    shuffle=self._quiz.is_shuffled,
                ),
            )
            for question in ordered
        ]

    def _found_by(self, rule: DrawRule) -> list[int]:
        if rule.pk not in self._candidates:
            found = _candidates(self._quiz, but=()).filter(_fits(rule))
            self._candidates[rule.pk] = list(found.values_list("question_id", flat=True))
        return self._candidates[rule.pk]

    def _fetched(self, questions: Sequence[int]) -> dict[int, QuestionVersion]:
        unknown = set(questions) - self._versions.keys()
        if unknown:
            newest = QuestionVersion.objects.newest().filter(question__in=unknown).with_choices()
            self._versions.update({version.question_id: version for version in newest})
        return self._versions


def available_for(quiz: Quiz, rules: Sequence[DrawRule]) -> list[int]:
    """How many questions each rule could draw from now, in one query for all of them."""
    if not rules:
        return []
    listed = list(quiz.quiz_questions.values_list("question_id", flat=True))
    counts = {f"rule_{place}": Count("pk", filter=_fits(rule)) for place, rule in enumerate(rules)}
    found = _candidates(quiz, but=listed).aggregate(**counts)
    return [found[f"rule_{place}"] for place in range(len(rules))]


def _candidates(quiz: Quiz, *, but: Sequence[int]) -> QuerySet[QuestionVersion]:
    """What is ready and not in the quiz already, of what its author may use.

    Of what AI made only what a named person stands for, by vetting or by editing it.
    """
    usable = Q(question__is_shared=True)
    if quiz.author_id is not None:
        usable |= Q(question__owner=quiz.author_id)
    ready = QuestionVersion.objects.newest().filter(usable, question__status=QuestionStatus.READY)
    unvetted = GeneratedQuestion.objects.unvetted().values("question")
    return ready.exclude(question__in=unvetted).exclude(question__in=but)


def _fits(rule: DrawRule) -> Q:
    about = Q(question__subject=rule.subject_id)
    if rule.chapter_id is not None:
        about &= Q(question__chapter=rule.chapter_id)
    if rule.difficulty:
        about &= Q(difficulty=rule.difficulty)
    if rule.types:
        about &= Q(type__in=rule.types)
    if rule.tags:
        about &= Q(tags__overlap=rule.tags)
    return about
