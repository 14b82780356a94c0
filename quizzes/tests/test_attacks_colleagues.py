"""What one trainer may not learn from another, or do to what is theirs."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from core.clock import now
from core.jobs.running import run_job
from questions.models import Question
from quizzes.actions.authoring import Asked, duplicate_quiz, make_quiz, set_questions
from quizzes.actions.listing import take_out
from quizzes.generating import drafts_of
from quizzes.models import Generation
from quizzes.own_data import collect
from quizzes.tests.generation import TEXT, asked, done

pytestmark = pytest.mark.django_db

WISH = "A wish of one's own"


@pytest.fixture
def made(trainer):
    """By Gemini nobody is asked: the built-in generator takes the text, and the wish is kept."""
    return done(asked(trainer, prompt=WISH))


@pytest.fixture
def colleague(db):
    return UserFactory(trainer=True)


def first_of(generation):
    return generation.quiz.quiz_questions.order_by("position").first().question


def test_a_colleague_gets_no_text_by_having_a_question_of_it_replaced(api_of, colleague, made):
    make_quiz(title="Of all colleagues", by=colleague, at=now())
    copy = duplicate_quiz(made.quiz, by=colleague, at=now())
    question = first_of(made)

    asked_for = api_of(colleague).post(
        f"/api/quiz/quizzes/{copy.pk}/questions/{question.pk}/replace/"
    )

    assert asked_for.status_code == 409
    assert not Generation.objects.filter(owner=colleague).exists()
    copies = str([list(document.content) for document in collect(colleague)])
    assert "Of all colleagues" in copies
    assert TEXT[:40] not in copies
    assert WISH not in copies


def test_a_colleague_deletes_no_draft_by_having_it_replaced(api_of, colleague, trainer, made):
    copy, question = duplicate_quiz(made.quiz, by=colleague, at=now()), first_of(made)
    take_out(made.quiz, question=question.pk, by=trainer, at=now())

    api_of(colleague).post(f"/api/quiz/quizzes/{copy.pk}/questions/{question.pk}/replace/")
    for each in Generation.objects.filter(owner=colleague):
        run_job(each.job)

    assert Question.objects.filter(pk=question.pk).exists()


def test_an_editor_of_the_same_quiz_gets_no_text_either(api_of, colleague, made):
    made.quiz.editors.add(colleague)
    address = f"/api/quiz/quizzes/{made.quiz.pk}/questions/{first_of(made).pk}/replace/"

    assert api_of(colleague).post(address).status_code == 409


def test_around_a_passage_only_whoever_gave_the_text_reads_on(colleague, trainer, made):
    quotes = made.items.exclude(span="").select_related("question")
    questions = [Asked(each.question) for each in quotes]
    copy = make_quiz(title="Of a colleague", by=colleague, at=now())
    set_questions(copy, asked=questions, by=colleague, at=now())

    theirs = [each.passage for each in drafts_of(copy, user=colleague)]
    own = [each.passage for each in drafts_of(copy, user=trainer)]

    assert {(each.before, each.after) for each in theirs} == {("", "")}
    assert all(each.before or each.after for each in own)
    assert [each.span for each in theirs] == [each.span for each in own]
