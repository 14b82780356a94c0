"""What a student may send as an answer, and when."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.clock import now
from questions.kinds.numeric import number_and_unit
from quizzes.actions.attempts import start_attempt
from quizzes.tests.factories import make_published_quiz

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
