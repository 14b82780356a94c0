"""Nothing that a student can get tells what is right before their attempt may tell it.

Each address of the platform is asked while an attempt with every kind of question is open. Words of
the keys are looked for in all that comes; and where a key is no word but a choice, an order or a
pair, the keys are turned round beneath the pages: whatever comes must not change by that.
"""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.permissions import read_table
from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.saving import Facts, add_question
from questions.kinds import KINDS, kind_of
from questions.models import QuestionStatus, QuestionVersion
from questions.tests.factories import WRITTEN
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import Asked, make_quiz, publish_quiz, set_questions
from quizzes.models import AttemptQuestion, Feedback

pytestmark = pytest.mark.django_db

SECRET = "sesame"
NUMBER = "42424242"
KEY = rf"{SECRET}|{NUMBER}|is_correct|choice_feedback|right_place"
SECRETS = {
    "SINGLE": {
        "choices": [
            {"text": "One", "correct": True, "feedback": "sesame of one"},
            {"text": "Two", "feedback": "sesame of two"},
        ]
    },
    "MULTIPLE": {
        "choices": [
            {"text": "One", "correct": True, "feedback": "sesame"},
            {"text": "Two"},
            {"text": "Three", "correct": True},
        ]
    },
    "TRUE_FALSE": {"answer": True, "feedback_true": "sesame", "feedback_false": "sesame"},
    "NUMERIC": {"value": 42424242, "tolerance": 1, "units": ["sesame"]},
    "SHORT_TEXT": {"accepted": ["sesame"], "pattern": "sesame+"},
    "FILL_BLANKS": {"text": "Asked as {{gap}}", "blanks": {"gap": ["sesame"]}},
    "ESSAY": {"model_answer": "sesame"},
    "CODE": {"model_answer": "sesame", "starter": "pass"},
    "FILE_UPLOAD": {"model_answer": "sesame"},
}
ANSWERS = {
    "NUMERIC": "12",
    "SHORT_TEXT": "a word",
    "FILL_BLANKS": {"gap": "a word"},
    "MATCHING": {"l1": "r1"},
    "ESSAY": "Words.",
    "CODE": "print(1)",
    "FILE_UPLOAD": None,
}
# What is another one at each time of asking, whatever the key.
_VOLATILE = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}'
    r"|\d+ (?:second|minute)s? ago"
)


def question_with_secrets(type_, author):
    outline, problems = kind_of(type_).read(
        {"text": f"Asked as {type_}?", **WRITTEN[type_], **SECRETS.get(type_, {})}
    )
    assert outline is not None, problems
    facts = Facts(
        explanation="sesame, because",
        marks=Decimal(1),
        sources=({"title": "sesame", "url": "https://example.org/sesame"},),
    )
    return add_question(
        outline=outline, facts=facts, owner=author, status=QuestionStatus.READY, at=now(), seed=3
    )


def quiz_with(feedback):
    author = UserFactory(trainer=True)
    closes_at = now() + timedelta(days=1) if feedback == Feedback.AFTER_CLOSING else None
    quiz = make_quiz(
        title="Open", by=author, at=now(), feedback=feedback, closes_at=closes_at, is_shuffled=False
    )
    asked = [Asked(question_with_secrets(type_, author)) for type_ in KINDS]
    set_questions(quiz, asked=asked, by=author, at=now())
    return publish_quiz(quiz, by=author, at=now())


def some_answer(asked: AttemptQuestion):
    if asked.version.type in ANSWERS:
        return ANSWERS[asked.version.type]
    ids = sorted(asked.version.choices.values_list("pk", flat=True))
    return ids if asked.version.type == "ORDERING" else ids[:1]


def addresses_for(attempt):
    """Every address of the table that can be asked for about this attempt."""
    question = attempt.questions.first().question_id
    names = {
        "quiz": attempt.quiz_id,
        "own-quiz": attempt.quiz_id,
        "own-attempt": attempt.pk,
        "its-question": question,
        "own-question": question,
        "shared-question": question,
    }
    for line in read_table():
        # What answers look like is documented for everybody.
        if line.address.startswith("/api/schema/"):
            continue
        named = set(re.findall(r"{([^}]+)}", line.address))
        if line.method == "GET" and named <= names.keys():
            yield re.sub(r"{([^}]+)}", lambda found: str(names[found[1]]), line.address)


def shown_to(client, attempt):
    for address in dict.fromkeys(addresses_for(attempt)):
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        yield address, f"{headers}\n{body.decode(errors='replace')}"


def answers_of(client, attempt):
    """What each way of beginning and answering says, sound and not."""
    base = f"/api/quiz/attempts/{attempt.pk}"
    yield client.post(f"/api/quiz/quizzes/{attempt.quiz_id}/start/")
    yield client.post(f"/quizzes/{attempt.quiz_id}/start/")
    for asked in attempt.questions.select_related("version"):
        for raw in (some_answer(asked), {"what": ["is", "this"]}, "x" * 200_000, [0], None):
            body = {"question": asked.question_id, "response": raw}
            yield client.post(f"{base}/answer/", body, content_type="application/json")
    yield client.post(f"{base}/files/", {})
    yield client.get(base + "/")


def leaks(text):
    return re.findall(KEY, text)


