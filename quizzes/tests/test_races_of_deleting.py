"""Something goes in the very moment in which somebody begins with it."""

import pytest
from django.db import IntegrityError
from django.db.models.deletion import Collector

from accounts.tests.factories import UserFactory
from core.clock import now
from core.errors import DomainError, Invalid, Missing
from core.tests.races import at_once, one_within_the_other
from questions.actions.saving import delete_question
from questions.errors import InUse
from questions.models import Question, Subject
from questions.tests.factories import make_question
from quizzes.actions import attempts, authoring
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import (
    Asked,
    delete_quiz,
    edit_quiz,
    publish_quiz,
    set_draw_rules,
    set_questions,
    unpublish_quiz,
)
from quizzes.actions.generation import ask_replacement
from quizzes.actions.listing import take_out
from quizzes.errors import QuizTaken
from quizzes.models import Attempt, DrawRule, Quiz
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taker():
    return UserFactory()


@pytest.fixture
def quiz():
    return make_published_quiz(("SINGLE",))


@pytest.fixture
def drawn(trainer):
    """A quiz that draws one of two questions."""
    subject = Subject.objects.create(code="sql", name="SQL")
    for _number in range(2):
        make_question(owner=trainer, subject=subject)
    quiz = make_published_quiz(("SINGLE",), author=trainer)
    quiz.quiz_questions.all().delete()
    rule = DrawRule(count=1, subject=subject)
    set_draw_rules(quiz, rules=[rule], by=trainer, at=now())
    return publish_quiz(quiz, by=trainer, at=now())


def begin(quiz, taker):
    return outcome(lambda: start_attempt(quiz, by=taker, at=now(), seed=3)[0])


def outcome(call):
    try:
        return call()
    except DomainError as refusal:
        return type(refusal)


def test_a_question_that_goes_while_it_is_asked_gives_way_to_another(drawn, taker):
    def delete():
        asked = start_attempt(drawn, by=UserFactory(), at=now(), seed=3)[0].questions.get()
        asked.attempt.delete()
        delete_question(Question.objects.get(pk=asked.question_id), by=None, at=now())
        return asked.question_id

    attempt, gone = one_within_the_other(
        lambda: begin(drawn, taker), delete, owner=attempts, method="record"
    )

    assert attempt.questions.get().question_id != gone


def test_a_quiz_that_goes_while_somebody_begins_is_not_there(quiz, taker):
    found, _none = one_within_the_other(
        lambda: begin(quiz, taker),
        lambda: delete_quiz(Quiz.objects.get(pk=quiz.pk), by=taker, at=now()),
        owner=attempts,
        method="record",
    )

    assert found is Missing
    assert not Attempt.objects.exists()


def test_a_quiz_that_somebody_begins_while_it_goes_stays(quiz, taker):
    refused, attempt = one_within_the_other(
        lambda: outcome(lambda: delete_quiz(quiz, by=taker, at=now())),
        lambda: begin(Quiz.objects.get(pk=quiz.pk), taker),
        owner=Collector,
        method="delete",
    )

    assert refused is QuizTaken
    assert attempt.quiz == Quiz.objects.get()


def test_a_question_that_is_asked_while_it_goes_stays(drawn, taker):
    twin = start_attempt(drawn, by=UserFactory(), at=now(), seed=3)[0]
    asked = twin.questions.get().question_id
    twin.delete()

    refused, attempt = one_within_the_other(
        lambda: outcome(lambda: delete_question(Question.objects.get(pk=asked), by=None, at=now())),
        lambda: begin(drawn, taker),
        owner=Collector,
        method="delete",
    )

    assert refused is InUse
    assert attempt.questions.get().question_id == asked


def test_whoever_writes_a_quiz_that_is_gone_is_told_so(quiz, trainer):
    own = Quiz.objects.get(pk=quiz.pk)
    delete_quiz(quiz, by=trainer, at=now())

    assert outcome(lambda: edit_quiz(own, facts={}, by=trainer, at=now())) is Missing
    assert outcome(lambda: set_questions(own, asked=[], by=trainer, at=now())) is Missing
    assert outcome(lambda: set_draw_rules(own, rules=[], by=trainer, at=now())) is Missing
    assert outcome(lambda: publish_quiz(own, by=trainer, at=now())) is Missing
    assert outcome(lambda: unpublish_quiz(own, by=trainer, at=now())) is Missing
    assert outcome(lambda: take_out(own, question=1, by=trainer, at=now())) is Missing
    asked = {"question": 1, "by": trainer, "at": now(), "seed": 1}
    assert outcome(lambda: ask_replacement(own, **asked)) is Missing


def test_a_question_that_is_gone_does_not_come_into_a_quiz(quiz, trainer):
    question = make_question(owner=trainer)
    asked = [Asked(question)]
    delete_question(Question.objects.get(pk=question.pk), by=trainer, at=now())

    assert outcome(lambda: set_questions(quiz, asked=asked, by=trainer, at=now())) is Invalid
    assert quiz.quiz_questions.count() == 1


def test_a_question_is_not_deleted_while_it_comes_into_a_quiz(quiz, trainer):
    for _round in range(3):
        question = make_question(owner=trainer)
        outcomes = at_once(
            lambda question=question: outcome(
                lambda: set_questions(quiz, asked=[Asked(question)], by=trainer, at=now())
            ),
            lambda question=question: outcome(
                lambda: delete_question(Question.objects.get(pk=question.pk), by=trainer, at=now())
            ),
        )
        assert sorted(each is None for each in outcomes) == [False, True]
        assert set(outcomes) <= {None, Invalid, InUse}


def test_without_the_lock_the_database_would_refuse_it_without_words(quiz, trainer, monkeypatch):
    monkeypatch.setattr(authoring, "_hold_questions", lambda _asked: None)
    question = make_question(owner=trainer)
    asked = [Asked(question)]
    delete_question(Question.objects.get(pk=question.pk), by=trainer, at=now())

    with pytest.raises(IntegrityError):
        set_questions(quiz, asked=asked, by=trainer, at=now())
