"""The demo's quizzes: of every sort, and three weeks of attempts at them in every state."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from math import exp

from django.db import transaction

from accounts.demo import DOMAIN, STUDENTS
from accounts.models import User
from curriculum.models import Project, Track
from questions.actions.saving import Facts, add_question
from questions.kinds import BY_HAND, KINDS, kind_of
from questions.loading import load_own_bank
from questions.models import Difficulty, Question, QuestionStatus, Subject
from quizzes.actions.attempts import save_answers, start_attempt
from quizzes.actions.authoring import (
    Asked,
    make_quiz,
    publish_quiz,
    set_draw_rules,
    set_questions,
)
from quizzes.actions.marking import mark_answer
from quizzes.actions.past_attempts import Given, PastAttempt, write_past_attempts
from quizzes.demo_answers import answer_to
from quizzes.models import AttemptQuestion, AttemptStatus, DrawRule, Feedback, Quiz
from quizzes.querysets import LEFT_ALONE

DAYS_UNDER_WAY = 20
FULL_STACK = range(1, 11)
DATA = range(11, len(STUDENTS) + 1)
ABANDONED = 0.06
UNANSWERED = 0.03
OF_TRACK = {"FSD": FULL_STACK, "DP": DATA, "": range(1, len(STUDENTS) + 1)}
MARKS = (
    ("All of it is there, and in the right order. Well argued.", Decimal(1)),
    ("The idea is right. Say also what happens when it fails half way.", Decimal("0.75")),
    ("A beginning: name the two cases, and decide between them.", Decimal("0.5")),
)
HARDNESS = {Difficulty.EASY: -0.9, Difficulty.MEDIUM: 0.0, Difficulty.HARD: 0.8}

# Its key is wrong, as keys sometimes are: statistics show it, since those who know fail it.
DOUBTFUL = {
    "text": "You have staged a part of your changes. Which command shows what the next commit "
    "will hold?",
    "choices": [
        {"text": "`git diff`", "correct": True},
        {"text": "`git diff --staged`"},
        {"text": "`git log -p`"},
        {"text": "`git show`"},
    ],
}
HELD_BY_THOSE_WHO_KNOW = "`git diff --staged`"


@dataclass(frozen=True)
class Plan:
    """A quiz of the demo. `drawn` are questions by rules, `by_hand` some that a person marks.

    `closes_in` are days from now, `busy` how many attempts somebody makes on average, `open_by`
    the students who are in the middle of one.
    """

    title: str
    subject: str
    track: str = ""
    project: int = 0
    author: str = "trainer"
    listed: int = 8
    drawn: int = 0
    by_hand: int = 0
    feedback: Feedback = Feedback.AFTER_SUBMIT
    attempts_allowed: int | None = None
    soft_minutes: int | None = None
    pass_percent: int = 60
    closes_in: float | None = None
    is_shuffled: bool = True
    is_draft: bool = False
    busy: float = 2.0
    open_by: tuple[int, ...] = ()
    description: str = ""


PLANS = (
    Plan(
        "Git before the first review",
        "git-and-review",
        track="FSD",
        project=1,
        listed=10,
        busy=3.0,
        open_by=(3, 7),
        description="What you need before you open your first pull request.",
    ),
    Plan(
        "Markup that everybody can use",
        "html-and-css",
        track="FSD",
        project=1,
        author="trainer2",
        feedback=Feedback.AT_ONCE,
        description="Each answer is explained as soon as you give it.",
    ),
    Plan(
        "JavaScript checkpoint",
        "javascript",
        track="FSD",
        project=6,
        author="trainer2",
        listed=10,
        attempts_allowed=3,
        soft_minutes=20,
        open_by=(1,),
        pass_percent=70,
    ),
    Plan(
        "HTTP, another one each time",
        "http-and-apis",
        track="FSD",
        project=3,
        listed=2,
        drawn=6,
        busy=3.2,
        description="Two questions stay; the others are drawn anew for each attempt.",
    ),
    Plan(
        "Security, due this week",
        "security",
        track="FSD",
        project=5,
        closes_in=5,
        attempts_allowed=2,
        busy=1.5,
    ),
    Plan(
        "Databases: the first test",
        "databases-in-practice",
        track="FSD",
        project=4,
        author="trainer2",
        listed=12,
        attempts_allowed=1,
        soft_minutes=30,
        closes_in=-3,
        feedback=Feedback.AFTER_CLOSING,
        busy=1,
    ),
    Plan(
        "Python warm-up",
        "python",
        track="DP",
        project=1,
        feedback=Feedback.AT_ONCE,
        busy=3.0,
        open_by=(11,),
        description="Ten minutes before you begin with the first project.",
    ),
    Plan(
        "SQL checkpoint",
        "sql",
        track="DP",
        project=2,
        listed=10,
        busy=3.0,
        pass_percent=70,
        open_by=(12, 18),
    ),
    Plan(
        "pandas: results when it has closed",
        "pandas-and-cleaning",
        track="DP",
        project=3,
        closes_in=6,
        attempts_allowed=1,
        feedback=Feedback.AFTER_CLOSING,
        busy=0.7,
    ),
    Plan(
        "Statistics, drawn from all chapters",
        "statistics",
        track="DP",
        project=4,
        listed=0,
        drawn=8,
        busy=3.0,
    ),
    Plan(
        "A model that you can defend",
        "data-modelling",
        track="DP",
        project=6,
        listed=5,
        by_hand=2,
        is_shuffled=False,
        attempts_allowed=2,
        busy=1,
        description="The last two answers are read by your trainer.",
    ),
    Plan(
        "What to test, and what not",
        "testing",
        listed=7,
        by_hand=1,
        busy=1.2,
        description="For both tracks.",
    ),
    Plan("Containers from day one", "containers-and-operations", author="admin", busy=1.6),
    Plan("Charts that do not lie", "visualisation-and-dashboards", track="DP", is_draft=True),
    Plan("Security, part two", "security", track="FSD", listed=3, drawn=5, is_draft=True),
)


@transaction.atomic
def make_quizzes(at: datetime) -> None:
    if not Subject.objects.filter(code=PLANS[0].subject).exists():
        load_own_bank(at)
    people = _people()
    if are_quizzes_made() or not {"trainer", "trainer2", "admin"} <= people.keys():
        return
    for plan in PLANS:
        quiz = _make(plan, people, at)
        if not plan.is_draft:
            write_past_attempts(quiz, past=list(_past(plan, quiz, people, at)))
            _leave_open(plan, quiz, people, at)
            _mark_some(quiz, people["trainer"], at)


def are_quizzes_made() -> bool:
    return Quiz.objects.filter(author__email__endswith=f"@{DOMAIN}").exists()


def _make(plan: Plan, people: dict[str, User], at: datetime) -> Quiz:
    author, made_at = people[plan.author], at - timedelta(days=DAYS_UNDER_WAY)
    track = Track.objects.filter(code=plan.track).first() if plan.track else None
    quiz = make_quiz(
        title=plan.title,
        description=plan.description,
        track=track,
        project=Project.objects.filter(track=track, number=plan.project).first() if track else None,
        feedback=plan.feedback,
        attempts_allowed=plan.attempts_allowed,
        soft_minutes=plan.soft_minutes,
        pass_percent=plan.pass_percent,
        is_shuffled=plan.is_shuffled,
        closes_at=None if plan.closes_in is None else at + timedelta(days=plan.closes_in),
        by=author,
        at=made_at,
    )
    questions = _questions(plan)
    if plan.title == PLANS[0].title:
        questions.append(_doubtful_question(author, made_at))
    set_questions(quiz, asked=[Asked(each) for each in questions], by=author, at=made_at)
    if plan.drawn:
        rule = DrawRule(
            count=plan.drawn,
            subject=Subject.objects.get(code=plan.subject),
            types=[name for name in KINDS if name not in BY_HAND],
        )
        set_draw_rules(quiz, rules=[rule], by=author, at=made_at)
    return quiz if plan.is_draft else publish_quiz(quiz, by=author, at=made_at)


def _questions(plan: Plan) -> list[Question]:
    """Kind after kind, so that a short quiz is no list of the same; what a person marks is last."""
    found = (
        Question.objects.ready()
        .filter(subject__code=plan.subject, owner=None)
        .with_newest_fact(kind="type")
        .order_by("pk")
    )
    by_kind: dict[str, list[Question]] = defaultdict(list)
    for question in found:
        by_kind[question.kind].append(question)
    graded = [by_kind[kind] for kind in sorted(by_kind) if kind not in BY_HAND]
    mixed = [each for row in zip_longest(*graded) for each in row if each is not None]
    by_hand = [each for kind in ("ESSAY", "CODE") for each in by_kind[kind]]
    return mixed[: plan.listed] + by_hand[: plan.by_hand]


def _doubtful_question(author: User, at: datetime) -> Question:
    outline, problems = kind_of("SINGLE").read(DOUBTFUL)
    if outline is None:
        raise ValueError(problems)
    return add_question(
        outline=outline,
        facts=Facts(explanation="`git diff` shows what changed.", tags=["staging"]),
        owner=author,
        subject=Subject.objects.filter(code="git-and-review").first(),
        status=QuestionStatus.READY,
        at=at,
        seed=5,
    )


def _past(plan: Plan, quiz: Quiz, people: dict[str, User], at: datetime) -> Iterator[PastAttempt]:
    last = min(at - timedelta(hours=6), quiz.closes_at or at)
    window = last - timedelta(hours=2) - quiz.created_at
    for number in OF_TRACK[plan.track]:
        student = people.get(_login(number))
        if student is None:
            continue
        chance = random.Random(f"{plan.title} {number}")  # noqa: S311 (believable, not secret)
        tries = int(plan.busy + chance.uniform(-0.4, 1.2))
        if plan.attempts_allowed is not None:
            tries = min(tries, plan.attempts_allowed - (number in plan.open_by))
        days = sorted(chance.random() for _each in range(tries))
        for place, share in enumerate(days, start=1):
            # Each try has a stretch of its own, so that none begins before another has ended.
            started_at = quiz.created_at + window * ((place - 1 + share) / tries)
            yield _one_of_the_past(number, student, place, started_at, last, chance)


def _one_of_the_past(
    number: int,
    student: User,
    place: int,
    started_at: datetime,
    last: datetime,
    chance: random.Random,
) -> PastAttempt:
    ended_at = started_at + timedelta(minutes=chance.uniform(6, 35))
    is_abandoned = chance.random() < ABANDONED and ended_at + LEFT_ALONE < last
    thinking = _Thinking(number, place, chance, gives_up_after=3 if is_abandoned else None)
    return PastAttempt(
        student=student,
        number=place,
        seed=chance.getrandbits(31),
        started_at=started_at,
        ended_at=ended_at + LEFT_ALONE if is_abandoned else ended_at,
        answer=thinking.answer,
        is_abandoned=is_abandoned,
    )


class _Thinking:
    """How one student answers: better the more they know, and the more often they have tried."""

    def __init__(
        self, number: int, place: int, chance: random.Random, *, gives_up_after: int | None = None
    ) -> None:
        known = random.Random(number)  # noqa: S311 (believable, not secret)
        self._knows = known.gauss(0.4, 1.1) + 0.35 * (place - 1)
        self._chance = chance
        self._gives_up_after = gives_up_after

    def answer(self, asked: AttemptQuestion) -> Given | None:
        if self._gives_up_after is not None and asked.position > self._gives_up_after:
            return None
        if self._chance.random() < UNANSWERED:
            return None
        version = asked.version
        quirk = random.Random(version.text).gauss(0, 0.35)  # noqa: S311 (believable, not secret)
        ease = 2.2 * (self._knows - HARDNESS[Difficulty(version.difficulty)] - quirk)
        is_doubtful = version.text == DOUBTFUL["text"]
        raw = answer_to(
            version.material,
            is_right=self._chance.random() < 1 / (1 + exp(-ease)),
            chance=self._chance,
            belief=HELD_BY_THOSE_WHO_KNOW if is_doubtful else "",
        )
        slow = 6 if version.type in BY_HAND else 1
        return Given(raw, int(slow * self._chance.lognormvariate(3.5, 0.5)))


def _leave_open(plan: Plan, quiz: Quiz, people: dict[str, User], at: datetime) -> None:
    """Begun today, with some answers saved and one flagged: whoever comes back goes on."""
    for number in plan.open_by:
        chance = random.Random(f"{plan.title} {number} today")  # noqa: S311 (believable)
        started_at = at - timedelta(minutes=chance.uniform(20, 300))
        student = people[_login(number)]
        attempt, _is_new = start_attempt(quiz, by=student, at=started_at, seed=number)
        thinking = _Thinking(number, 1, chance)
        rows = attempt.questions.select_related("version").prefetch_related("version__choices")
        asked = list(rows)
        given = {each.question_id: thinking.answer(each) for each in asked[: plan.listed // 2]}
        answers = {question: each.raw for question, each in given.items() if each is not None}
        saved_at = started_at + timedelta(minutes=12)
        unsure = {asked[1].question_id: True}
        save_answers(attempt, answers=answers, revisions={}, flags=unsure, at=saved_at)


def _mark_some(quiz: Quiz, trainer: User, at: datetime) -> None:
    """What waited longest; the rest waits on."""
    waiting = AttemptQuestion.objects.filter(
        attempt__quiz=quiz, attempt__ended_at__lt=at - timedelta(days=6), score=None
    )
    ended = waiting.exclude(attempt__status=AttemptStatus.IN_PROGRESS)
    for answer in ended.select_related("attempt").order_by("attempt__ended_at", "position"):
        said, share = MARKS[answer.pk % len(MARKS)]
        mark_answer(
            answer,
            score=(answer.marks * share).quantize(Decimal("0.5")),
            feedback=said,
            by=trainer,
            at=(answer.attempt.ended_at or at) + timedelta(days=1),
        )


def _login(number: int) -> str:
    return f"student{number}" if number > 1 else "student"


def _people() -> dict[str, User]:
    users = User.objects.filter(email__endswith=f"@{DOMAIN}")
    return {user.email.partition("@")[0]: user for user in users}
