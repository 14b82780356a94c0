"""Requests that no page and no app of ours would send, to every address of quizzes and questions.

Whatever comes is refused, passed over or not there: nothing of it is a fault of ours.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.permissions import read_table
from accounts.tests.factories import sign_in_browser
from core.clock import now
from questions.kinds import KINDS
from questions.tests.factories import make_question
from quizzes.actions.attempts import start_attempt
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db

# Nothing, half a character, more than 64 bits, a digit that is none of ours, marks of order.
ODD = ("\x00", "\ud800", "9" * 30, "-1", "\u0660", "1e400\u202e")
ASKED_FOR = (
    *("page", "page_size", "ordering", "search", "q", "sort", "status", "type", "difficulty"),
    *("subject", "chapter", "owner", "author", "track", "project", "tag", "quiz", "student"),
    *("question_type", "format", "id", "place", "whose", "flag", "who", "of", "as"),
    *("from", "to", "removed", "marks", "state"),
)
SENT = (
    *("title", "description", "track", "project", "attempts_allowed", "pass_percent"),
    *("closes_at", "feedback", "question", "place", "marks", "count", "subject", "chapter"),
    *("difficulty", "types", "tags", "editor", "text", "type", "kind", "choices", "accepted"),
    *("value", "units", "pairs", "items", "explanation", "status", "base", "up", "score"),
    *("sound", "revision", "response", "selected", "seconds", "do", "paste", "id", "mode"),
    *("version",),
)
BODIES = (
    ("application/json", '{"question": ' + "9" * 400 + "}"),
    ("application/json", '{"a":' * 3_000),
    ("application/json", '{"question": 1, "question": [2], "title": "a", "title": {}}'),
    ("multipart/form-data", "x"),
)
GOES = ("/delete/", "/duplicate/", "/copy/", "/undo/")
WRITES = ("POST", "PUT", "PATCH")


@pytest.fixture
def names(trainer, student):
    quiz = make_published_quiz(tuple(KINDS), author=trainer)
    attempt = start_attempt(quiz, by=student, at=now(), seed=3)[0]
    first = attempt.questions.first()
    return {
        "own-question": make_question(owner=trainer).pk,
        "quiz": quiz.pk,
        "own-quiz": quiz.pk,
        "quiz-question": first.question_id,
        "own-attempt": attempt.pk,
        "its-question": first.question_id,
        "its-taker": student.pk,
        "its-answer": first.pk,
    }


def addresses(names, *methods):
    found = {}
    for line in read_table():
        named = set(re.findall(r"{([^}]+)}", line.address))
        about = re.match(r"/(api/)?(questions|quiz|quizzes|attempts)/", line.address)
        if about and line.method in methods and named <= names.keys():
            address = re.sub(r"{([^}]+)}", lambda name: str(names[name[1]]), line.address)
            found[line.method, address] = None
    return [each for each in found if not each[1].endswith(GOES)]


def turns(names):
    """Each name with another odd value, and once more with yet another."""
    for turn in (0, 3):
        yield {name: ODD[(number + turn) % len(ODD)] for number, name in enumerate(names)}


def written(values):
    return "&".join(
        f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items()
    )


def bodies_for(address, names):
    yield from BODIES
    answer = f"q{names['its-question']}"
    for values in turns((*SENT, answer, f"{answer}-revision")):
        if address.startswith("/api/"):
            yield "application/json", json.dumps(values)
            yield "application/json", json.dumps({name: [{"a": v}] for name, v in values.items()})
        else:
            yield "application/x-www-form-urlencoded", written(values)


def fine(answer):
    return answer.status_code < 500


@pytest.mark.parametrize("role", ["trainer", "student"])
def test_what_is_asked_for_in_no_sound_way_is_no_fault(role, names, trainer, student):
    client = Client(raise_request_exception=False)
    sign_in_browser(client, trainer if role == "trainer" else student)
    asked = addresses(names, "GET")
    faults = [
        (address, values)
        for _method, address in asked
        for values in turns(ASKED_FOR)
        if not fine(client.get(f"{address}?{written(values)}"))
    ]
    faults += [
        (address, method)
        for _method, address in asked
        for method in ("OPTIONS", "PROPFIND")
        if not fine(client.generic(method, address))
    ]

    assert len(asked) > 20
    assert faults == []


@pytest.mark.parametrize(("role", "part"), [("trainer", "/"), ("student", "attempts/")])
def test_what_is_sent_in_no_sound_way_is_no_fault(role, part, names, trainer, student):
    """Students send to attempts; all else is refused to them before it is read."""
    client = Client(raise_request_exception=False)
    sign_in_browser(client, trainer if role == "trainer" else student)
    sent_to = [each for each in addresses(names, *WRITES) if part in each[1]]
    faults = [
        (method, address, type_, str(body)[:60])
        for method, address in sent_to
        for type_, body in bodies_for(address, names)
        if not fine(client.generic(method, address, body, content_type=type_))
    ]

    assert len(sent_to) > 4
    assert faults == []
