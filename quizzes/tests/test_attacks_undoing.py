"""Imports taken back when the world has gone on: places that are gone, answers that come in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.clock import now
from core.jobs.running import run_job
from core.tests.answers import error_of
from questions.actions import importing
from questions.actions.many import place_many
from questions.models import Chapter, Question, Subject
from quizzes.actions.authoring import Asked, set_questions
from quizzes.tests.factories import begin, make_published_quiz

COLUMNS = "type,text,reference,correct,choice_1,choice_2,subject,chapter\n"

# What the database finds out when a transaction ends is found out here too.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def places():
    sql = Subject.objects.create(code="sql", name="SQL")
    for name in ("Joins", "Views", "Keys"):
        Chapter.objects.create(subject=sql, name=name)
    return sql


def imported(api, text, chapter):
    row = f"SINGLE,{text},r-1,1,Two,Three,sql,{chapter}\n"
    file = SimpleUploadedFile("questions.csv", f"{COLUMNS}{row}".encode())
    answer = api.post("/api/questions/import/", {"file": file}, format="multipart")
    run_job(answer.json()["id"])
    return api.get(f"/api/jobs/{answer.json()['id']}/").json()["result"]["import"]


def undo(api, key):
    return api.post(f"/api/questions/imports/{key}/undo/")


def test_a_question_stays_where_it_is_if_its_former_chapter_is_gone(api_of, trainer, places):
    api = api_of(trainer)
    imported(api, "How many?", "Joins")
    second = imported(api, "How few?", "Views")
    Chapter.objects.get(name="Joins").delete()

    answer = undo(api, second)

    assert (answer.status_code, answer.json()["undo"]["restored"]) == (200, 1)
    question = Question.objects.get()
    assert question.versions.get().text == "How many?"
    assert question.chapter.name == "Views"


def test_a_question_that_somebody_has_moved_since_stays_where_they_put_it(api_of, trainer, places):
    api = api_of(trainer)
    imported(api, "How many?", "Joins")
    second = imported(api, "How few?", "Views")
    keys = Chapter.objects.get(name="Keys")
    place_many(Question.objects.all(), subject=places, chapter=keys, by=trainer, at=now())

    assert error_of(undo(api, second)) == (409, "CONFLICT")
    question = Question.objects.get()
    assert (question.newest, question.chapter) == (2, keys)


def test_what_is_asked_in_that_very_moment_is_told_in_words(
    api_of, trainer, student, places, monkeypatch
):
    api = api_of(trainer)
    imported(api, "How many?", "Joins")
    second = imported(api, "How few?", "Joins")
    question = Question.objects.get()
    quiz = make_published_quiz(author=trainer)
    set_questions(quiz, asked=[Asked(question)], by=trainer, at=now())
    begin(quiz, student)
    # As if the answer had come in after one had looked.
    monkeypatch.setattr(importing, "held_among", lambda *_looked_at: set())

    assert error_of(undo(api, second)) == (409, "CONFLICT")
    question.refresh_from_db()
    assert question.newest == 2
