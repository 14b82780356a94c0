"""Questions that a student flags to come back to: a part of the attempt, and no answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.clock import now
from core.tests.answers import error_of
from questions.models import VersionStatistics
from quizzes.actions.abandoning import abandon_left_alone
from quizzes.actions.attempts import flag_question, save_answer, save_answers, submit_attempt
from quizzes.errors import AlreadySubmitted
from quizzes.models import Attempt, Feedback, Quiz
from quizzes.own_data import collect
from quizzes.tests.factories import begin, make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(student):
    return begin(make_published_quiz(("SHORT_TEXT", "SINGLE"), is_shuffled=False), student)


@pytest.fixture
def words(attempt):
    return attempt.questions.get(version__type="SHORT_TEXT")


@pytest.fixture
def choice(attempt):
    return attempt.questions.get(version__type="SINGLE")


def send(api, attempt, **body):
    return api.post(reverse("attempt-answer", args=[attempt.pk]), body, format="json")


def told(api, attempt):
    questions = api.get(reverse("attempt-api", args=[attempt.pk])).json()["questions"]
    return {each["id"]: each.get("flagged") for each in questions}


def flags_of(attempt):
    return dict(attempt.questions.values_list("question_id", "is_flagged"))


# By API


def test_a_flag_alone_is_kept_told_and_taken_back(api_of, student, attempt, words, choice):
    api = api_of(student)

    kept = send(api, attempt, question=words.question_id, flagged=True)

    assert (kept.status_code, set(kept.json())) == (200, {"saved_at", "revision", "flagged"})
    assert (kept.json()["revision"], kept.json()["flagged"]) == (0, True)
    assert told(api, attempt) == {words.question_id: True, choice.question_id: False}
    assert send(api, attempt, question=words.question_id, flagged=False).json()["flagged"] is False
    assert told(api, attempt)[words.question_id] is False


def test_a_flag_is_no_answer(api_of, student, attempt, words):
    api = api_of(student)
    send(api, attempt, question=words.question_id, flagged=True)

    assert api.get(reverse("attempt-api", args=[attempt.pk])).json()["saved_answers"] == {}
    words.refresh_from_db()
    assert (words.response, words.revision, words.saved_at, words.seconds) == (None, 0, None, None)
    result = api.post(reverse("attempt-submit", args=[attempt.pk])).json()
    assert result["score"] == 0.0
    assert not VersionStatistics.objects.exists()


def test_a_flag_leaves_the_answer_and_its_revision_alone(api_of, student, attempt, words):
    """Another device may hold the next revision of the answer, which is not stale by a flag."""
    api, question = api_of(student), words.question_id
    send(api, attempt, question=question, response="commit", revision=4, seconds=9)

    kept = send(api, attempt, question=question, flagged=True, revision=99, seconds=1)
    words.refresh_from_db()
    assert (kept.json()["revision"], words.response, words.seconds) == (4, "commit", 9)

    other = send(api, attempt, question=question, response="push", revision=5)
    assert "stale" not in other.json()
    words.refresh_from_db()
    assert (words.response, words.revision, words.is_flagged) == ("push", 5, True)


def test_an_answer_brings_its_flag_along_and_one_that_says_none_leaves_it(
    api_of, student, attempt, choice
):
    api, question = api_of(student), choice.question_id
    both = send(api, attempt, question=question, selected=right(choice), flagged=True, revision=1)
    assert both.json()["flagged"] is True

    later = send(api, attempt, question=question, selected=[], revision=2)

    assert set(later.json()) == {"saved_at", "revision"}
    choice.refresh_from_db()
    assert (choice.response, choice.is_flagged) == (None, True)


def test_an_answer_that_is_taken_back_beside_a_flag_is_taken_back(api_of, student, attempt, words):
    api, question = api_of(student), words.question_id
    send(api, attempt, question=question, response="commit")

    send(api, attempt, question=question, response=None, flagged=True)

    words.refresh_from_db()
    assert (words.response, words.revision, words.is_flagged) == (None, 2, True)


def test_a_flag_beside_an_answer_that_comes_too_late_is_kept_all_the_same(
    api_of, student, attempt, words
):
    api, question = api_of(student), words.question_id
    send(api, attempt, question=question, response="newer", revision=5)

    late = send(api, attempt, question=question, response="older", revision=4, flagged=True).json()
    same = send(api, attempt, question=question, response="newer", revision=5, flagged=True).json()

    assert (late["stale"], late["flagged"], late["revision"]) == (True, True, 5)
    assert ("stale" in same, same["flagged"]) == (False, True)
    words.refresh_from_db()
    assert (words.response, words.is_flagged) == ("newer", True)


def test_of_two_devices_the_last_one_said_stands_and_no_answer_is_lost(
    api_of, student, attempt, words
):
    phone, desk, question = api_of(student), api_of(student), words.question_id
    send(phone, attempt, question=question, flagged=True)
    send(desk, attempt, question=question, response="from my desk", revision=1)
    send(phone, attempt, question=question, flagged=True)
    send(desk, attempt, question=question, flagged=False)

    words.refresh_from_db()
    assert (words.response, words.revision, words.is_flagged) == ("from my desk", 1, False)


@pytest.mark.parametrize("flagged", [None, "maybe", "", [], {}, [True], 7, 0.5])
def test_what_is_no_flag_is_refused_and_changes_nothing(api_of, student, attempt, words, flagged):
    api, question = api_of(student), words.question_id
    send(api, attempt, question=question, flagged=True)

    for more in ({}, {"response": "commit"}):
        refused = send(api, attempt, question=question, flagged=flagged, **more)
        assert error_of(refused) == (400, "VALIDATION_ERROR")
        assert "flagged" in refused.json()["error"]["details"]
    words.refresh_from_db()
    assert (words.is_flagged, words.response) == (True, None)


def test_an_answer_that_is_refused_keeps_its_flag_out_too(api_of, student, attempt, choice):
    refused = send(
        api_of(student), attempt, question=choice.question_id, selected=[0], flagged=True
    )
    assert refused.status_code == 400
    assert not any(flags_of(attempt).values())


def test_nobody_else_flags_or_is_told_of_flags(api_of, student, attempt, words):
    send(api_of(student), attempt, question=words.question_id, flagged=True)
    classmate, author = UserFactory(), attempt.quiz.author

    said = {"question": words.question_id, "flagged": False}
    assert error_of(send(api_of(classmate), attempt, **said)) == (404, "NOT_FOUND")
    assert error_of(send(api_of(author), attempt, **said)) == (403, "PERMISSION_DENIED")
    assert set(told(api_of(author), attempt).values()) == {None}
    submit_attempt(attempt, at=now())
    assert set(told(api_of(author), attempt).values()) == {None}
    assert told(api_of(student), attempt)[words.question_id] is True


def test_a_question_that_is_not_in_the_attempt_is_not_there(api_of, student, attempt):
    elsewhere = begin(make_published_quiz(), student).questions.first()

    for question in (elsewhere.question_id, 2**63 - 1):
        answer = send(api_of(student), attempt, question=question, flagged=True)
        assert error_of(answer) == (404, "NOT_FOUND")
    assert not elsewhere.attempt.questions.filter(is_flagged=True).exists()


def test_after_handing_in_a_flag_stays_as_it_was(api_of, student, attempt, words):
    api = api_of(student)
    send(api, attempt, question=words.question_id, flagged=True)
    submit_attempt(attempt, at=now())

    late = send(api, attempt, question=words.question_id, flagged=False)

    assert error_of(late) == (409, "ALREADY_SUBMITTED")
    assert flags_of(attempt)[words.question_id] is True


def test_a_quiz_that_has_closed_and_told_takes_no_flag_and_is_handed_in(attempt, words):
    Quiz.objects.filter(pk=attempt.quiz_id).update(
        feedback=Feedback.AFTER_CLOSING, closes_at=now() - timedelta(minutes=1)
    )
    attempt = Attempt.objects.get(pk=attempt.pk)

    with pytest.raises(AlreadySubmitted):
        flag_question(attempt, question=words.question_id, is_flagged=True, at=now())

    assert not Attempt.objects.get(pk=attempt.pk).is_open
    assert not any(flags_of(attempt).values())


def test_whoever_flags_is_there_and_their_attempt_is_not_abandoned(attempt, words):
    at = attempt.started_at + timedelta(hours=23)
    flag_question(attempt, question=words.question_id, is_flagged=True, at=at)

    assert abandon_left_alone(at=at + timedelta(hours=23)) == 0
    assert abandon_left_alone(at=at + timedelta(hours=25)) == 1


def test_a_flag_costs_less_than_an_answer_and_beside_one_nothing(student):
    counted = []
    for size in (5, 50):
        attempt = begin(make_published_quiz(("MULTIPLE",) * size), student)
        question = attempt.questions.first().question_id
        about = {"question": question, "at": now()}
        with CaptureQueriesContext(connection) as answered:
            save_answer(attempt, raw=None, **about)
        with CaptureQueriesContext(connection) as both:
            save_answer(attempt, raw=None, is_flagged=True, **about)
        with CaptureQueriesContext(connection) as flagged:
            flag_question(attempt, is_flagged=False, **about)
        with CaptureQueriesContext(connection) as form:
            save_answers(attempt, answers={question: None}, revisions={}, at=now())
        everything = dict.fromkeys(flags_of(attempt), True)
        with CaptureQueriesContext(connection) as whole_form:
            save_answers(
                attempt, answers={question: None}, revisions={}, flags=everything, at=now()
            )
        assert all(flags_of(attempt).values())
        counted.append([*map(len, (answered, both, flagged, whole_form))])
        assert len(form) < len(whole_form)
    assert counted[0] == counted[1]
    answered, both, flagged, _whole_form = counted[0]
    assert flagged < answered == both


# By pages, as a browser without scripts


def page_of(attempt):
    return reverse("attempt", args=[attempt.pk])


def posted(client, attempt, **fields):
    return client.post(page_of(attempt), {"do": "save", **fields})


def test_the_page_shows_flags_in_place_in_the_palette_and_before_handing_in(
    client_of, student, attempt, words, choice
):
    client, key = client_of(student), words.question_id
    before = client.get(page_of(attempt)).content.decode()
    ask = client.get(reverse("attempt_hand_in", args=[attempt.pk])).content.decode()
    assert "You flagged for yourself:" not in ask
    assert before.count("data-flagged>") == 1

    saved = posted(client, attempt, flagged=key)

    assert saved.status_code == 302
    page = client.get(page_of(attempt)).content.decode()
    assert f'value="{key}" data-flag checked' in page
    assert f'value="{choice.question_id}" data-flag>' in page
    assert f'name="was-flagged" value="{key}"' in page
    assert "not answered, flagged" in page
    ask = client.get(reverse("attempt_hand_in", args=[attempt.pk])).content.decode()
    _others, flagged = ask.split("You flagged for yourself:")
    assert f'href="{page_of(attempt)}#question-{key}"' in flagged
    assert f"#question-{choice.question_id}" not in flagged


def test_an_older_page_does_not_take_a_flag_of_another_device_away(
    client_of, student, attempt, words, choice
):
    """It says only what was changed on it, as with answers."""
    client = client_of(student)
    flag_question(attempt, question=choice.question_id, is_flagged=True, at=now())

    posted(client, attempt, flagged=words.question_id)

    assert all(flags_of(attempt).values())
    shown = {"was-flagged": [words.question_id, choice.question_id]}
    posted(client, attempt, **shown, flagged=choice.question_id)
    assert flags_of(attempt) == {words.question_id: False, choice.question_id: True}


def test_a_form_with_flags_alone_writes_no_answer(client_of, student, attempt, words, choice):
    posted(client_of(student), attempt, flagged=[words.question_id, choice.question_id])

    assert all(flags_of(attempt).values())
    untouched = {"response__isnull": True, "revision": 0, "saved_at": None}
    assert attempt.questions.filter(**untouched).count() == 2


def test_answers_and_flags_of_one_form_are_kept_whatever_is_refused(client_of, student):
    attempt = begin(make_published_quiz(("NUMERIC", "SHORT_TEXT"), is_shuffled=False), student)
    number, words = attempt.questions.all()

    answered = posted(
        client_of(student),
        attempt,
        **{f"q{number.question_id}": "a lot", f"q{words.question_id}": "commit"},
        flagged=[number.question_id, words.question_id],
    )

    assert answered.status_code == 422
    number.refresh_from_db()
    words.refresh_from_db()
    assert (number.response, number.is_flagged) == (None, True)
    assert (words.response, words.revision, words.is_flagged) == ("commit", 1, True)
    assert f'value="{number.question_id}" data-flag checked' in answered.content.decode()


def test_with_feedback_at_once_a_flag_is_kept_and_goes_from_what_was_checked(client_of, student):
    quiz = make_published_quiz(("SHORT_TEXT", "SINGLE"), feedback=Feedback.AT_ONCE)
    attempt = begin(quiz, student)
    first, second = attempt.questions.all()
    client = client_of(student)
    both = [first.question_id, second.question_id]
    said = "commit" if first.version.type == "SHORT_TEXT" else right(first)

    page = client.post(
        page_of(attempt),
        {
            "flagged": both,
            f"q{first.question_id}": said,
            "do": f"check-{first.question_id}",
        },
    ).content.decode()

    assert all(flags_of(attempt).values())
    assert f'value="{second.question_id}" data-flag checked' in page
    assert f'id="flag-{first.question_id}"' not in page
    assert page.count("data-flagged>") == 2
    ask = client.get(reverse("attempt_hand_in", args=[attempt.pk])).content.decode()
    _others, flagged = ask.split("You flagged for yourself:")
    assert f"#question-{second.question_id}" in flagged
    assert f"#question-{first.question_id}" not in flagged


@pytest.mark.parametrize("said", ["x", "", "-1", "9" * 50, "٣", "1\x00", "0"])
def test_junk_for_a_flag_changes_nothing(client_of, student, attempt, said):
    for name in ("flagged", "was-flagged"):
        assert posted(client_of(student), attempt, **{name: said}).status_code == 302
    assert not any(flags_of(attempt).values())


def test_a_form_after_handing_in_flags_nothing(client_of, student, attempt, words):
    submit_attempt(attempt, at=now())
    late = posted(client_of(student), attempt, flagged=words.question_id)
    assert late.url == page_of(attempt)
    assert not any(flags_of(attempt).values())


def test_a_question_that_is_shown_anew_has_its_flag(client_of, student, attempt, words):
    flag_question(attempt, question=words.question_id, is_flagged=True, at=now())
    part = reverse("attempt_question", args=[attempt.pk, words.question_id])
    assert "data-flag checked" in client_of(student).get(part).content.decode()


def test_flags_are_in_the_copy_of_ones_own_data(student, attempt, words):
    flag_question(attempt, question=words.question_id, is_flagged=True, at=now())
    (found,) = next(iter(collect(student))).content
    assert [each["flagged"] for each in found["answers"]] == [True, False]
