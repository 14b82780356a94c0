"""Sound bodies in which one thing is not: whatever takes its place is refused, or means something.

A body that is wrong all over is refused at its first field. These get as far as what is odd.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import sign_in_browser
from questions.models import Subject
from questions.tests.factories import make_question
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db

DEEP: list[Any] = []
for _level in range(45):
    DEEP = [DEEP]
ODD: tuple[Any, ...] = (
    *(None, -1, 10**400, 1e308, "", "\x00", "\ud800", "9" * 5_000),
    *([], {}, [{}], [None], {"": ""}, DEEP),
)


def changed(body: Any) -> Iterator[Any]:
    """The body with each thing in it replaced by each odd one."""
    yield from ODD
    if isinstance(body, dict):
        for name, value in body.items():
            yield from ({**body, name: other} for other in changed(value))
    if isinstance(body, list):
        for place, value in enumerate(body):
            others = changed(value)
            yield from ([*body[:place], other, *body[place + 1 :]] for other in others)


@pytest.fixture
def body(trainer):
    Subject.objects.create(code="sql", name="SQL")
    rule = {"count": 1, "subject": "sql", "chapter": None, "difficulty": "easy"}
    return {
        "title": "Joins",
        "track": None,
        "project": None,
        "attempts_allowed": 1,
        "feedback": "after_submit",
        "opens_at": "2026-11-20T10:15:30Z",
        "questions": [{"id": make_question(owner=trainer).pk, "marks": 2}],
        "draw_rules": [{**rule, "types": ["SINGLE"], "tags": ["joins"]}],
    }


def test_a_quiz_in_which_one_thing_is_odd_is_no_fault(trainer, body):
    client = Client(raise_request_exception=False)
    sign_in_browser(client, trainer)
    address = f"/api/quiz/quizzes/{make_published_quiz(author=trainer).pk}/"
    assert client.patch(address, body, content_type="application/json").status_code == 200

    faults = [
        json.dumps(each)[:200]
        for each in changed(body)
        if client.patch(address, json.dumps(each), content_type="application/json").status_code
        >= 500
    ]

    assert faults == []


@pytest.mark.parametrize(
    ("part", "missing"),
    [
        ({"questions": [{"marks": 2}]}, {"questions.0.id"}),
        ({"draw_rules": [{}]}, {"draw_rules.0.count", "draw_rules.0.subject"}),
    ],
)
def test_what_stands_in_a_list_is_whole_though_parts_are_changed(api_of, trainer, part, missing):
    address = f"/api/quiz/quizzes/{make_published_quiz(author=trainer).pk}/"

    answer = api_of(trainer).patch(address, part, format="json")

    assert (answer.status_code, set(answer.json()["error"]["details"])) == (400, missing)
