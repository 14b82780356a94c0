"""Writing and taking quizzes by API; no key before its time."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from core.clock import now
from core.tests.answers import error_of
from questions.models import Chapter, Subject
from questions.tests.factories import WRITTEN, make_question
from quizzes.actions.attempts import start_attempt
from quizzes.models import Attempt, Feedback, Quiz
from quizzes.tests.factories import make_published_quiz, right

QUIZZES, ATTEMPTS = "/api/quiz/quizzes/", "/api/quiz/attempts/"
SECRET = "the-key-tells-this"

pytestmark = pytest.mark.django_db


def one(quiz, what=""):
    return f"{QUIZZES}{quiz['id'] if isinstance(quiz, dict) else quiz.pk}/{what}"


def at(attempt, what=""):
    return f"{ATTEMPTS}{attempt['id'] if isinstance(attempt, dict) else attempt.pk}/{what}"


@pytest.fixture
def quiz(trainer):
    return make_published_quiz(("SINGLE", "SHORT_TEXT"), author=trainer)


def begin(api, quiz):
    answer = api.post(one(quiz, "start/"))
    assert answer.status_code == 201
    return answer.json()


# Writing


def test_a_trainer_writes_a_quiz_by_hand_and_publishes_it(api_of, trainer):
    first, second = make_question(owner=trainer), make_question("NUMERIC", owner=trainer)
    body = {"title": "Joins", "questions": [{"id": second.pk}, {"id": first.pk, "marks": 3}]}

    made = api_of(trainer).post(QUIZZES, body, format="json")

    assert made.status_code == 201
    assert made.json()["status"] == "draft"
    assert made.json()["created_by"] == {"id": trainer.pk, "name": trainer.name}
    assert [(each["id"], each["marks"]) for each in made.json()["questions"]] == [
        (second.pk, 1.0),
        (first.pk, 3.0),
    ]
    published = api_of(trainer).post(one(made.json(), "publish/"))
    assert published.json()["status"] == "published"
    assert api_of(trainer).post(one(made.json(), "unpublish/")).json()["status"] == "draft"


def test_an_empty_quiz_is_not_published(api_of, trainer):
    made = api_of(trainer).post(QUIZZES, {"title": "Nothing"}, format="json").json()

    answer = api_of(trainer).post(one(made, "publish/"))

    assert error_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"]["problems"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"questions": [{"id": 999_999}]}, "questions"),
        ({"questions": [{"id": "x"}]}, "questions"),
        ({"questions": {}}, "questions"),
        ({"pass_percent": 101}, "pass_percent"),
        ({"attempts_allowed": 0}, "attempts_allowed"),
        ({"feedback": "never"}, "feedback"),
        ({"feedback": "after_closing"}, "closes_at"),
        ({"opens_at": "2027-01-02T00:00Z", "closes_at": "2027-01-01T00:00Z"}, "closes_at"),
        ({"track": "NOPE"}, "track"),
        ({"track": "F\x00"}, "track"),
        ({"track": {"code": "FSD"}}, "track"),
    ],
)
def test_what_is_no_quiz_is_refused(api_of, trainer, change, field):
    answer = api_of(trainer).post(QUIZZES, {"title": "Joins", **change}, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert field in {name.partition(".")[0] for name in answer.json()["error"]["details"]}
    assert not Quiz.objects.exists()


def test_others_see_and_duplicate_but_do_not_change(api_of, quiz, student):
    other = UserFactory(trainer=True)

    assert api_of(other).get(one(quiz)).status_code == 200
    assert error_of(api_of(other).patch(one(quiz), {"title": "Mine"})) == (
        403,
        "PERMISSION_DENIED",
    )
    assert error_of(api_of(other).delete(one(quiz)))[0] == 403
    copy = api_of(other).post(one(quiz, "duplicate/"))
    assert (copy.status_code, copy.json()["created_by"]["id"]) == (201, other.pk)
    assert len(copy.json()["questions"]) == 2
    assert error_of(api_of(student).post(one(quiz, "duplicate/"))) == (403, "PERMISSION_DENIED")


def test_editors_change_a_quiz_and_only_its_author_deletes_it(api_of, quiz):
    editor = UserFactory(trainer=True)
    quiz.editors.add(editor)

    changed = api_of(editor).patch(one(quiz), {"title": "Ours"}, format="json")
    assert changed.json()["title"] == "Ours"
    assert len(changed.json()["questions"]) == 2
    assert error_of(api_of(editor).delete(one(quiz)))[0] == 403


def test_a_quiz_that_was_taken_is_not_deleted(api_of, quiz, trainer, student):
    begin(api_of(student), quiz)

    assert error_of(api_of(trainer).delete(one(quiz))) == (409, "CONFLICT")


def test_a_question_of_a_quiz_is_retired_and_not_deleted(api_of, quiz, trainer):
    question = quiz.quiz_questions.first().question_id

    answer = api_of(trainer).delete(f"/api/questions/{question}/")

    assert error_of(answer) == (409, "CONFLICT")


def test_students_find_what_is_published_and_only_how_many_questions(api_of, quiz, student):
    draft = make_published_quiz()
    Quiz.objects.filter(pk=draft.pk).update(status="draft")

    (found,) = api_of(student).get(QUIZZES).json()["results"]

    assert (found["id"], found["questions_count"]) == (quiz.pk, 2)
    assert "questions" not in api_of(student).get(one(quiz)).json()
    assert error_of(api_of(student).get(one(draft)))[0] == 404
    assert error_of(api_of(student).post(QUIZZES, {"title": "Mine"}))[0] == 403


# Taking


def test_a_student_takes_a_quiz(api_of, quiz, student):
    api = api_of(student)
    attempt = begin(api, quiz)
    assert api.post(one(quiz, "start/")).status_code == 200

    for asked in Attempt.objects.get().questions.select_related("version"):
        body = {"question": asked.question_id, "revision": 1}
        name = "selected" if asked.version.type == "SINGLE" else "response"
        saved = api.post(at(attempt, "answer/"), {**body, name: right(asked)}, format="json")
        assert saved.status_code == 200
        assert set(saved.json()) == {"saved_at", "revision"}
    handed_in = api.post(at(attempt, "submit/"))

    result = handed_in.json()
    assert (result["status"], result["score"], result["max_score"]) == ("submitted", 2.0, 2.0)
    assert (result["percentage"], result["passed"]) == (100, True)
    assert all(each["is_correct"] and each["explanation"] for each in result["questions"])
    assert api.post(at(attempt, "submit/")).json() == result
    late = api.post(at(attempt, "answer/"), {"question": result["questions"][0]["id"]})
    assert error_of(late) == (409, "ALREADY_SUBMITTED")


def test_an_attempt_goes_on_where_it_was_left(api_of, quiz, student):
    api = api_of(student)
    attempt = begin(api, quiz)
    asked = next(each for each in attempt["questions"] if each["question_type"] == "SHORT_TEXT")
    body = {"question": asked["id"], "response": "commit", "revision": 7}
    api.post(at(attempt, "answer/"), body, format="json")

    again = api.get(at(attempt)).json()

    assert again["saved_answers"] == {str(asked["id"]): {"response": "commit", "revision": 7}}
    stale = api.post(at(attempt, "answer/"), {**body, "response": "x", "revision": 6})
    assert stale.json()["stale"] is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": "x"},
        {"question": 1, "selected": "all"},
        {"question": 1, "revision": 0},
        {"question": 1, "revision": 2**60},
        {"question": True},
        [],
    ],
)
def test_what_is_no_answer_is_refused(api_of, quiz, student, body):
    attempt = begin(api_of(student), quiz)

    answer = api_of(student).post(at(attempt, "answer/"), body, format="json")

    assert answer.status_code in {400, 404}


def test_somebody_elses_attempt_is_not_there(api_of, quiz, student):
    attempt, other = begin(api_of(student), quiz), api_of(UserFactory())

    assert error_of(other.get(at(attempt)))[0] == 404
    assert error_of(other.post(at(attempt, "answer/"), {"question": 1}))[0] == 404
    assert error_of(other.post(at(attempt, "submit/")))[0] == 404


def test_the_author_sees_an_attempt_and_answers_nothing_in_it(api_of, quiz, student, trainer):
    attempt = begin(api_of(student), quiz)

    assert api_of(trainer).get(at(attempt)).status_code == 200
    assert error_of(api_of(trainer).post(at(attempt, "submit/")))[0] == 403


def test_files_are_answers_of_whoever_sent_them(api_of, student):
    quiz = make_published_quiz(("FILE_UPLOAD",))
    api = api_of(student)
    attempt = begin(api, quiz)
    question = attempt["questions"][0]["id"]
    upload = SimpleUploadedFile("plan.md", b"# My plan\n")
    sent = api.post(at(attempt, "files/"), {"file": upload}, format="multipart")
    assert sent.status_code == 201

    body = {"question": question, "response": [sent.json()["id"]]}
    assert api.post(at(attempt, "answer/"), body, format="json").status_code == 200
    stranger = api_of(UserFactory())
    foreign = begin(stranger, quiz)
    refused = stranger.post(at(foreign, "answer/"), body, format="json")
    assert error_of(refused) == (400, "VALIDATION_ERROR")


# No key before its time


def spoken(quiz_kwargs):
    """A quiz of every kind, whose keys all hold one word that nothing else does."""
    trainer = UserFactory(trainer=True)
    secret = {
        "NUMERIC": {"value": 7331.75},
        "SHORT_TEXT": {"accepted": [SECRET]},
        "FILL_BLANKS": {"blanks": {"verb": [SECRET]}},
        "ESSAY": {"model_answer": SECRET},
        "FILE_UPLOAD": {"model_answer": SECRET},
        "CODE": {"language": "python", "model_answer": SECRET},
        "SINGLE": {
            "choices": [
                {"text": "Yes", "correct": True, "feedback": SECRET},
                {"text": "No", "feedback": SECRET},
            ]
        },
    }
    quiz = make_published_quiz(("TRUE_FALSE",), author=trainer, **quiz_kwargs)
    for place, type_ in enumerate(WRITTEN, start=2):
        question = make_question(
            type_, owner=trainer, explanation=SECRET, written=secret.get(type_)
        )
        quiz.quiz_questions.create(question=question, position=place)
    return quiz


def test_no_answer_holds_a_key_before_the_attempt_may_show_it(api_of, student):
    quiz, api = spoken({}), api_of(student)
    attempt = begin(api, quiz)
    heard = [json.dumps(attempt)]
    wrong = {"SHORT_TEXT": "no idea", "NUMERIC": "1", "FILL_BLANKS": {"verb": "no idea"}}
    for asked in Attempt.objects.get().questions.select_related("version"):
        name = "selected" if asked.version.choices.exists() else "response"
        said = wrong.get(asked.version.type, right(asked))
        body = {"question": asked.question_id, name: said}
        heard.append(api.post(at(attempt, "answer/"), body, format="json").content.decode())
    heard += [
        api.get(address).content.decode()
        for address in (at(attempt), ATTEMPTS, QUIZZES, one(quiz), "/api/subjects/")
    ]

    told = " ".join(heard)
    for word in (SECRET, "7331", "is_correct", "explanation", "choice_feedback", '"correct"'):
        assert word not in told
    for word in ('"key"', '"pairs"', '"accepted"', "model_answer"):
        assert word not in told
    assert SECRET in api.post(at(attempt, "submit/")).content.decode()


def test_matching_and_ordering_do_not_tell_by_their_order(api_of, student):
    quiz = make_published_quiz(("MATCHING", "ORDERING"))
    attempt = begin(api_of(student), quiz)
    for asked in Attempt.objects.get().questions.select_related("version"):
        shape = next(each for each in attempt["questions"] if each["id"] == asked.question_id)
        if asked.version.type == "ORDERING":
            assert [each["id"] for each in shape["answers"]] == asked.deal["choices"]
            assert {*shape["answers"][0]} == {"id", "answer_text"}
        else:
            assert "pairs" not in json.dumps(shape)


def test_what_is_told_after_closing_waits_for_it(api_of, student):
    later = now().replace(year=now().year + 1)
    quiz = spoken({"feedback": Feedback.AFTER_CLOSING, "closes_at": later})
    api = api_of(student)
    attempt = begin(api, quiz)

    result = api.post(at(attempt, "submit/")).json()

    assert (result["status"], result["score"], result["percentage"]) == ("submitted", None, None)
    assert SECRET not in json.dumps(result)
    assert result["results_at"] is not None
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=now())
    assert SECRET in api.get(at(attempt)).content.decode()


def test_feedback_at_once_tells_of_that_answer_alone(api_of, student):
    quiz, api = spoken({"feedback": Feedback.AT_ONCE}), api_of(student)
    attempt = begin(api, quiz)
    asked = (
        Attempt.objects.get().questions.select_related("version").get(version__type="SHORT_TEXT")
    )

    body = {"question": asked.question_id, "response": "wrong"}
    saved = api.post(at(attempt, "answer/"), body, format="json").json()

    assert saved["result"]["is_correct"] is False
    assert saved["result"]["correct"] == SECRET
    shown = {each["id"]: each for each in api.get(at(attempt)).json()["questions"]}
    assert [key for key, each in shown.items() if "explanation" in each] == [asked.question_id]


def test_an_attempt_costs_as_many_queries_whatever_its_length(
    api_of, student, django_assert_max_num_queries
):
    counted = []
    for size in (5, 50):
        quiz = make_published_quiz(("MULTIPLE",) * size)
        attempt, _is_new = start_attempt(quiz, by=student, at=now(), seed=1)
        body = {"question": attempt.questions.first().question_id, "selected": []}
        with django_assert_max_num_queries(8) as saving:
            api_of(student).post(at(attempt, "answer/"), body, format="json")
        with django_assert_max_num_queries(20) as submitting:
            api_of(student).post(at(attempt, "submit/"))
        counted.append((len(saving), len(submitting)))
    assert counted[0] == counted[1]


def test_many_attempts_are_listed_in_as_many_queries_as_one(
    api_of, trainer, django_assert_num_queries
):
    quiz = make_published_quiz(author=trainer)
    for number in range(3):
        start_attempt(quiz, by=UserFactory(), at=now(), seed=number)
        with django_assert_num_queries(2):
            listed = api_of(trainer).get("/api/quiz/attempts/").json()
        assert listed["count"] == len(listed["results"]) == number + 1


# Rules for drawing


def rule_of(**change):
    return {"count": 2, "subject": "sql", "difficulty": "easy", "types": ["SINGLE"], **change}


def test_rules_are_written_with_a_quiz_and_changed_as_a_whole(api_of, trainer):
    subject = Subject.objects.create(code="sql", name="SQL")
    chapter = Chapter.objects.create(subject=subject, name="Joins", position=1)
    make_question(owner=trainer, subject=subject, chapter=chapter)
    body = {"title": "Drawn", "draw_rules": [rule_of(tags=["A ", "a"])]}

    made = api_of(trainer).post(QUIZZES, body, format="json").json()
    assert made["draw_rules"] == [
        {**rule_of(tags=["a"]), "chapter": None, "available": 0},
    ]
    changed = api_of(trainer).patch(
        one(made), {"draw_rules": [{"count": 1, "subject": "sql", "chapter": chapter.pk}]}, "json"
    )
    assert changed.status_code == 200
    assert changed.json()["draw_rules"] == [
        {
            "count": 1,
            "subject": "sql",
            "chapter": chapter.pk,
            "difficulty": "",
            "types": [],
            "tags": [],
            "available": 1,
        }
    ]
    kept = api_of(trainer).patch(one(made), {"title": "Still drawn"}, "json").json()
    assert len(kept["draw_rules"]) == 1
    assert api_of(trainer).patch(one(made), {"draw_rules": []}, "json").json()["draw_rules"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"count": 0},
        {"count": 51},
        {"count": "many"},
        {"subject": "nothing"},
        {"subject": None},
        {"chapter": 999_999},
        {"chapter": "of another"},
        {"difficulty": "awful"},
        {"types": ["RIDDLE"]},
        {"tags": ["x" * 41]},
        {"tags": "a"},
    ],
)
def test_what_is_no_rule_is_refused(api_of, trainer, quiz, change):
    Subject.objects.create(code="sql", name="SQL")
    if change.get("chapter") == "of another":
        other = Subject.objects.create(code="python", name="Python")
        change = {"chapter": Chapter.objects.create(subject=other, name="Lists", position=1).pk}

    answer = api_of(trainer).patch(one(quiz), {"draw_rules": [rule_of(**change)]}, "json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert not quiz.draw_rules.exists()


def test_there_are_no_more_rules_than_a_page_lets_one_write(api_of, trainer, quiz):
    Subject.objects.create(code="sql", name="SQL")

    answer = api_of(trainer).patch(one(quiz), {"draw_rules": [rule_of()] * 21}, "json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")


def test_only_who_may_edit_a_quiz_changes_its_rules_and_students_see_none(api_of, quiz, student):
    Subject.objects.create(code="sql", name="SQL")
    for other, status in ((UserFactory(trainer=True), 403), (student, 403)):
        answer = api_of(other).patch(one(quiz), {"draw_rules": [rule_of()]}, "json")
        assert answer.status_code == status
    assert not quiz.draw_rules.exists()
    assert "draw_rules" not in api_of(student).get(one(quiz)).json()
