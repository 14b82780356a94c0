"""Somebody who takes a quiz, on two devices or in two tabs at the same moment."""

import time
from threading import Event

import pytest

from accounts.tests.factories import UserFactory
from accounts.tests.races import (
    PATIENCE_SECONDS,
    Meeting,
    at_once,
    is_somebody_held_up,
    take_locks_off,
)
from core.clock import now
from quizzes.actions import attempts
from quizzes.actions.attempts import (
    flag_question,
    save_answer,
    save_answers,
    start_attempt,
    submit_attempt,
)
from quizzes.errors import AlreadySubmitted
from quizzes.models import Attempt
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def attempt():
    quiz = make_published_quiz(("SHORT_TEXT", "SINGLE"), is_shuffled=False)
    return start_attempt(quiz, by=UserFactory(), at=now(), seed=1)[0]


@pytest.fixture
def words(attempt):
    return attempt.questions.get(version__type="SHORT_TEXT")


def meet(monkeypatch, *names):
    """Have all who come to one of these wait for one another before they go on."""
    meeting = Meeting(2)
    for name in names:
        original = getattr(attempts, name)

        def meet_and_go_on(*args, original=original, **named):
            meeting.wait()
            return original(*args, **named)

        monkeypatch.setattr(attempts, name, meet_and_go_on)


def two_forms(attempt, words):
    """Both pages knew no answer."""

    def send(text):
        return lambda: save_answers(
            attempt,
            answers={words.question_id: text},
            revisions={words.question_id: 0},
            at=now(),
        )

    return at_once(send("one"), send("two"))


def test_without_a_lock_one_of_two_forms_would_write_over_the_other(attempt, words, monkeypatch):
    meet(monkeypatch, "_keep")
    take_locks_off(monkeypatch)
    assert [outcome.stale for outcome in two_forms(attempt, words)] == [frozenset(), frozenset()]


def test_of_two_forms_the_second_is_told_of_the_first(attempt, words, monkeypatch):
    meet(monkeypatch, "_keep")
    outcomes = two_forms(attempt, words)
    assert sorted(len(outcome.stale) for outcome in outcomes) == [0, 1]
    words.refresh_from_db()
    assert words.revision == 1


def form_and_hand_in(attempt, words):
    answers = {words.question_id: "commit"}
    return at_once(
        lambda: save_answers(attempt, answers=answers, revisions={}, at=now()),
        lambda: submit_attempt(attempt, at=now()),
    )


def test_without_a_lock_an_answer_would_come_in_after_it_was_weighed(attempt, words, monkeypatch):
    meet(monkeypatch, "_keep", "record_outcomes")
    take_locks_off(monkeypatch)
    form_and_hand_in(attempt, words)
    words.refresh_from_db()
    assert words.response == "commit"
    assert words.is_correct is not True
    assert Attempt.objects.get().score == 0


def test_a_form_is_weighed_or_refused(attempt, words):
    saved, _submitted = form_and_hand_in(attempt, words)
    words.refresh_from_db()
    if isinstance(saved, AlreadySubmitted):
        assert words.response is None
    else:
        assert (words.response, words.is_correct) == ("commit", True)
    assert not Attempt.objects.get().is_open


def device_and_form(attempt, words):
    """A phone saves as it is given, a page without scripts sends all that it has."""
    return at_once(
        lambda: save_answer(
            attempt, question=words.question_id, raw="from my phone", revision=7, at=now()
        ),
        lambda: save_answers(
            attempt,
            answers={words.question_id: "from my desk"},
            revisions={words.question_id: 0},
            at=now(),
        ),
    )


def test_a_device_and_a_form_never_undo_each_other_unseen(attempt, words):
    phone, form = device_and_form(attempt, words)
    words.refresh_from_db()
    if form.stale:
        assert words.response == "from my phone"
    else:
        # The form was first: its answer has a lower revision than that of the phone.
        assert (words.response, words.revision) == ("from my phone", 7)
    assert phone.is_stale is False


def flag_while_answering(attempt, words, monkeypatch):
    """Another device flags the question whose answer was read and is about to be written."""
    question = words.question_id
    is_read, is_flagged = Event(), Event()
    original = attempts._keep

    def keep_after_the_flag(*args, **named):
        is_read.set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_flagged.wait(0.01) and not is_somebody_held_up():
            assert time.monotonic() < deadline, "nobody flags, and nobody waits"
        return original(*args, **named)

    def flag():
        assert is_read.wait(PATIENCE_SECONDS)
        kept = flag_question(attempt, question=question, is_flagged=True, at=now())
        is_flagged.set()
        return kept

    monkeypatch.setattr(attempts, "_keep", keep_after_the_flag)
    return at_once(
        lambda: save_answer(attempt, question=question, raw="commit", revision=1, at=now()), flag
    )


def test_without_a_lock_an_answer_would_take_a_flag_back(attempt, words, monkeypatch):
    take_locks_off(monkeypatch)
    flag_while_answering(attempt, words, monkeypatch)
    words.refresh_from_db()
    assert (words.response, words.is_flagged) == ("commit", False)


def test_a_flag_and_an_answer_take_nothing_from_each_other(attempt, words, monkeypatch):
    answered, flagged = flag_while_answering(attempt, words, monkeypatch)
    words.refresh_from_db()
    assert (words.response, words.revision, words.is_flagged) == ("commit", 1, True)
    assert (answered.is_stale, flagged.asked.revision) == (False, 1)


def two_flags(attempt, words):
    def send(is_flagged):
        return lambda: flag_question(
            attempt, question=words.question_id, is_flagged=is_flagged, at=now()
        )

    return at_once(send(True), send(False))


def test_of_two_flags_one_stands_and_each_device_is_told_what_it_said(attempt, words):
    kept = two_flags(attempt, words)
    assert [each.asked.is_flagged for each in kept] == [True, False]
    assert [each.asked.revision for each in kept] == [0, 0]
    words.refresh_from_db()
    assert words.response is None
