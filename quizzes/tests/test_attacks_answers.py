"""What a student may send as an answer, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from core.clock import now
from questions.kinds import kind_of
from questions.kinds.numeric import number_and_unit
from quizzes.actions.abandoning import abandon_left_alone
from quizzes.actions.attempts import start_attempt, submit_attempt
from quizzes.models import Attempt, AttemptStatus, Feedback, Quiz
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db

# A thousand spaces took a minute and more, and ten times as many a thousand times as long.
A_LONG_WAY = f"1{' ' * 20_000}{'!' * 40}"


def begun(quiz, student):
    return start_attempt(quiz, by=student, at=now(), seed=3)[0]


def test_a_number_with_words_that_are_no_unit_holds_no_process(client_of, student):
    attempt = begun(make_published_quiz(("NUMERIC",)), student)
    name = f"q{attempt.questions.get().question_id}"

    page = client_of(student).post(
        reverse("attempt", args=[attempt.pk]), {name: A_LONG_WAY, f"{name}-unit": "m"}
    )

    assert page.status_code == 422
    assert "Answer with a number such as 0.5" in page.content.decode()


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("9.81 m/s²", ("9.81", "m/s²")),
        (" 1 000 kg ", ("1 000", "kg")),
        ("-1.5e-3", ("-1.5e-3", "")),
        (".5%", (".5", "%")),
        ("1.5 2", ("1.5 2", "")),
        ("metres", ("metres", "")),
    ],
)
def test_a_number_and_its_unit_are_told_apart(said, parts):
    assert number_and_unit(said) == parts


@pytest.fixture
def overtaken(student):
    """One attempt is handed in, another one is open when the quiz closes and tells the keys."""
    later = now() + timedelta(hours=1)
    quiz = make_published_quiz(("SINGLE",), feedback=Feedback.AFTER_CLOSING, closes_at=later)
    submit_attempt(begun(quiz, student), at=now())
    attempt = begun(quiz, student)
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=now())
    return attempt


def test_whoever_waits_for_the_closing_learns_the_keys_and_answers_no_more_by_api(
    api_of, overtaken
):
    asked, base = overtaken.questions.get(), f"/api/quiz/attempts/{overtaken.pk}"
    api = api_of(overtaken.student)

    answered = api.post(
        f"{base}/answer/", {"question": asked.question_id, "response": right(asked)}, format="json"
    )

    assert answered.status_code == 409
    assert answered.json()["error"]["code"] == "ALREADY_SUBMITTED"
    ended = api.get(f"{base}/").json()
    assert (ended["status"], ended["score"]) == ("submitted", 0)


def test_whoever_waits_for_the_closing_answers_no_more_by_page(client_of, overtaken):
    asked, client = overtaken.questions.get(), client_of(overtaken.student)
    page = reverse("attempt", args=[overtaken.pk])

    form = client.get(page, follow=True).content.decode()
    assert "This quiz has closed" in form
    assert "Keep working" not in form
    sent = client.post(page, {f"q{asked.question_id}": right(asked)}, follow=True)

    assert "This attempt is handed in" in sent.content.decode()
    assert Attempt.objects.get(pk=overtaken.pk).score == 0


def test_what_a_closing_overtook_is_handed_in_by_itself(overtaken):
    asked = overtaken.questions.get()
    asked.response = right(asked)
    asked.save()

    assert abandon_left_alone(at=now()) == 1

    overtaken.refresh_from_db()
    assert (overtaken.status, overtaken.score) == (AttemptStatus.SUBMITTED, 1)


def test_a_closing_that_tells_nothing_new_lets_whoever_began_go_on(api_of, student):
    quiz = make_published_quiz(("SINGLE",), closes_at=now() + timedelta(hours=1))
    attempt = begun(quiz, student)
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=now())
    asked = attempt.questions.get()

    answered = api_of(student).post(
        f"/api/quiz/attempts/{attempt.pk}/answer/",
        {"question": asked.question_id, "response": right(asked)},
        format="json",
    )

    assert answered.status_code == 200
    assert abandon_left_alone(at=now()) == 0


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("LEFT\u200b JOIN", "left join"),
        ("left join", "left\u00a0jo\u2060in\ufeff"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_what_nobody_sees_makes_no_answer_wrong(accepted, said):
    kind = kind_of("SHORT_TEXT")
    outline, problems = kind.read({"text": "Which?", "accepted": [accepted]})

    assert not problems
    assert kind.grade(outline, said).is_correct


@pytest.mark.parametrize(
    ("type_", "written"),
    [
        ("SINGLE", {"choices": [{"text": "yes", "correct": True}, {"text": "y\u200bes"}]}),
        ("ORDERING", {"items": ["one", "o\u2060ne"]}),
        (
            "MATCHING",
            {"pairs": [{"left": "a", "right": "x"}, {"left": "a\ufeff", "right": "y"}]},
        ),
        ("SHORT_TEXT", {"accepted": ["\u200b"]}),
    ],
)
def test_two_that_look_the_same_or_like_nothing_are_no_question(type_, written):
    outline, problems = kind_of(type_).read({"text": "Which?", **written})

    assert outline is None
    assert problems
