"""Beginning an attempt, answering in it, handing it in."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from curriculum.tests.factories import enrolled, make_track
from questions.actions.saving import Facts, retire_question, revise_question
from questions.kinds import kind_of
from questions.models import Subject, VersionStatistics
from questions.tests.factories import WRITTEN, make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.authoring import set_draw_rules, unpublish_quiz
from quizzes.actions.dealing import dealt_questions
from quizzes.errors import (
    AlreadySubmitted,
    AnswerLocked,
    Closed,
    NoAttemptsLeft,
    NotEnrolled,
    NothingToAsk,
    NotOpenYet,
    UnusableAnswer,
)
from quizzes.models import Attempt, AttemptStatus, DrawRule, Feedback
from quizzes.tests.factories import begin, make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def taker():
    return UserFactory()


def answer(attempt, asked, raw, **facts):
    return save_answer(attempt, question=asked.question_id, raw=raw, at=now(), **facts)


@pytest.mark.parametrize(
    ("type_", "said", "kept"),
    [
        ("ESSAY", "so\x00 it is \ud83d", "so it is ?"),
        ("SHORT_TEXT", "\ud800", "?"),
        ("NUMERIC", "9.81 m\udfff", "9.81 m?"),
        ("FILL_BLANKS", {"verb": "\x00SELECT\ud83d"}, {"verb": "SELECT?"}),
    ],
)
def test_no_answer_is_lost_for_a_character_that_nobody_sees(taker, type_, said, kept):
    attempt = begin(make_published_quiz((type_,)), taker)

    answer(attempt, attempt.questions.get(), said)

    assert attempt.questions.get().response == kept
    assert submit_attempt(attempt, at=now()).status == AttemptStatus.SUBMITTED


def test_all_right_is_worth_all_marks_that_need_nobody(taker):
    quiz = make_published_quiz(tuple(WRITTEN))
    attempt = begin(quiz, taker)

    for asked in attempt.questions.select_related("version"):
        answer(attempt, asked, right(asked))
    attempt = submit_attempt(attempt, at=now())

    assert attempt.status == AttemptStatus.SUBMITTED
    assert (attempt.score, attempt.max_score, attempt.pending_count) == (8, 11, 0)
    assert set(attempt.questions.values_list("is_correct", flat=True)) == {True, False}


def test_what_a_person_has_to_look_at_waits(taker):
    quiz = make_published_quiz(("ESSAY", "SINGLE"))
    attempt = begin(quiz, taker)
    for asked in attempt.questions.select_related("version"):
        answer(attempt, asked, right(asked) or "My thoughts on it.")

    attempt = submit_attempt(attempt, at=now())

    assert (attempt.score, attempt.pending_count) == (Decimal(1), 1)


def test_there_is_one_open_attempt_and_it_goes_on(taker):
    quiz = make_published_quiz()

    first, is_new = start_attempt(quiz, by=taker, at=now(), seed=1)
    again, is_new_again = start_attempt(quiz, by=taker, at=now(), seed=2)

    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    assert Event.objects.filter(name="quizzes.attempt_started").count() == 1


def test_an_attempt_keeps_the_versions_that_it_began_with(taker):
    quiz = make_published_quiz(("TRUE_FALSE",))
    question = quiz.quiz_questions.get().question
    attempt = begin(quiz, taker)
    turned, _none = kind_of("TRUE_FALSE").read({"text": "Turned round?", "answer": False})

    revise_question(question, outline=turned, facts=Facts(), by=None, at=now(), seed=1)
    (asked,) = attempt.questions.select_related("version")
    answer(attempt, asked, right(asked))

    assert asked.version.number == 1
    assert submit_attempt(attempt, at=now()).score == 1
    assert begin(quiz, taker).questions.get().version.number == 2


def test_an_older_revision_never_wins(taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    (asked,) = attempt.questions.all()

    answer(attempt, asked, "newer", revision=5)
    stale = answer(attempt, asked, "older", revision=4)
    same = answer(attempt, asked, "newer", revision=5)

    assert (stale.is_stale, same.is_stale) == (True, False)
    assert attempt.questions.get().response == "newer"


def test_without_a_revision_the_newest_arrival_wins(taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    (asked,) = attempt.questions.all()

    answer(attempt, asked, "one")
    answer(attempt, asked, "two")

    assert (attempt.questions.get().response, attempt.questions.get().revision) == ("two", 2)


def test_feedback_at_once_locks_the_answer(taker):
    attempt = begin(make_published_quiz(("SINGLE",), feedback=Feedback.AT_ONCE), taker)
    (asked,) = attempt.questions.select_related("version")
    wrong = next(each.pk for each in asked.version.choices.all() if not each.is_correct)

    saved = answer(attempt, asked, [wrong])

    assert saved.asked.is_correct is False
    with pytest.raises(AnswerLocked):
        answer(attempt, asked, right(asked))


@pytest.mark.parametrize("raw", [[0], ["x"], {"a": 1}, [True], [[1]], 7])
def test_what_is_no_choice_of_this_question_is_refused(taker, raw):
    attempt = begin(make_published_quiz(("SINGLE",)), taker)
    (asked,) = attempt.questions.all()

    with pytest.raises(UnusableAnswer):
        answer(attempt, asked, raw)
    assert attempt.questions.get().response is None


def test_a_choice_of_another_question_is_refused(taker):
    attempt = begin(make_published_quiz(("SINGLE", "SINGLE")), taker)
    first, second = attempt.questions.select_related("version")

    with pytest.raises(UnusableAnswer):
        answer(attempt, first, right(second))


def test_nothing_is_answered_after_handing_in(taker):
    attempt = begin(make_published_quiz(), taker)
    (asked, _other) = attempt.questions.select_related("version")
    first = submit_attempt(attempt, at=now())

    with pytest.raises(AlreadySubmitted):
        answer(attempt, asked, right(asked))
    again = submit_attempt(attempt, at=now() + timedelta(hours=1))
    assert (again.score, again.ended_at) == (first.score, first.ended_at)
    assert Event.objects.filter(name="quizzes.attempt_submitted").count() == 1


def test_attempts_are_counted(taker):
    quiz = make_published_quiz(attempts_allowed=1)
    submit_attempt(begin(quiz, taker), at=now())

    with pytest.raises(NoAttemptsLeft):
        begin(quiz, taker)


@pytest.mark.parametrize(
    ("window", "refusal"),
    [
        ({"opens_at": timedelta(hours=1)}, NotOpenYet),
        ({"opens_at": -timedelta(hours=2), "closes_at": -timedelta(hours=1)}, Closed),
    ],
)
def test_outside_of_its_window_nobody_begins(taker, window, refusal):
    quiz = make_published_quiz()
    for name, shift in window.items():
        setattr(quiz, name, now() + shift)
    quiz.save()

    with pytest.raises(refusal):
        begin(quiz, taker)


def test_a_draft_is_not_taken_but_what_was_begun_goes_on(taker):
    quiz = make_published_quiz()
    attempt = begin(quiz, taker)
    unpublish_quiz(quiz, by=quiz.author, at=now())
    quiz.refresh_from_db()

    assert begin(quiz, taker) == attempt
    with pytest.raises(NotOpenYet):
        begin(quiz, UserFactory())


def test_a_quiz_of_a_track_is_for_those_who_are_on_it():
    track = make_track(projects=0)
    quiz = make_published_quiz(track=track)

    with pytest.raises(NotEnrolled):
        begin(quiz, UserFactory())
    assert begin(quiz, enrolled(track)).is_open


def test_retired_questions_are_not_asked(taker):
    quiz = make_published_quiz(("SINGLE",))
    retire_question(quiz.quiz_questions.get().question, by=None, at=now())

    with pytest.raises(NothingToAsk):
        begin(quiz, taker)


def test_outcomes_flow_to_the_bank(taker):
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE"))
    attempt = begin(quiz, taker)
    first, _second = attempt.questions.select_related("version")
    answer(attempt, first, right(first), seconds=12)

    submit_attempt(attempt, at=now())

    sums = VersionStatistics.objects.get()
    assert (sums.version_id, sums.answers, sums.share_sum) == (first.version_id, 1, 1.0)
    assert (sums.timed, sums.seconds_sum) == (1, 12.0)


def test_fifty_questions_cost_as_many_queries_as_five(taker):
    counted = []
    for size in (5, 50):
        quiz = make_published_quiz(("MULTIPLE",) * size)
        with CaptureQueriesContext(connection) as began:
            attempt = begin(quiz, taker)
        asked = attempt.questions.select_related("version").first()
        with CaptureQueriesContext(connection) as answered:
            answer(attempt, asked, None)
        with CaptureQueriesContext(connection) as submitted:
            submit_attempt(attempt, at=now())
        counted.append((len(began), len(answered), len(submitted)))
    assert counted[0] == counted[1]
    assert Attempt.objects.ended().count() == 2


def test_questions_drawn_by_rule_are_the_same_for_the_same_seed(taker):
    subject = Subject.objects.create(code="sql", name="SQL")
    for _ in range(8):
        make_question(subject=subject)
    quiz = make_published_quiz(("TRUE_FALSE",))
    rule = DrawRule(count=3, subject=subject, difficulty="medium")
    set_draw_rules(quiz, rules=[rule], by=quiz.author, at=now())

    draws = [
        [each.version.question_id for each in dealt_questions(quiz, seed=seed)]
        for seed in (1, 1, 2)
    ]

    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == 4
