"""How a subject goes, for a student and for those who teach; and all that somebody attempted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.models import Chapter, Subject, VersionStatistics
from questions.tests.factories import make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.authoring import Asked, make_quiz, publish_quiz, set_questions
from quizzes.models import Feedback, Quiz
from quizzes.tests.factories import make_published_quiz, right

ATTEMPTS = "/api/users/attempts/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject():
    return Subject.objects.create(code="sql", name="SQL")


@pytest.fixture
def chapter(subject):
    return Chapter.objects.create(subject=subject, name="Joins", position=1)


def progress(api, subject):
    return api.get(f"/api/subjects/{subject.pk}/progress/")


def analytics(api, subject, query=""):
    return api.get(f"/api/subjects/{subject.pk}/analytics/{query}")


def quiz_of(trainer, *questions, **facts):
    quiz = make_quiz(title="Joins", by=trainer, at=now(), **facts)
    set_questions(quiz, asked=[Asked(each) for each in questions], by=trainer, at=now())
    return publish_quiz(quiz, by=trainer, at=now())


def take(quiz, student, *, skipped=(), wrong=()):
    attempt, _is_new = start_attempt(quiz, by=student, at=now(), seed=1)
    for asked in attempt.questions.select_related("version"):
        raw = right(asked)
        if asked.question_id in wrong:
            raw = [each.pk for each in asked.version.choices.all() if not each.is_correct]
        if asked.question_id not in skipped:
            save_answer(attempt, question=asked.question_id, raw=raw, at=now(), seconds=10)
    return submit_attempt(attempt, at=now())


# Progress


def test_ones_own_answers_are_counted_by_chapter(api_of, student, trainer, subject, chapter):
    empty = Chapter.objects.create(subject=subject, name="Grouping", position=2)
    places = {"subject": subject, "owner": trainer}
    joins = [make_question(chapter=chapter, **places) for _ in range(3)]
    loose = make_question(**places)
    elsewhere = make_question(owner=trainer)
    quiz = quiz_of(trainer, *joins, loose, elsewhere)
    take(quiz, student, skipped=[joins[2].pk], wrong=[joins[0].pk])
    take(quiz, UserFactory())

    told = progress(api_of(student), subject).json()

    assert told == {
        "subject": {"id": subject.pk, "code": "sql", "name": "SQL"},
        "answered": 3,
        "right": 2,
        "facility": 0.6667,
        "chapters": [
            {"id": chapter.pk, "name": "Joins", "answered": 2, "right": 1, "facility": 0.5},
            {"id": empty.pk, "name": "Grouping", "answered": 0, "right": 0, "facility": None},
            {"id": None, "name": "", "answered": 1, "right": 1, "facility": 1.0},
        ],
    }


def test_before_any_answer_there_is_nothing_to_tell(api_of, student, subject, chapter):
    told = progress(api_of(student), subject).json()

    assert (told["answered"], told["facility"], len(told["chapters"])) == (0, None, 1)


def test_what_is_told_after_closing_is_not_counted_before(api_of, student, trainer, subject):
    question = make_question(subject=subject, owner=trainer)
    quiz = quiz_of(
        trainer, question, feedback=Feedback.AFTER_CLOSING, closes_at=now() + timedelta(days=1)
    )
    take(quiz, student)

    assert progress(api_of(student), subject).json()["answered"] == 0
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=now())
    assert progress(api_of(student), subject).json()["answered"] == 1


def test_an_attempt_under_way_and_an_essay_that_waits_tell_nothing(
    api_of, student, trainer, subject
):
    essay = make_question("ESSAY", subject=subject, owner=trainer)
    single = make_question(subject=subject, owner=trainer)
    attempt, _is_new = start_attempt(quiz_of(trainer, essay, single), by=student, at=now(), seed=1)
    save_answer(attempt, question=essay.pk, raw="My thoughts.", at=now())

    assert progress(api_of(student), subject).json()["answered"] == 0
    submit_attempt(attempt, at=now())
    assert progress(api_of(student), subject).json()["answered"] == 0


# Analytics


def test_those_who_teach_see_how_questions_fare(api_of, student, trainer, subject, chapter):
    easy = make_question(subject=subject, chapter=chapter, owner=trainer)
    hard = make_question(subject=subject, chapter=chapter, owner=trainer)
    hidden = make_question(subject=subject, owner=UserFactory(trainer=True), is_shared=False)
    quiz = quiz_of(trainer, easy, hard)
    take(quiz, student, wrong=[hard.pk])
    version = hard.versions.get()
    VersionStatistics.objects.filter(version=version).update(
        answers=12, share_sum=6, share_squares=6, rest_sum=6, rest_squares=6, products=1
    )

    told = analytics(api_of(trainer), subject).json()

    assert (told["questions"], told["answers"], told["flagged"]) == (2, 13, 1)
    assert told["facility"] == pytest.approx(7 / 13, abs=1e-4)
    assert told["chapters"][0]["flagged"] == 1
    items = {each["id"]: each for each in told["results"]}
    assert items.keys() == {easy.pk, hard.pk}
    assert (items[hard.pk]["facility"], items[hard.pk]["flagged"]) == (0.5, True)
    assert items[hard.pk]["discrimination"] < 0
    assert (items[easy.pk]["answers"], items[easy.pk]["seconds"]) == (1, 10.0)
    assert hidden.pk in {
        each["id"] for each in analytics(api_of(UserFactory(admin=True)), subject).json()["results"]
    }


def test_an_essay_has_no_key_that_could_be_wrong(api_of, trainer, subject):
    essay = make_question("ESSAY", subject=subject, owner=trainer)
    VersionStatistics.objects.create(
        version=essay.versions.get(),
        answers=12,
        share_sum=6,
        share_squares=6,
        rest_sum=6,
        rest_squares=6,
        products=1,
    )

    told = analytics(api_of(trainer), subject).json()

    assert told["results"][0]["discrimination"] < 0
    assert (told["flagged"], told["results"][0]["flagged"]) == (0, False)


def test_analytics_come_in_pages_and_as_many_queries(api_of, trainer, subject, chapter):
    counted = []
    for size in (2, 60):
        for _ in range(size):
            make_question(subject=subject, chapter=chapter, owner=trainer)
        with CaptureQueriesContext(connection) as queries:
            told = analytics(api_of(trainer), subject, "?page_size=100").json()
        counted.append(len(queries))
    assert told["count"] == len(told["results"]) == 62
    assert counted[0] == counted[1]
    assert len(analytics(api_of(trainer), subject, "?page=2").json()["results"]) == 20


def test_a_student_learns_nothing_of_how_questions_fare(api_of, student, subject):
    assert analytics(api_of(student), subject).status_code == 403


@pytest.mark.parametrize("what", [progress, analytics])
def test_a_subject_that_is_not_there_is_missing(api_of, api, trainer, what):
    missing = Subject(pk=999_999)

    assert what(api_of(trainer), missing).status_code == 404
    assert what(api, missing).status_code == 401


# All attempts


def test_own_attempts_stand_in_one_list_the_latest_first(api_of, student):
    first, second = make_published_quiz(), make_published_quiz(feedback=Feedback.AT_ONCE)
    done = take(first, student)
    begun, _is_new = start_attempt(second, by=student, at=now(), seed=1)
    take(first, UserFactory())

    told = api_of(student).get(ATTEMPTS).json()

    assert told["count"] == 2
    assert [each["id"] for each in told["results"]] == [str(begun.pk), str(done.pk)]
    latest, earlier = told["results"]
    assert (latest["kind"], latest["of"], latest["status"]) == ("quiz", second.pk, "in_progress")
    assert (latest["score"], earlier["score"], earlier["passed"]) == (None, 2.0, True)


def test_no_score_is_told_there_before_its_time(api_of, student):
    later = now() + timedelta(days=1)
    quiz = make_published_quiz(feedback=Feedback.AFTER_CLOSING, closes_at=later)
    take(quiz, student)

    (told,) = api_of(student).get(ATTEMPTS).json()["results"]

    assert (told["score"], told["percentage"], told["passed"]) == (None, None, None)


def test_many_attempts_cost_as_many_queries_as_few(api_of, student):
    counted = []
    for size in (1, 12):
        for _ in range(size):
            take(make_published_quiz(), student)
        with CaptureQueriesContext(connection) as queries:
            assert api_of(student).get(ATTEMPTS).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert len(api_of(student).get(f"{ATTEMPTS}?page_size=5&page=3").json()["results"]) == 3
    assert api_of(student).get(f"{ATTEMPTS}?page=x").status_code == 404
