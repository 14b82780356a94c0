"""Many questions of the bank are changed at once while quizzes have them, and people take those."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.in_use import used_among
from questions.actions.many import delete_many, tag_many, undo_many
from questions.models import Question, QuestionVersion
from questions.tests.factories import make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.models import Attempt
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(trainer):
    """A quiz of two questions that somebody is taking; what they saw is pinned."""
    quiz = make_published_quiz(("SINGLE", "NUMERIC"), author=trainer)
    start_attempt(quiz, by=UserFactory(), at=now(), seed=3)
    return Attempt.objects.get(quiz=quiz)


def test_what_a_quiz_has_or_somebody_was_asked_is_not_deleted(trainer, taken):
    asked = taken.questions.first().version.question
    free = make_question(owner=trainer)
    taken.quiz.quiz_questions.filter(question=asked).delete()
    both = Question.objects.filter(owner=trainer)
    assert used_among([each.pk for each in both]) == {each.pk for each in both} - {free.pk}

    assert delete_many(both, by=trainer, at=now()) == [free.pk]

    assert Question.objects.filter(pk=asked.pk).exists()


def test_tags_change_nothing_for_whoever_is_under_way(trainer, taken):
    pinned = dict(taken.questions.values_list("question_id", "version_id"))
    questions = Question.objects.filter(pk__in=pinned)
    said = {"by": trainer, "at": now()}

    undo = tag_many(questions, add=["new"], **said, seed=1)
    for asked in taken.questions.select_related("version"):
        save_answer(taken, question=asked.question_id, raw=right(asked), at=now())
    submit_attempt(taken, at=now())
    undo_many(undo, among=questions, **said, seed=2)

    taken.refresh_from_db()
    assert taken.score == taken.max_score
    assert dict(taken.questions.values_list("question_id", "version_id")) == pinned
    newest = QuestionVersion.objects.newest().filter(question__in=pinned)
    assert [(version.number, version.tags) for version in newest] == [(3, []), (3, [])]
