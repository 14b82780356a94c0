"""What the pages of writing a quiz show: its questions, its rules with what they find, the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from accounts.models import User
from core.policies import can
from questions.models import Question, QuestionStatus, QuestionVersion
from quizzes.actions.dealing import available_for
from quizzes.authoring_forms import FindQuestionsForm
from quizzes.models import DrawRule, GeneratedQuestion, Quiz, QuizQuestion

MOST_FOUND = 30


@dataclass(frozen=True)
class ListedQuestion:
    """A question in a quiz, and what one should know of it before it is asked.

    `made` is there if AI made it.
    """

    row: QuizQuestion
    question: Question
    version: QuestionVersion
    may_edit: bool
    may_see: bool
    made: GeneratedQuestion | None

    @property
    def marks(self) -> Decimal:
        return self.version.marks if self.row.marks is None else self.row.marks

    @property
    def is_retired(self) -> bool:
        return self.question.status == QuestionStatus.RETIRED


@dataclass(frozen=True)
class ListedRule:
    rule: DrawRule
    available: int

    @property
    def is_short(self) -> bool:
        return self.available < self.rule.count


def listed_questions(quiz: Quiz, *, user: User) -> list[ListedQuestion]:
    """In their order; as many queries for two hundred as for one."""
    rows = list(quiz.quiz_questions.order_by("position"))
    keys = [row.question_id for row in rows]
    questions = Question.objects.select_related("subject", "chapter").in_bulk(keys)
    newest = QuestionVersion.objects.newest().filter(question__in=keys)
    versions = {version.question_id: version for version in newest}
    items = GeneratedQuestion.objects.filter(question__in=keys)
    made = {each.question_id: each for each in items.select_related("question", "vetted_by")}
    listed = []
    for row in rows:
        question, version = questions[row.question_id], versions[row.question_id]
        may_edit = can(user, "questions.edit", question)
        may_see = may_edit or can(user, "questions.view_bank", question)
        item = made.get(question.pk)
        listed.append(ListedQuestion(row, question, version, may_edit, may_see, item))
    return listed


def listed_rules(quiz: Quiz) -> list[ListedRule]:
    rules = list(quiz.draw_rules.select_related("subject", "chapter").order_by("position"))
    return [
        ListedRule(rule, available)
        for rule, available in zip(rules, available_for(quiz, rules), strict=True)
    ]


def found_questions(
    form: FindQuestionsForm, *, quiz: Quiz, user: User
) -> tuple[Sequence[QuestionVersion], bool]:
    """Of the bank, those that fit and are not in the quiz; and whether there are more of them."""
    found = _findable(user).exclude(question__quiz_questions__quiz=quiz)
    if form.is_valid():
        found = found.filter(_wanted(form, user))
    ordered = found.select_related("question__subject", "question__chapter").order_by(
        "-question__edited_at", "-question"
    )
    rows = list(ordered[: MOST_FOUND + 1])
    return rows[:MOST_FOUND], len(rows) > MOST_FOUND


def _findable(user: User) -> QuerySet[QuestionVersion]:
    seen = Question.objects.visible_to(user).in_use()
    return QuestionVersion.objects.newest().filter(question__in=seen)


def _wanted(form: FindQuestionsForm, user: User) -> Q:
    given = form.cleaned_data
    wanted = Q()
    for word in given["find"].replace("\x00", "").split()[:8]:
        wanted &= Q(text__icontains=word) | Q(tags__contains=[word.lower()])
    if given["about"].chapter:
        wanted &= Q(question__chapter=given["about"].chapter)
    elif given["about"].subject:
        wanted &= Q(question__subject=given["about"].subject)
    if given["kind"]:
        wanted &= Q(type=given["kind"])
    if given["level"]:
        wanted &= Q(difficulty=given["level"])
    if given["whose"]:
        wanted &= Q(question__owner=user)
    return wanted
