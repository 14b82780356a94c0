"""Points that a person gives, and what questions are told to be worth by them."""

from decimal import Decimal

import pytest

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.models import VersionStatistics
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.marking import mark_answer
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db

SUMS = ("answers", "share_sum", "share_squares", "rest_sum", "rest_squares", "products", "timed")


@pytest.fixture
def quiz(trainer):
    return make_published_quiz(("SINGLE", "SINGLE", "ESSAY", "ESSAY"), author=trainer)


def handed_in(quiz, *, answered=True):
    """One of the two choices is right; both essays wait."""
    attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    by_type = {}
    for asked in attempt.questions.select_related("version").order_by("position"):
        by_type.setdefault(asked.version.type, []).append(asked)
    first, _second = by_type["SINGLE"]
    save_answer(attempt, question=first.question_id, raw=right(first), at=now())
    for essay in by_type["ESSAY"] if answered else ():
        save_answer(attempt, question=essay.question_id, raw="What I think of it.", at=now())
    submit_attempt(attempt, at=now())
    return by_type["ESSAY"]


def mark(answer, score, by):
    answer.refresh_from_db()
    mark_answer(
        answer, score=Decimal(score), feedback="", by=by, at=now(), based_on=answer.marked_at
    )


def sums_of(answer):
    row = VersionStatistics.objects.filter(version=answer.version_id).values(*SUMS).first()
    return row and {name: pytest.approx(value) for name, value in row.items()}


def test_what_waits_to_be_marked_says_nothing_of_its_question(quiz):
    essay, _other = handed_in(quiz)

    assert sums_of(essay) is None


def test_other_points_take_the_place_of_the_first(quiz, trainer):
    essay, other = handed_in(quiz)
    mark(essay, "0.20", trainer)
    assert sums_of(essay) == {
        "answers": 1,
        "share_sum": 0.2,
        "share_squares": 0.04,
        "timed": 0,
        "rest_sum": 0.5,
        "rest_squares": 0.25,
        "products": 0.1,
    }
    # What the rest comes to since then changes nothing of what was counted.
    mark(other, "1", trainer)

    mark(essay, "0.80", trainer)

    assert sums_of(essay) == {
        "answers": 1,
        "share_sum": 0.8,
        "share_squares": 0.64,
        "timed": 0,
        "rest_sum": 0.5,
        "rest_squares": 0.25,
        "products": 0.4,
    }
    mark(essay, "0.20", trainer)
    assert sums_of(essay)["products"] == 0.1


def test_of_many_answers_only_the_one_is_replaced(quiz, trainer):
    essays = [handed_in(quiz)[0] for _number in range(3)]
    for essay in essays:
        mark(essay, "1", trainer)

    mark(essays[1], "0", trainer)

    found = sums_of(essays[0])
    assert (found["answers"], found["share_sum"], found["products"]) == (3, 2, 1)


def test_what_nobody_answered_is_not_counted_however_often_it_is_marked(quiz, trainer):
    essay, _other = handed_in(quiz, answered=False)

    mark(essay, "0", trainer)
    mark(essay, "0.50", trainer)

    assert sums_of(essay) is None
