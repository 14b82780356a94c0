"""Taking a quiz by pages alone, as a browser without scripts does."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.tests.factories import enrolled, make_track
from questions import showing
from questions.kinds import KINDS
from questions.tests.test_showing import Fields
from quizzes.actions.attempts import save_answer, submit_attempt
from quizzes.actions.authoring import unpublish_quiz
from quizzes.models import Attempt, Feedback, Quiz
from quizzes.tests.factories import begin, make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def taker(student):
    return student


def page_of(attempt):
    return reverse("attempt", args=[attempt.pk])


def answer(attempt, asked, raw, **facts):
    return save_answer(attempt, question=asked.question_id, raw=raw, at=now(), **facts)


def queries_of(ask, *args):
    with CaptureQueriesContext(connection) as queries:
        ask(*args)
    return len(queries)


def choices(asked):
    return {each.is_correct: each.pk for each in asked.version.choices.all()}


def test_a_student_finds_begins_answers_and_hands_in(client_of, taker):
    quiz = make_published_quiz(("SINGLE", "SHORT_TEXT"), title="Joins")
    client = client_of(taker)

    assert b"Joins" in client.get(reverse("quizzes")).content
    assert b"Begin" in client.get(reverse("quiz", args=[quiz.pk])).content
    started = client.post(reverse("quiz_start", args=[quiz.pk]))
    attempt = Attempt.objects.get(student=taker)
    assert started.url == page_of(attempt)

    asked = list(attempt.questions.select_related("version"))
    data = {f"q{each.question_id}": right(each) for each in asked}
    saved = client.post(page_of(attempt), {**data, "do": "hand-in"})
    assert saved.url == reverse("attempt_hand_in", args=[attempt.pk])
    assert b"All questions are answered." in client.get(saved.url).content
    client.post(saved.url)

    results = client.get(page_of(attempt)).content.decode()
    assert "100" in results
    assert "Because it is so." in results
    assert Attempt.objects.get().score == 2


def test_each_kind_can_be_answered_without_scripts(client_of, taker):
    attempt = begin(make_published_quiz(tuple(KINDS)), taker)
    by_hand = {"ESSAY": "My own words.", "CODE": "print(1)"}
    for asked in attempt.questions.select_related("version"):
        answer(attempt, asked, right(asked) or by_hand.get(asked.version.type))
    client = client_of(taker)
    shown = Fields(client.get(page_of(attempt)).content.decode()).data
    before = {each.question_id: each.response for each in attempt.questions.all()}
    attempt.questions.update(response=None, revision=0)
    upload = SimpleUploadedFile("plan.md", b"# My plan")
    file_question = attempt.questions.get(version__type="FILE_UPLOAD").question_id

    saved = client.post(
        page_of(attempt), {**dict(shown.lists()), f"q{file_question}-new": upload, "do": "save"}
    )

    assert saved.status_code == 302
    after = {each.question_id: each.response for each in attempt.questions.all()}
    (_file,) = after.pop(file_question)
    assert before.pop(file_question) is None
    assert after == before
    assert b"plan.md" in client.get(page_of(attempt)).content


def test_what_cannot_be_saved_stands_as_it_was_written_and_keeps_nothing_else(client_of, taker):
    attempt = begin(make_published_quiz(("NUMERIC", "SHORT_TEXT")), taker)
    asked = {each.version.type: each.question_id for each in attempt.questions.all()}

    answered = client_of(taker).post(
        page_of(attempt),
        {f"q{asked['NUMERIC']}": "a lot", f"q{asked['SHORT_TEXT']}": "commit", "do": "hand-in"},
    )

    assert answered.status_code == 422
    assert b'value="a lot"' in answered.content
    responses = dict(attempt.questions.values_list("question_id", "response"))
    assert responses == {asked["NUMERIC"]: None, asked["SHORT_TEXT"]: "commit"}


def test_an_older_page_does_not_take_a_newer_answer_away_and_is_told(client_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    (asked,) = attempt.questions.all()
    client = client_of(taker)
    known = Fields(client.get(page_of(attempt)).content.decode())
    name = f"q{asked.question_id}"
    answer(attempt, asked, "from my phone")

    page = client.post(
        page_of(attempt), {name: "older", f"{name}-revision": "0", "do": "save"}, follow=True
    )

    assert name in known.data
    assert attempt.questions.get().response == "from my phone"
    assert b"You answered question 1 elsewhere meanwhile." in page.content
    assert b"from my phone" in page.content


def test_what_did_not_change_is_not_written(client_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    (asked,) = attempt.questions.all()
    answer(attempt, asked, "commit", revision=4)

    client_of(taker).post(page_of(attempt), {f"q{asked.question_id}": "commit", "do": "save"})

    assert attempt.questions.get().revision == 4


def test_with_feedback_at_once_one_answer_is_checked_and_the_others_wait(client_of, taker):
    quiz = make_published_quiz(("SINGLE", "SHORT_TEXT"), feedback=Feedback.AT_ONCE)
    attempt = begin(quiz, taker)
    asked = {
        each.version.type: each
        for each in attempt.questions.select_related("version").prefetch_related("version__choices")
    }
    single, words = asked["SINGLE"], asked["SHORT_TEXT"]
    client = client_of(taker)

    page = client.post(
        page_of(attempt),
        {
            f"q{single.question_id}": choices(single)[False],
            f"q{words.question_id}": "not sure yet",
            "do": f"check-{single.question_id}",
        },
    )

    html = page.content.decode()
    assert (page.status_code, html.count("Because it is so.")) == (200, 1)
    assert 'value="not sure yet"' in html
    assert attempt.questions.get(pk=words.pk).response is None
    again = {f"q{single.question_id}": choices(single)[True], "do": f"check-{single.question_id}"}
    client.post(page_of(attempt), again)
    assert attempt.questions.get(pk=single.pk).is_correct is False


def test_after_handing_in_elsewhere_one_is_led_to_the_results(client_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    (asked,) = attempt.questions.all()
    submit_attempt(attempt, at=now())
    client = client_of(taker)

    late = client.post(page_of(attempt), {f"q{asked.question_id}": "late"})

    assert late.url == page_of(attempt)
    assert attempt.questions.get().response is None
    part = client.get(reverse("attempt_question", args=[attempt.pk, asked.question_id]))
    assert part.status_code == 409


@pytest.mark.parametrize(
    "junk",
    [
        {"do": "check-999999"},
        {"do": "x" * 5000},
        {"q1": "x", "q-revision": "y", "qx-revision": "1", "q1-revision": "9" * 50},
        {"q٣-revision": "٣"},
        {},
    ],
)
def test_junk_in_the_form_changes_nothing(client_of, taker, junk):
    attempt = begin(make_published_quiz(), taker)

    answered = client_of(taker).post(page_of(attempt), junk)

    assert answered.status_code in {200, 302}
    assert not attempt.questions.exclude(response=None).exists()


def test_a_question_of_another_attempt_is_not_there(client_of, taker):
    attempt = begin(make_published_quiz(), taker)
    other = begin(make_published_quiz(), taker).questions.first()

    part = reverse("attempt_question", args=[attempt.pk, other.question_id])
    assert client_of(taker).get(part).status_code == 404


def test_to_show_one_question_anew_no_other_is_made_ready(client_of, taker, monkeypatch):
    attempt = begin(make_published_quiz(("SINGLE", "SHORT_TEXT", "MULTIPLE")), taker)
    wanted = attempt.questions.get(position=2)
    shown = []

    def counted(version, **facts):
        shown.append(version.pk)
        return showing.asked(version, **facts)

    monkeypatch.setattr("quizzes.pages.taking_attempts.asked", counted)
    client_of(taker).get(reverse("attempt_question", args=[attempt.pk, wanted.question_id]))

    assert shown == [wanted.version_id]


def test_results_after_closing_are_told_when_it_has_closed(client_of, taker):
    quiz = make_published_quiz(
        feedback=Feedback.AFTER_CLOSING, closes_at=now() + timedelta(hours=1)
    )
    attempt = begin(quiz, taker)
    submit_attempt(attempt, at=now())
    client = client_of(taker)

    before = client.get(page_of(attempt)).content.decode()
    quiz.closes_at = now() - timedelta(minutes=1)
    quiz.save()
    after = client.get(page_of(attempt)).content.decode()

    assert "Results come when the quiz has closed" in before
    assert "Because it is so." not in before
    assert after.count("Because it is so.") == 2


def test_a_trainer_reads_the_results_of_their_student_with_the_name(client_of, trainer):
    taker = UserFactory(name="Meera Rao")
    quiz = make_published_quiz(
        ("SINGLE", "ESSAY"),
        author=trainer,
        feedback=Feedback.AFTER_CLOSING,
        closes_at=now() + timedelta(hours=1),
    )
    attempt = begin(quiz, taker)
    client = client_of(trainer)

    under_way = client.get(page_of(attempt)).content.decode()
    submit_attempt(attempt, at=now())
    results = client.get(page_of(attempt)).content.decode()

    assert "Meera Rao" in under_way
    assert "Still under way" in under_way
    assert "Meera Rao" in results
    assert results.count("Because it is so.") == 2
    assert "Begin again" not in results
    assert "Their answer" in results
    assert "Your answer" not in results


def test_a_file_that_is_an_answer_is_read_by_its_student_and_those_who_look_at_it(
    client_of, taker, trainer
):
    attempt = begin(make_published_quiz(("FILE_UPLOAD",), author=trainer), taker)
    name = f"q{attempt.questions.get().question_id}-new"
    upload = SimpleUploadedFile("plan.md", b"# My plan")
    client_of(taker).post(page_of(attempt), {name: upload, "do": "save"})
    submit_attempt(attempt, at=now())

    for reader in (taker, trainer):
        client = client_of(reader)
        page = client.get(page_of(attempt)).content.decode()
        (address,) = set(re.findall(r"/api/(?:v1/)?files/[0-9a-f-]+/", page))
        found = client.get(address)
        assert (found.status_code, b"".join(found.streaming_content)) == (200, b"# My plan")
    assert client_of(UserFactory()).get(address).status_code == 404


def test_results_of_a_quiz_that_is_gone_from_the_list_can_still_be_read(client_of, taker):
    quiz = make_published_quiz()
    attempt = begin(quiz, taker)
    submit_attempt(attempt, at=now())
    unpublish_quiz(quiz, by=quiz.author, at=now())
    client = client_of(taker)

    page = client.get(page_of(attempt)).content.decode()

    assert "Question by question" in page
    assert reverse("quiz", args=[quiz.pk]) not in page
    assert client.get(reverse("quiz", args=[quiz.pk])).status_code == 404


def test_staff_who_look_at_an_open_attempt_see_no_form(client_of, taker, admin):
    attempt = begin(make_published_quiz(), taker)

    page = client_of(admin).get(page_of(attempt)).content.decode()

    assert "Still under way" in page
    assert "Hand in" not in page


def test_a_quiz_says_why_it_cannot_be_begun(client_of, taker):
    at = now()
    track = make_track(projects=0)
    cases = [
        ({"opens_at": at + timedelta(days=1)}, "Not open yet"),
        ({"opens_at": at - timedelta(days=2), "closes_at": at - timedelta(days=1)}, "It closed"),
        ({"track": track}, "Enroll there"),
    ]
    client = client_of(taker)
    for facts, said in cases:
        quiz = make_published_quiz()
        Quiz.objects.filter(pk=quiz.pk).update(**facts)
        page = client.get(reverse("quiz", args=[quiz.pk])).content.decode()
        assert said in page
        assert "Begin" not in page
        refused = client.post(reverse("quiz_start", args=[quiz.pk]))
        assert refused.url == reverse("quiz", args=[quiz.pk])
    quiz = make_published_quiz(attempts_allowed=1)
    submit_attempt(begin(quiz, taker), at=at)
    page = client.get(reverse("quiz", args=[quiz.pk])).content.decode()
    assert "All attempts are used" in page
    assert not Attempt.objects.open().exists()


def test_students_find_what_is_theirs_by_track_and_by_words(client_of):
    track, other = make_track(projects=0), make_track(projects=0)
    taker = enrolled(track)
    make_published_quiz(title="On my track", track=track)
    make_published_quiz(title="Elsewhere", track=other)
    make_published_quiz(title="For all")
    client = client_of(taker)

    page = client.get(reverse("quizzes")).content.decode()
    found = client.get(reverse("quizzes"), {"q": "for AL"}).content.decode()
    nothing = client.get(reverse("quizzes"), {"q": "zzz\x00"}).content.decode()

    assert "On my track" in page
    assert "For all" in page
    assert "Elsewhere" not in page
    assert ("For all" in found, "On my track" in found) == (True, False)
    assert "No quiz is called that" in nothing


def test_the_history_holds_each_attempt_and_a_small_chart(client_of, taker):
    quiz = make_published_quiz(("SINGLE", "SHORT_TEXT"))
    for number in (1, 2):
        attempt = begin(quiz, taker, seed=number)
        for asked in attempt.questions.select_related("version")[:number]:
            answer(attempt, asked, right(asked))
        submit_attempt(attempt, at=now())

    page = client_of(taker).get(reverse("quiz", args=[quiz.pk])).content.decode()

    assert "From 50% to 100%, at best 100%." in page
    assert "Attempt 1" in page
    assert "Attempt 2" in page


def test_pages_cost_as_many_queries_with_fifty_questions_as_with_five(client_of, taker):
    client = client_of(taker)
    types = ("MULTIPLE", "FILE_UPLOAD", "ORDERING", "SINGLE", "ESSAY")
    counted = []
    for times in (1, 10):
        quiz = make_published_quiz(types * times)
        attempt = begin(quiz, taker)
        words = {"SINGLE": None, "ESSAY": ["Words."]}
        data = {
            f"q{asked.question_id}": words[asked.version.type] or right(asked)
            for asked in attempt.questions.select_related("version")
            if asked.version.type in words
        }
        client.get(page_of(attempt))
        counted.append(
            [
                queries_of(client.get, page_of(attempt)),
                queries_of(client.post, page_of(attempt), data),
                queries_of(client.get, reverse("attempt_hand_in", args=[attempt.pk])),
                queries_of(client.post, reverse("attempt_hand_in", args=[attempt.pk])),
                queries_of(client.get, page_of(attempt)),
                queries_of(client.get, reverse("quiz", args=[quiz.pk])),
            ]
        )
        assert Attempt.objects.get(pk=attempt.pk).score == times
    assert counted[0] == counted[1]


def test_the_list_costs_as_many_queries_with_twenty_quizzes_as_with_two(client_of, taker):
    client = client_of(taker)
    counted = []
    for size in (2, 18):
        for _ in range(size):
            submit_attempt(begin(make_published_quiz(), taker), at=now())
        client.get(reverse("quizzes"))
        counted.append(queries_of(client.get, reverse("quizzes")))
    assert counted[0] == counted[1]


def page_at(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def test_a_track_leads_to_its_quizzes(client_of):
    track = make_track(projects=1)
    taker = enrolled(track)
    make_published_quiz(track=track)
    client = client_of(taker)
    place = f"track-{track.code}"

    assert f'href="{reverse("quizzes")}#{place}"' in page_at(client, "track", track.code)
    assert f'id="{place}"' in page_at(client, "quizzes")


def test_a_moment_at_the_end_of_a_sentence_brings_its_own_point(client_of):
    quiz = make_published_quiz(closes_at=now() + timedelta(days=1))
    client = client_of(UserFactory())
    assert "Closes" in page_at(client, "quiz", quiz.pk)

    Quiz.objects.filter(pk=quiz.pk).update(closes_at=now() - timedelta(days=1))
    page = page_at(client, "quiz", quiz.pk)

    assert "It closed" in page
    assert not re.search(r"</time>\s*\.|Closes", page)


def test_the_first_page_leads_on_with_what_is_begun_and_to_what_is_new(client_of):
    track, other = make_track(projects=0), make_track(projects=0)
    taker = enrolled(track)
    attempt = begin(make_published_quiz(title="Begun before"), taker)
    submit_attempt(begin(make_published_quiz(title="Done before"), taker), at=now())
    fresh = make_published_quiz(title="Fresh one", track=track)
    make_published_quiz(title="Of another track", track=other)
    Quiz.objects.filter(pk=make_published_quiz(title="Closed by now").pk).update(
        opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1)
    )

    page = client_of(taker).get(reverse("dashboard")).content.decode()

    assert f'href="{page_of(attempt)}">Begun before' in page
    assert f'href="{reverse("quiz", args=[fresh.pk])}">Fresh one' in page
    assert not re.search("Done before|Of another track|Closed by now", page)
