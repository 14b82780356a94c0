"""Having a quiz made, by API."""

import pytest

from accounts.tests.factories import UserFactory
from core.jobs.models import Job
from core.jobs.running import run_job
from core.tests.answers import error_of
from quizzes.models import Generation, Quiz
from quizzes.tests.generation import TEXT

GENERATE = "/api/quiz/quizzes/generate/"
WISH = {
    "title": "Indexes",
    "prompt": "",
    "generation_type": "SOURCE_TEXT",
    "num_questions": 5,
    "source_text": TEXT,
}

pytestmark = pytest.mark.django_db


def ask(api, **change):
    return api.post(GENERATE, {**WISH, **change}, format="json")


def test_a_draft_is_there_at_once_and_a_job_fills_it(api_of, trainer):
    answer = ask(api_of(trainer))

    assert answer.status_code == 202
    assert answer.json()["quiz"]["status"] == "draft"
    job = answer.json()["job"]
    assert (job["kind"], job["status"], job["progress"]) == ("quizzes.generate", "queued", 0)
    run_job(job["id"])
    after = api_of(trainer).get(f"/api/quiz/generations/{job['id']}/").json()
    assert (after["status"], after["progress"]) == ("succeeded", 100)
    assert after["result"]["saved"] == after["result"]["asked"] == 5
    quiz = api_of(trainer).get(f"/api/quiz/quizzes/{answer.json()['quiz']['id']}/").json()
    assert len(quiz["questions"]) == 5
    assert all(each["explanation"] and each["status"] == "draft" for each in quiz["questions"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"num_questions": 0}, "num_questions"),
        ({"num_questions": 51}, "num_questions"),
        ({"num_questions": "many"}, "num_questions"),
        ({"generation_type": "MAGIC"}, "generation_type"),
        ({"generation_type": "PROMPT"}, "prompt"),
        ({"generation_type": "WEB_SEARCH", "prompt": " "}, "prompt"),
        ({"generation_type": "FILE"}, "file"),
        ({"source_text": "Too short."}, "source_text"),
        ({"source_text": "x" * 200_001}, "source_text"),
        ({"prompt": "x" * 10_001}, "prompt"),
        ({"difficulty": "brutal"}, "difficulty"),
        ({"question_types": ["ESSAY"]}, "question_types"),
        ({"question_types": "SINGLE"}, "question_types"),
        ({"language": "xx"}, "language"),
        ({"subject": "nothing"}, "subject"),
        ({"subject": "sql\x00"}, "subject"),
        ({"chapter": 999_999}, "chapter"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(api_of, trainer, change, field):
    answer = ask(api_of(trainer), **change)

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert field in {name.partition(".")[0] for name in answer.json()["error"]["details"]}
    assert not Quiz.objects.exists()
    assert not Job.objects.exists()


def test_only_those_who_teach_have_quizzes_made(api, api_of, student, trainer, admin):
    assert error_of(ask(api)) == (401, "NOT_AUTHENTICATED")
    assert error_of(ask(api_of(student))) == (403, "PERMISSION_DENIED")
    assert ask(api_of(admin)).status_code == 202
    job = ask(api_of(trainer)).json()["job"]["id"]
    path = f"/api/quiz/generations/{job}/"
    assert error_of(api.get(path)) == (401, "NOT_AUTHENTICATED")
    assert error_of(api_of(student).get(path)) == (403, "PERMISSION_DENIED")
    assert api_of(admin).get(path).status_code == 200


def test_others_find_no_generation_of_a_trainer(api_of, trainer):
    job = ask(api_of(trainer)).json()["job"]["id"]

    answer = api_of(UserFactory(trainer=True)).get(f"/api/quiz/generations/{job}/")

    assert error_of(answer) == (404, "NOT_FOUND")


def test_without_a_key_a_prompt_is_told_what_to_set(api_of, student, trainer, settings):
    settings.GEMINI = {"url": "", "key": "", "is_sandbox": False}
    wish = {"generation_type": "PROMPT", "prompt": "Joins in SQL"}

    answer = ask(api_of(trainer), **wish)

    assert error_of(answer) == (503, "AI_NOT_CONFIGURED")
    assert "GOOGLE_GEMINI_API_KEY" in answer.json()["error"]["message"]
    assert not Quiz.objects.exists()
    assert error_of(ask(api_of(student), **wish))[0] == 403
    assert error_of(ask(api_of(trainer), **wish, num_questions=51))[0] == 400
    assert ask(api_of(trainer)).status_code == 202


def test_a_generation_is_found_by_its_own_id_too(api_of, trainer):
    job = ask(api_of(trainer)).json()["job"]["id"]
    generation = Generation.objects.get(job=job)

    answer = api_of(trainer).get(f"/api/quiz/generations/{generation.pk}/")

    assert answer.json()["id"] == job
