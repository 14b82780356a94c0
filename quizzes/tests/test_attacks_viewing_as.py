"""Staff in the name of somebody: they see what that person sees, and write nothing."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.test import Client

from accounts.permissions import read_table
from accounts.tests.test_impersonation import acting
from core.clock import now
from core.files.models import StoredFile
from core.jobs.models import Job
from questions.tests.factories import make_question
from quizzes.actions.attempts import start_attempt
from quizzes.tests.factories import make_published_quiz
from quizzes.tests.generation import asked, done

pytestmark = pytest.mark.django_db

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# What writes nothing, whoever asks: an answer that is tried out, a text that is looked at.
NOTHING_KEPT = ("/try/", "/preview/")


def kept():
    """Every row of quizzes and questions, of files and of jobs, as the database has it."""
    models = [*apps.get_app_config("questions").get_models()]
    models += [*apps.get_app_config("quizzes").get_models(), StoredFile, Job]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}


def world_of(trainer, student):
    generation = done(asked(trainer))
    quiz = make_published_quiz(author=trainer)
    attempt = start_attempt(quiz, by=student, at=now(), seed=3)[0]
    listed = generation.quiz.quiz_questions.first().question_id
    return {
        "own-question": make_question(owner=trainer).pk,
        "shared-question": make_question().pk,
        "first": 1,
        "quiz": quiz.pk,
        "own-quiz": generation.quiz_id,
        "quiz-question": listed,
        "own-attempt": attempt.pk,
        "its-question": attempt.questions.first().question_id,
        "its-taker": student.pk,
        "its-answer": attempt.questions.first().pk,
        "own-generation": generation.pk,
    }


def writes_on(names):
    for line in read_table():
        named = set(re.findall(r"{([^}]+)}", line.address))
        about = "question" in line.address or "quiz" in line.address or "attempt" in line.address
        if line.method in WRITES and about and named <= names.keys():
            yield line.method, re.sub(r"{([^}]+)}", lambda name: str(names[name[1]]), line.address)


@pytest.mark.parametrize("role", ["trainer", "student"])
def test_nothing_is_answered_begun_handed_in_or_written_in_anothers_name(
    role, admin, trainer, student
):
    names = world_of(trainer, student)
    client = Client(raise_request_exception=False)
    acting(client, admin, trainer if role == "trainer" else student)
    before = kept()

    answers = {}
    for method, address in writes_on(names):
        given = {"title": "In another's name", "do": "save", "sound": "1", "score": "1"}
        body = {"content_type": "application/json"} if address.startswith("/api/") else {}
        answers[method, address] = client.generic(method, address, **body).status_code
        if method == "POST" and not body:
            answers[method, address, "form"] = client.post(address, given).status_code

    assert len(answers) > 60
    written = {
        key: status
        for key, status in answers.items()
        if status < 400 and not any(part in key[1] for part in NOTHING_KEPT)
    }
    assert written == {}
    assert kept() == before


def test_what_is_looked_at_in_anothers_name_is_what_they_see(admin, student, trainer):
    names = world_of(trainer, student)
    client = Client()
    acting(client, admin, student)

    page = client.get(f"/attempts/{names['own-attempt']}/")

    assert page.status_code == 200
    assert "<quiz-attempt" not in page.content.decode()