@pytest.mark.parametrize("feedback", [Feedback.AFTER_SUBMIT, Feedback.AFTER_CLOSING])
def test_no_address_and_no_answer_tells_a_word_of_a_key(
    client_of, student, feedback, monkeypatch, django_capture_on_commit_callbacks
):
    heard = []
    monkeypatch.setattr("core.live.hints.publish", lambda *message: heard.append(message))
    attempt, _is_new = start_attempt(quiz_with(feedback), by=student, at=now(), seed=3)
    client = client_of(student)
    found = {}

    with django_capture_on_commit_callbacks(execute=True):
        for number, response in enumerate(answers_of(client, attempt)):
            if leaks(response.content.decode()):
                found[number] = response.content.decode()
        data = {f"q{each.question_id}": "x" for each in attempt.questions.all()}
        for do in ("save", "hand-in", "check-1"):
            page = client.post(f"/attempts/{attempt.pk}/", {**data, "do": do})
            if leaks(page.content.decode()):
                found[do] = page.content.decode()
    for address, text in shown_to(client, attempt):
        if leaks(text):
            found[address] = leaks(text)

    assert found == {}
    assert leaks(json.dumps(heard, default=str)) == []


def test_handed_in_before_the_quiz_closes_nothing_is_told_either(client_of, student):
    attempt, _is_new = start_attempt(
        quiz_with(Feedback.AFTER_CLOSING), by=student, at=now(), seed=3
    )
    client = client_of(student)

    submitted = client.post(f"/api/quiz/attempts/{attempt.pk}/submit/")

    assert submitted.status_code == 200
    assert leaks(submitted.content.decode()) == []
    assert {
        address: leaks(text) for address, text in shown_to(client, attempt) if leaks(text)
    } == {}
    assert submitted.json()["score"] is None


def test_feedback_at_once_tells_of_the_checked_question_and_of_no_other(client_of, student):
    attempt, _is_new = start_attempt(quiz_with(Feedback.AT_ONCE), by=student, at=now(), seed=3)
    client = client_of(student)
    checked = attempt.questions.select_related("version").get(version__type="SINGLE")

    told = client.post(
        f"/api/quiz/attempts/{attempt.pk}/answer/",
        {"question": checked.question_id, "selected": some_answer(checked)},
        content_type="application/json",
    )
    whole = client.get(f"/api/quiz/attempts/{attempt.pk}/").json()
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()
    parts = {
        each.question_id: client.get(
            f"/attempts/{attempt.pk}/questions/{each.question_id}/"
        ).content.decode()
        for each in attempt.questions.all()
    }

    assert told.json()["result"]["explanation"] == "sesame, because"
    others = [each for each in whole["questions"] if each["id"] != checked.question_id]
    assert leaks(json.dumps(others)) == []
    assert "sesame, because" in parts.pop(checked.question_id)
    assert [leaks(part) for part in parts.values() if leaks(part)] == []
    assert page.count("sesame, because") == 1


def turn_keys_round(attempt):
    """As if other choices, orders, pairs and words had been right: nothing else of it changes."""
    versions = QuestionVersion.objects.filter(pk__in=attempt.questions.values("version"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    for version in versions.prefetch_related("choices"):
        most = version.choices.count() + 1
        for choice in version.choices.all():
            choice.is_correct = not choice.is_correct
            choice.place = most - choice.place if choice.place else 0
            choice.feedback = f"{choice.feedback} turned"
            choice.save()
        key = json.dumps(version.key)
        for one, other in (("r1", "r9"), ("r2", "r1"), ("r9", "r2"), (SECRET, "barley")):
            key = key.replace(f'"{one}', f'"{other}')
        version.key = json.loads(key.replace(NUMBER, "17"))
        version.explanation = "turned"
        version.sources = []
        version.save()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("feedback", Feedback.values)
def test_what_comes_would_be_the_same_if_all_else_were_right(client_of, student, feedback):
    attempt, _is_new = start_attempt(quiz_with(feedback), by=student, at=now(), seed=3)
    asked = list(attempt.questions.select_related("version"))
    if feedback != Feedback.AT_ONCE:
        attempt.questions.filter(pk=asked[0].pk).update(response=some_answer(asked[0]), revision=1)
    client = client_of(student)
    about = (f"/attempts/{attempt.pk}/", "/quizzes/", f"/quizzes/{attempt.quiz_id}/", "/dashboard/")
    addresses = [
        *about,
        f"/attempts/{attempt.pk}/hand-in/",
        *(f"/attempts/{attempt.pk}/questions/{each.question_id}/" for each in asked),
        *("/api/quiz/attempts/", f"/api/quiz/attempts/{attempt.pk}/"),
        f"/api/quiz/quizzes/{attempt.quiz_id}/",
    ]

    def seen():
        return {
            address: _VOLATILE.sub("", client.get(address).content.decode())
            for address in addresses
        }

    before = seen()
    turn_keys_round(attempt)
    after = seen()

    turned = QuestionVersion.objects.get(pk=asked[0].version_id)
    assert turned.explanation == "turned"
    assert [address for address in addresses if before[address] != after[address]] == []
    assert all("Asked as" in text for address, text in before.items() if "/questions/" in address)
