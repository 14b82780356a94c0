"""Quizzes, rules and attempts in the admin: found and read, in as many queries for any number."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.models import Subject
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import set_draw_rules
from quizzes.models import Attempt, DrawRule, Quiz
from quizzes.tests.factories import make_published_quiz

MODELS = (Quiz, DrawRule, Attempt)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client_of, admin):
    return client_of(admin)


def at(model, row=None):
    path = f"/admin/quizzes/{model._meta.model_name}/"
    return f"{path}{row.pk}/change/" if row else path


def make_each(number):
    subject = Subject.objects.create(code=f"s-{number}", name="SQL")
    quiz = make_published_quiz(("SINGLE", "ESSAY", "NUMERIC"))
    rules = [DrawRule(count=1, subject=subject) for _ in range(1 + number % 3)]
    set_draw_rules(quiz, rules=rules, by=quiz.author, at=now())
    start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    return quiz


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_as_many_queries_for_twelve_as_for_two(staff, model):
    counted = []
    for sizes in (range(2), range(2, 12)):
        for number in sizes:
            make_each(number)
        staff.get(at(model))
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(at(model)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("model", MODELS)
def test_a_row_is_read_and_not_written(staff, model):
    make_each(2)
    row = model.objects.first()

    page = staff.get(at(model, row))

    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert staff.post(at(model, row), {}).status_code == 403
    assert staff.get(f"{at(model)}add/").status_code == 403


def test_a_quiz_leads_to_its_page_and_shows_its_rules(staff):
    quiz = make_each(2)

    text = staff.get(at(Quiz, quiz)).content.decode()

    assert f'href="/quizzes/{quiz.pk}/edit/"' in text
    assert f'href="/quizzes/{quiz.pk}/results/"' in text
    assert "SQL" in text


@pytest.mark.parametrize("model", MODELS)
def test_what_somebody_looks_for_is_found(staff, model):
    make_each(1)

    counts = [
        staff.get(at(model), {"q": words}).context["cl"].result_count
        for words in ("little", "nothing of the kind")
    ]
    assert counts[0] > counts[1] == 0
    assert staff.get(at(model), {"q": "\x00"}).status_code in {200, 302}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("diy", 2),
        ("diya pat", 1),
        ("pat diya", 1),
        ("diya@home", 1),
        ("diya joins", 1),
        ("oins pat", 1),
        ("joins", 2),
        ("iya", 1),
        ("abir", 0),
        ("diya zebra", 0),
        ("diya nair", 0),
        ("-", 0),
        ("%", 0),
        (" ".join(["diya"] * 30), 2),
    ],
)
def test_an_attempt_is_found_by_words_of_its_student_and_of_its_quiz(staff, words, found):
    for student, title in (
        (UserFactory(name="Diya Patel", email="diya@home.test"), "All joins"),
        (UserFactory(name="Kabir Nair", email="kabir@home.test"), "More joins"),
        (UserFactory(name="Zoya Khan", email="zoya@home.test"), "Diyas"),
    ):
        start_attempt(titled(title), by=student, at=now(), seed=1)

    with CaptureQueriesContext(connection) as queries:
        answer = staff.get(at(Attempt), {"q": words})

    assert answer.context["cl"].result_count == found
    assert len(queries) <= 12


def titled(title):
    quiz = make_published_quiz()
    quiz.title = title
    quiz.save()
    return quiz
