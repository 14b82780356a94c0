"""A copy of what somebody took and wrote, and what is left of it when they are gone."""

import json
import zipfile
from contextlib import closing
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.leaving import close_account, erase_account, start_export
from accounts.models import User
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.files.models import StoredFile
from core.jobs.models import Job
from core.jobs.running import run_job
from questions.models import Question, VersionStatistics
from questions.tests.factories import make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.authoring import make_quiz
from quizzes.models import Attempt, AttemptQuestion, Feedback, Generation, Quiz
from quizzes.own_data import collect
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def taken(quiz, student, *, is_handed_in=True):
    attempt, _is_new = start_attempt(quiz, by=student, at=now(), seed=1)
    for asked in attempt.questions.select_related("version"):
        save_answer(attempt, question=asked.question_id, raw=right(asked), at=now())
    return submit_attempt(attempt, at=now()) if is_handed_in else attempt


def copy_of(user):
    job = start_export(user, caller=Caller(), at=now())
    run_job(job.pk)
    file = StoredFile.objects.get(pk=Job.objects.get(pk=job.pk).result["file"])
    with default_storage.open(file.place) as content, closing(BytesIO(content.read())) as packed:
        archive = zipfile.ZipFile(packed)
        return {
            name.removeprefix("apranova/"): json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json")
        }


def erase(user):
    closing_ = close_account(user, caller=Caller(), at=now())
    assert erase_account(closing_.pk, at=now() + timedelta(days=60))


def generation_of(trainer, quiz):
    return Generation.objects.create(
        owner=trainer, quiz=quiz, type="PROMPT", wish={"prompt": "Joins"}, created_at=now()
    )


def test_a_student_gets_every_answer_in_words(student):
    quiz = make_published_quiz(("SINGLE", "MATCHING", "NUMERIC"), is_shuffled=False)
    taken(quiz, student)
    (attempt,) = copy_of(student)["learning/quizzes.json"]
    assert (attempt["quiz"], attempt["status"]) == ("A little quiz", "submitted")
    assert attempt["score"] == attempt["max_score"]
    assert [each["response"] for each in attempt["answers"]] == [
        ["Right"],
        {"GET": "reads", "POST": "adds"},
        "9.81 m/s²",
    ]


@pytest.mark.parametrize(
    ("facts", "is_handed_in"),
    [
        ({}, False),
        ({"feedback": Feedback.AFTER_CLOSING, "closes_at": now() + timedelta(days=3)}, True),
    ],
)
def test_a_copy_tells_no_more_than_the_pages_do(student, facts, is_handed_in):
    taken(make_published_quiz(**facts), student, is_handed_in=is_handed_in)
    found = copy_of(student)
    (attempt,) = found["learning/quizzes.json"]
    assert attempt["score"] is None
    assert {each["score"] for each in attempt["answers"]} == {None}
    assert "Because it is so." not in json.dumps(found)


def test_a_trainer_gets_what_they_wrote_and_asked_for(trainer):
    quiz = make_published_quiz(author=trainer)
    generation_of(trainer, quiz)
    found = copy_of(trainer)
    assert [each["title"] for each in found["teaching/quizzes.json"]] == ["A little quiz"]
    assert [each["wish"] for each in found["teaching/generations.json"]] == [{"prompt": "Joins"}]
    single, true_or_false = found["teaching/questions.json"]
    assert single["choices"][0] == {"text": "Right", "correct": True}
    assert true_or_false["answer"] is True


def test_attempts_go_with_their_student_and_sums_stay(student):
    quiz = make_published_quiz()
    taken(quiz, student)
    answers = sum(VersionStatistics.objects.values_list("answers", flat=True))
    erase(student)
    assert not User.objects.filter(pk=student.pk).exists()
    assert not Attempt.objects.exists()
    assert not AttemptQuestion.objects.exists()
    assert sum(VersionStatistics.objects.values_list("answers", flat=True)) == answers > 0


def test_what_others_use_stays_without_the_trainers_name(student):
    trainer = UserFactory(trainer=True)
    published = make_published_quiz(author=trainer)
    draft = make_quiz(title="Not yet", by=trainer, at=now())
    generation_of(trainer, draft)
    taken(published, student)
    Question.objects.filter(quiz_questions__quiz=published).update(is_shared=False)
    private = make_question(owner=trainer, is_shared=False)
    shared = make_question(owner=trainer)

    erase(trainer)

    assert set(Quiz.objects.all()) == {published}
    assert Quiz.objects.get().author is None
    assert not Generation.objects.exists()
    assert not Question.objects.filter(pk=private.pk).exists()
    assert Question.objects.get(pk=shared.pk).owner is None
    assert published.quiz_questions.count() == 2
    assert Attempt.objects.exists()


def test_it_asks_the_same_for_any_number_of_attempts(student):
    def queries():
        with CaptureQueriesContext(connection) as found:
            for document in collect(student):
                list(document.content)
        return len(found)

    taken(make_published_quiz(), student)
    one = queries()
    for _each in range(3):
        taken(make_published_quiz(("SINGLE", "MULTIPLE", "ORDERING")), student)
    assert queries() == one
