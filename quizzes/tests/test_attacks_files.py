"""Files as answers: nobody fills the disk, and nobody loses an answer for one."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.clock import now
from core.files.actions import purge
from core.files.models import StoredFile
from core.files.purposes import MB
from core.tests.races import at_once
from curriculum.errors import StorageFull
from questions.showing import field_name
from quizzes.actions.answer_files import keep_answer_file
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.errors import AlreadySubmitted
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db


def upload(size=20, name="plan.md"):
    return SimpleUploadedFile(name, b"a" * size)


def begun(student, types=("FILE_UPLOAD",)):
    return start_attempt(make_published_quiz(types), by=student, at=now(), seed=3)[0]


def keep(attempt, size=20):
    return keep_answer_file(attempt, content=upload(size), name="plan.md", at=now())


def send(api, attempt, size):
    where = f"/api/quiz/attempts/{attempt.pk}/files/"
    return api.post(where, {"file": upload(size)}, format="multipart")


def test_nobody_fills_more_than_their_room_with_answers(api_of, student, settings):
    settings.STUDENT_FILES_MB = 1
    attempt, api = begun(student), api_of(student)

    assert send(api, attempt, MB // 2).status_code == 201
    full = send(api, attempt, MB // 2 + 1)

    assert (full.status_code, full.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_files_that_do_not_fit_together_one_is_refused(student, settings):
    settings.STUDENT_FILES_MB = 1
    attempt = begun(student)

    def one():
        try:
            keep(attempt, 600_000)
        except StorageFull:
            return "full"
        return "kept"

    assert sorted(at_once(one, one)) == ["full", "kept"]


def test_no_file_comes_in_after_handing_in(student):
    attempt = begun(student)
    submit_attempt(attempt, at=now())

    with pytest.raises(AlreadySubmitted):
        keep(attempt)


def test_what_no_answer_names_goes_after_a_day(student):
    attempt = begun(student)
    named, replaced = keep(attempt), keep(attempt)
    asked = attempt.questions.get()
    for file in (replaced, named):
        save_answer(attempt, question=asked.question_id, raw=[str(file.pk)], at=now())

    purge(at=now())
    assert StoredFile.objects.count() == 2
    purge(at=now() + timedelta(days=2))

    assert list(StoredFile.objects.all()) == [named]


def test_a_file_that_is_not_taken_loses_no_other_answer_of_a_form(client_of, student):
    attempt = begun(student, ("FILE_UPLOAD", "SHORT_TEXT"))
    file, words = attempt.questions.order_by("version__type")
    form = {
        field_name(words.question_id): "an answer",
        f"{field_name(file.question_id)}-new": upload(name="run.exe"),
    }

    page = client_of(student).post(f"/attempts/{attempt.pk}/", form)

    assert page.status_code == 422
    assert "run.exe" in page.content.decode()
    words.refresh_from_db()
    assert words.response == "an answer"


def test_a_form_without_scripts_takes_a_file_as_large_as_may_be(client_of, student):
    attempt = begun(student)
    asked = attempt.questions.get()
    form = {f"{field_name(asked.question_id)}-new": upload(9 * MB)}

    assert client_of(student).post(f"/attempts/{attempt.pk}/", form).status_code == 302

    asked.refresh_from_db()
    assert len(asked.response) == 1
