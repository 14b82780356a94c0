"""The bank by API: for those who teach, with every version kept."""

import json

import pytest

from accounts.tests.factories import UserFactory
from core.tests.answers import error_of
from questions.models import Chapter, Question, Subject
from questions.tests.factories import WRITTEN, make_question

QUESTIONS = "/api/questions/"

pytestmark = pytest.mark.django_db

SINGLE = {
    "question_text": "Which join keeps every row of the left table?",
    "question_type": "SINGLE",
    "answers": [
        {"answer_text": "LEFT JOIN", "is_correct": True},
        {"answer_text": "INNER JOIN", "feedback": "It keeps what has a partner."},
    ],
    "explanation": "What has no partner comes with NULLs.",
    "tags": ["Joins", "joins "],
    "marks": 2,
}


def one(question, what=""):
    return f"{QUESTIONS}{question['id'] if isinstance(question, dict) else question.pk}/{what}"


def test_a_trainer_writes_a_question(api_of, trainer):
    subject = Subject.objects.create(code="sql", name="SQL")
    chapter = Chapter.objects.create(subject=subject, name="Joins")

    answer = api_of(trainer).post(QUESTIONS, {**SINGLE, "chapter": chapter.pk}, format="json")

    assert answer.status_code == 201
    found = answer.json()
    assert [(each["answer_text"], each["is_correct"]) for each in found["answers"]] == [
        ("LEFT JOIN", True),
        ("INNER JOIN", False),
    ]
    assert {name: found[name] for name in ("marks", "tags", "subject", "chapter", "version")} == {
        "marks": 2.0,
        "tags": ["joins"],
        "subject": "sql",
        "chapter": chapter.pk,
        "version": 1,
    }


@pytest.mark.parametrize("type_", WRITTEN)
def test_what_is_read_can_be_written_again_for_every_kind(api_of, trainer, type_):
    api = api_of(trainer)
    found = api.get(one(make_question(type_, owner=trainer))).json()

    again = api.put(one(found), found, format="json")

    assert again.status_code == 200
    assert again.json() == found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question_text": "  "}, "question_text"),
        ({"question_type": "RIDDLE"}, "question_type"),
        ({"answers": []}, "answers"),
        ({"answers": [{"answer_text": "One", "is_correct": True}] * 2}, "answers"),
        ({"answers": [{"answer_text": str(n)} for n in range(3)]}, "answers"),
        ({"answers": [{"answer_text": str(n)} for n in range(21)]}, "answers"),
        ({"answers": "many"}, "answers"),
        ({"marks": 0}, "marks"),
        ({"marks": "NaN"}, "marks"),
        ({"subject": "nothing"}, "subject"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"question_type": "NUMERIC", "key": {"value": "many"}}, "key"),
        ({"question_type": "SHORT_TEXT", "key": {"pattern": "(a+)+$(?=x)"}}, "key"),
        ({"question_type": "MATCHING", "key": {"pairs": [{"left": 1}]}}, "key"),
        ({"question_type": "FILL_BLANKS", "key": {"blanks": {"x": ["1"]}}}, "key"),
        ({"question_type": "\ud800"}, "question_type"),
        ({"subject": "sql\x00"}, "subject"),
        ({"question_text": "Half of one: \ud800"}, "question_text"),
    ],
)
def test_what_is_no_question_is_refused(api_of, trainer, change, field):
    body = json.dumps({**SINGLE, **change})

    answer = api_of(trainer).post(QUESTIONS, body, content_type="application/json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert field in {name.partition(".")[0] for name in answer.json()["error"]["details"]}
    assert not Question.objects.exists()


@pytest.mark.parametrize("unseen", ["\x00", "\ud800", "\udfff\x07"])
def test_what_nobody_sees_is_left_out_of_a_key(api_of, trainer, unseen):
    body = {**SINGLE, "question_type": "SHORT_TEXT", "key": {"accepted": [f"JOIN{unseen}"]}}

    answer = api_of(trainer).post(QUESTIONS, json.dumps(body), content_type="application/json")

    assert (answer.status_code, answer.json()["key"]) == (201, {"accepted": ["JOIN"]})


def test_writing_anew_makes_a_version_and_tells_who_was_late(api_of, trainer):
    api = api_of(trainer)
    found = api.post(QUESTIONS, SINGLE, format="json").json()

    second = api.put(one(found), {**SINGLE, "question_text": "Which one?", "version": 1})
    late = api.put(one(found), {**SINGLE, "question_text": "Which, then?", "version": 1})

    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert error_of(late) == (409, "CONFLICT")
    versions = api.get(one(found, "versions/")).json()["results"]
    assert [(each["version"], each["question"]["question_text"]) for each in versions] == [
        (2, "Which one?"),
        (1, SINGLE["question_text"]),
    ]


@pytest.mark.parametrize("address", [QUESTIONS, f"{QUESTIONS}1/", f"{QUESTIONS}1/versions/"])
def test_students_see_nothing_of_the_bank(api, api_of, student, address):
    assert api.get(address).status_code == 401
    assert error_of(api_of(student).get(address)) == (403, "PERMISSION_DENIED")


def test_trainers_see_their_own_and_what_is_shared(api_of, trainer, admin):
    other = UserFactory(trainer=True)
    shared = make_question(owner=other)
    private = make_question(owner=other, is_shared=False)

    assert api_of(trainer).get(one(shared)).status_code == 200
    assert error_of(api_of(trainer).put(one(shared), SINGLE))[0] == 403
    assert error_of(api_of(trainer).get(one(private)))[0] == 404
    assert api_of(admin).get(one(private)).status_code == 200


def test_a_question_that_nobody_was_asked_is_deleted(api_of, trainer):
    question = make_question(owner=trainer)

    assert api_of(trainer).delete(one(question)).status_code == 204
    assert api_of(trainer).get(one(question)).status_code == 404


def test_the_bank_is_narrowed_and_searched(api_of, trainer):
    api = api_of(trainer)
    api.post(QUESTIONS, SINGLE, format="json")
    make_question("NUMERIC", owner=trainer)

    def count(**wanted):
        return api.get(QUESTIONS, wanted).json()["count"]

    assert (count(), count(question_type="NUMERIC"), count(tag="joins")) == (2, 1, 1)
    assert (count(search="left table"), count(search="right table")) == (1, 0)
    assert api.get(QUESTIONS, {"question_type": "RIDDLE"}).status_code == 400


def test_the_bank_asks_as_many_questions_for_many_as_for_few(
    api_of, trainer, django_assert_max_num_queries
):
    counted = []
    for _ in range(2):
        for _ in range(5):
            make_question("MULTIPLE", owner=trainer)
        with django_assert_max_num_queries(8) as queries:
            api_of(trainer).get(QUESTIONS)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_subjects_and_chapters_are_for_whoever_is_signed_in(api, api_of, student):
    subject = Subject.objects.create(code="sql", name="SQL")
    Chapter.objects.create(subject=subject, name="Joins", weight=40)

    assert api.get("/api/subjects/").status_code == 401
    (found,) = api_of(student).get("/api/subjects/").json()["results"]
    (chapter,) = api_of(student).get(f"/api/subjects/{subject.pk}/chapters/").json()["results"]
    assert (found["code"], found["questions_count"]) == ("sql", 0)
    assert (chapter["name"], chapter["weight"]) == ("Joins", 40)
