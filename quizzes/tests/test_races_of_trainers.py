"""Those who teach, and the beat, meeting somebody at the worst moment."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import models

from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from core.tests.races import at_once, one_within_the_other
from questions.querysets import QuestionQuerySet
from quizzes.actions import abandoning
from quizzes.actions.abandoning import abandon_left_alone
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.authoring import Asked, list_digest, set_questions
from quizzes.actions.marking import mark_answer
from quizzes.errors import EditedMeanwhile, MarkedMeanwhile
from quizzes.models import Attempt, AttemptQuestion, AttemptStatus
from quizzes.querysets import AttemptQuerySet, QuizQuerySet
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db(transaction=True)


def left_alone(quiz=None, *, hours=25):
    """Begun and answered, and then nothing for so long."""
    quiz = quiz or make_published_quiz()
    attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    asked = attempt.questions.select_related("version").first()
    save_answer(attempt, question=asked.question_id, raw=right(asked), at=now())
    Attempt.objects.filter(pk=attempt.pk).update(saved_at=now() - timedelta(hours=hours))
    return attempt


def without_locks(monkeypatch, *querysets):
    for each in querysets:
        monkeypatch.setattr(each, "select_for_update", lambda self, **_named: self)


# The beat


def test_what_is_left_alone_for_a_day_ends_on_what_was_saved():
    old, fresh = left_alone(), left_alone(hours=23)

    assert abandon_left_alone(at=now()) == 1

    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.status, old.score) == (AttemptStatus.ABANDONED, Decimal(1))
    assert fresh.is_open
    assert abandon_left_alone(at=now()) == 0
    event = Event.objects.get(name="quizzes.attempt_submitted")
    assert event.payload["is_abandoned"] is True


def test_more_than_a_batch_ends_in_one_run(monkeypatch):
    monkeypatch.setattr(abandoning, "BATCH", 2)
    quiz = make_published_quiz()
    for _ in range(5):
        left_alone(quiz)

    assert abandon_left_alone(at=now()) == 5
    assert not Attempt.objects.open().exists()


def test_one_that_cannot_be_scored_stops_no_other(monkeypatch):
    broken, sound = left_alone(), left_alone()

    def submit(attempt, **named):
        if attempt.pk == broken.pk:
            raise ValueError
        return submit_attempt(attempt, **named)

    monkeypatch.setattr(abandoning, "submit_attempt", submit)

    assert abandon_left_alone(at=now()) == 1
    sound.refresh_from_db()
    broken.refresh_from_db()
    assert (sound.status, broken.status) == (AttemptStatus.ABANDONED, AttemptStatus.IN_PROGRESS)


def submit_while_abandoning(attempt):
    one_within_the_other(
        lambda: abandon_left_alone(at=now()),
        lambda: submit_attempt(Attempt.objects.get(pk=attempt.pk), at=now()),
        owner=AttemptQuerySet,
        method="first",
    )
    return Event.objects.filter(name="quizzes.attempt_submitted").count()


def test_an_attempt_that_is_handed_in_meanwhile_stays_handed_in():
    attempt = left_alone()

    assert submit_while_abandoning(attempt) == 1
    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.SUBMITTED


def test_handing_in_and_the_beat_at_once_end_it_once():
    for _round in range(3):
        attempt = left_alone()
        before = Event.objects.filter(name="quizzes.attempt_submitted").count()

        at_once(
            lambda: abandon_left_alone(at=now()),
            lambda attempt=attempt: submit_attempt(attempt, at=now()),
            lambda: abandon_left_alone(at=now()),
        )

        attempt.refresh_from_db()
        assert not attempt.is_open
        assert Event.objects.filter(name="quizzes.attempt_submitted").count() == before + 1


def test_without_the_lock_both_would_end_it(monkeypatch):
    attempt = left_alone()
    without_locks(monkeypatch, AttemptQuerySet)

    one_within_the_other(
        lambda: submit_attempt(attempt, at=now()),
        lambda: abandon_left_alone(at=now()),
        owner=models.QuerySet,
        method="bulk_update",
    )

    assert Event.objects.filter(name="quizzes.attempt_submitted").count() == 2


def test_whoever_writes_at_that_moment_goes_on():
    attempt = left_alone()
    asked = attempt.questions.last()

    one_within_the_other(
        lambda: abandon_left_alone(at=now()),
        lambda: save_answer(attempt, question=asked.question_id, raw=None, at=now()),
        owner=AttemptQuerySet,
        method="select_for_update",
    )

    attempt.refresh_from_db()
    assert attempt.is_open


# Marking


def essay():
    attempt, _is_new = start_attempt(
        make_published_quiz(("ESSAY",)), by=UserFactory(), at=now(), seed=1
    )
    asked = attempt.questions.get()
    save_answer(attempt, question=asked.question_id, raw="My thoughts.", at=now())
    submit_attempt(attempt, at=now())
    return attempt.questions.get()


def marked(answer, score):
    def mark():
        try:
            by = answer.attempt.quiz.author
            mark_answer(answer, score=Decimal(score), feedback=score, by=by, at=now())
        except MarkedMeanwhile as refusal:
            return refusal.details["feedback"]
        return None

    return mark


def mark_at_once(answer):
    answer.attempt.quiz.author.pk  # noqa: B018 (fetched here, not in the threads)
    return one_within_the_other(
        marked(answer, "1"), marked(answer, "0.5"), owner=AttemptQuestion, method="save"
    )


def test_without_the_lock_the_second_mark_would_be_lost(monkeypatch):
    without_locks(monkeypatch, AttemptQuerySet)

    assert mark_at_once(essay()) == (None, None)


def test_of_two_who_mark_at_once_one_is_told_of_the_other():
    answer = essay()
    answer.attempt.quiz.author.pk  # noqa: B018

    told = at_once(marked(answer, "1"), marked(answer, "0.5"))

    answer.refresh_from_db()
    (other,) = [each for each in told if each is not None]
    assert answer.feedback == other
    assert Event.objects.filter(name="quizzes.answer_marked").count() == 1


# Order


def turned(quiz, base, asked):
    def turn():
        try:
            set_questions(quiz, asked=asked, by=None, at=now(), based_on=base)
        except EditedMeanwhile:
            return False
        return True

    return turn


def test_of_two_who_put_questions_in_order_at_once_one_is_told():
    quiz = make_published_quiz()
    rows = [Asked(row.question) for row in quiz.quiz_questions.select_related("question")]
    base = list_digest(quiz)

    taken = at_once(turned(quiz, base, rows[::-1]), turned(quiz, base, rows[:1]))

    assert sorted(taken) == [False, True]


def test_without_the_lock_both_would_be_taken(monkeypatch):
    quiz = make_published_quiz()
    rows = [Asked(row.question) for row in quiz.quiz_questions.select_related("question")]
    base = list_digest(quiz)
    without_locks(monkeypatch, QuizQuerySet, QuestionQuerySet)

    taken = one_within_the_other(
        turned(quiz, base, rows[::-1]),
        turned(quiz, base, rows[:1]),
        owner=models.QuerySet,
        method="delete",
    )

    assert taken == (True, True)
