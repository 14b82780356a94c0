"""How a quiz went: people, scores, questions, files; marking what waits for a person."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions.trainers import assign_trainer
from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from curriculum.models import Enrollment, Grant
from curriculum.tests.factories import enrolled, make_track
from questions.models import Question, VersionStatistics
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.models import AttemptQuestion, AttemptStatus
from quizzes.pages import results as results_pages
from quizzes.tests.factories import make_published_quiz, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of, trainer):
    return client_of(trainer)


@pytest.fixture
def quiz(trainer):
    return make_published_quiz(("SINGLE", "ESSAY", "TRUE_FALSE"), author=trainer)


def take(quiz, student=None, *, is_right=True, seed=1):
    student = student or UserFactory()
    attempt, _is_new = start_attempt(quiz, by=student, at=now(), seed=seed)
    for asked in attempt.questions.select_related("version"):
        said = right(asked) or "My thoughts."
        if not is_right and asked.version.type == "SINGLE":
            said = [each.pk for each in asked.version.choices.all() if not each.is_correct]
        save_answer(attempt, question=asked.question_id, raw=said, at=now(), seconds=20)
    return submit_attempt(attempt, at=now() + timedelta(minutes=5))


def page(client, quiz, query=""):
    return client.get(reverse("quiz_results", args=[quiz.pk]) + query)


def essay_of(attempt):
    return attempt.questions.select_related("version").get(version__type="ESSAY")


def mark(client, answer, **body):
    attempt = answer.attempt
    address = reverse("quiz_mark_answer", args=[attempt.quiz_id, answer.pk])
    return client.post(address, {"score": "0.5", "feedback": "Say *why*.", "base": "", **body})


# People


def test_those_who_took_it_and_those_who_have_not_are_told_apart(client, trainer):
    track = make_track()
    quiz = make_published_quiz(author=trainer, track=track)
    taker, other, stranger = enrolled(track), enrolled(track), enrolled(track)
    for student in (taker, other):
        assign_trainer(student, trainer=trainer, by=None, caller=Caller(), at=now())
    somebody_else = UserFactory(trainer=True)
    assign_trainer(stranger, trainer=somebody_else, by=None, caller=Caller(), at=now())
    take(quiz, taker, is_right=False)
    take(quiz, taker)

    rows = {each.pk: each for each in page(client, quiz).context["page"]}

    assert rows.keys() == {taker.pk, other.pk}
    assert (rows[taker.pk].attempts_count, rows[taker.pk].best_percent) == (2, 100.0)
    assert rows[other.pk].attempts_count == 0
    found = [
        [each.pk for each in page(client, quiz, f"?who={who}").context["page"]]
        for who in ("did", "not", "waiting")
    ]
    assert found == [[taker.pk], [other.pk], []]
    assert [tab["count"] for tab in page(client, quiz).context["tabs"]] == [2, 1, 1, 0]


@pytest.mark.parametrize("role", ["trainer", "admin"])
def test_whoever_can_no_longer_take_it_is_not_asked_for(client_of, trainer, role):
    track = make_track()
    quiz = make_published_quiz(author=trainer, track=track)
    here, gone, late, elsewhere = (enrolled(track) for _number in range(4))
    gone.is_active = False
    gone.save()
    Grant.objects.filter(enrollment__student=late).update(ended_at=now())
    Enrollment.objects.filter(student=elsewhere).update(track=make_track())
    who_asks = UserFactory(admin=True)
    if role == "trainer":
        trainer.tracks = [track.code]
        trainer.save()
        who_asks = trainer

    answer = page(client_of(who_asks), quiz)

    assert [each.pk for each in answer.context["page"]] == [here.pk]
    assert [tab["count"] for tab in answer.context["tabs"]] == [1, 0, 1, 0]


def test_a_trainer_sees_who_is_on_the_quizs_track_too_and_nobody_who_is_not(client_of, trainer):
    taught, other = make_track(), make_track()
    quiz = make_published_quiz(author=trainer, track=other)
    trainer.tracks = [taught.code]
    trainer.save()
    on_both, _on_taught, _on_other = enrolled(taught), enrolled(taught), enrolled(other)
    enrolled(other, student=on_both)

    answer = page(client_of(trainer), quiz, "?who=not")

    assert [each.pk for each in answer.context["page"]] == [on_both.pk]
    assert [tab["count"] for tab in answer.context["tabs"]] == [1, 0, 1, 0]


@pytest.mark.parametrize("sort", ["name", "attempts", "best", "when"])
def test_in_every_order_everybody_stands_on_one_page(client_of, trainer, monkeypatch, sort):
    monkeypatch.setattr(results_pages, "ON_A_PAGE", 2)
    track = make_track()
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE"), author=trainer, track=track)
    takers, others = (
        [enrolled(track, UserFactory(name=f"{letter} Rao")) for letter in letters]
        for letters in ("ADE", "BCF")
    )
    take(quiz, takers[0], is_right=False)
    take(quiz, takers[0])
    take(quiz, takers[1], is_right=False)
    start_attempt(quiz, by=takers[2], at=now(), seed=1)
    client = client_of(UserFactory(admin=True))

    def listed(sort):
        pages = (page(client, quiz, f"?sort={sort}&page={number}") for number in (1, 2, 3))
        return [each.pk for answer in pages for each in answer.context["page"]]

    first, second, third = (each.pk for each in takers)
    rest = sorted(each.pk for each in others)
    expected = {
        "name": [each.pk for each in sorted([*takers, *others], key=lambda each: each.name)],
        "attempts": [*rest, *sorted([second, third]), first],
        "best": [*sorted([*rest, third]), second, first],
        "when": [*rest, first, second, third],
    }[sort]
    assert listed(sort) == expected
    assert set(listed(f"-{sort}")) == set(expected)
    top = {"name": expected[-1], "attempts": first, "best": first, "when": third}[sort]
    assert listed(f"-{sort}")[0] == top


def test_whoever_took_it_is_there_even_if_they_are_nobodys(client, quiz):
    attempt = take(quiz)

    assert [each.pk for each in page(client, quiz).context["page"]] == [attempt.student_id]
    address = reverse("quiz_results_person", args=[quiz.pk, attempt.student_id])
    assert client.get(address).status_code == 200
    nobody = reverse("quiz_results_person", args=[quiz.pk, UserFactory().pk])
    assert client.get(nobody).status_code == 404


def test_a_colleague_sees_no_results_and_an_editor_does(client_of, quiz):
    colleague = UserFactory(trainer=True)

    assert page(client_of(colleague), quiz).status_code == 403
    quiz.editors.add(colleague)
    assert page(client_of(colleague), quiz).status_code == 200


@pytest.mark.parametrize(
    "query", ["?who=x", "?sort=x", "?page=x", "?q=%00", "?q=%25", "?sort=-best"]
)
def test_whatever_is_asked_there_is_an_answer(client, quiz, query):
    take(quiz)

    assert page(client, quiz, query).status_code == 200


def test_before_anybody_took_it_there_is_a_page_too(client, quiz):
    answer = page(client, quiz)

    assert answer.status_code == 200
    assert answer.context["chart"] is None


# Scores and questions


def test_scores_are_those_of_the_best_attempts(client, trainer):
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE"), author=trainer)
    student = UserFactory()
    take(quiz, student, is_right=False)
    take(quiz, student)
    take(quiz, is_right=False)

    summary = page(client, quiz).context["summary"]

    assert (summary.people, summary.average, summary.passed) == (2, 75.0, 1)
    assert list(summary.distribution) == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_hardest_questions_come_first_with_what_was_chosen_instead(client, trainer):
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE"), author=trainer)
    for is_right in (True, False, False, False):
        take(quiz, is_right=is_right)

    hardest, easiest = page(client, quiz).context["items"]

    assert (hardest.version.type, hardest.percent) == ("SINGLE", 25.0)
    assert [(each.text, each.times) for each in hardest.wrong] == [("Wrong", 3)]
    assert (easiest.percent, list(easiest.wrong)) == (100.0, [])
    assert hardest.statistics.seconds == 20


def test_a_question_leads_to_its_page_wherever_one_may_see_it(client, trainer):
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE"), author=trainer)
    take(quiz, is_right=False)
    colleague = UserFactory(trainer=True)
    shared, hidden = Question.objects.filter(quiz_questions__quiz=quiz)
    Question.objects.update(owner=colleague)
    Question.objects.filter(pk=hidden.pk).update(is_shared=False)

    shown = page(client, quiz).content.decode()

    way = reverse("question", args=[shared.pk])
    assert f'href="{way}"' in shown
    assert client.get(way).status_code == 200
    assert f"/questions/{hidden.pk}/" not in shown


def test_a_key_that_the_good_ones_miss_looks_doubtful(client, trainer):
    quiz = make_published_quiz(("SINGLE", "TRUE_FALSE", "SHORT_TEXT"), author=trainer)
    for number in range(12):
        attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=number)
        knows = number % 2 == 0
        for asked in attempt.questions.select_related("version"):
            is_right = knows != (asked.version.type == "SINGLE")
            raw = right(asked) if is_right else None
            if not is_right and asked.version.choices.exists():
                raw = [each.pk for each in asked.version.choices.all() if not each.is_correct]
            save_answer(attempt, question=asked.question_id, raw=raw or "no idea", at=now())
        submit_attempt(attempt, at=now())

    answer = page(client, quiz)

    flagged = [each for each in answer.context["items"] if each.has_doubtful_key]
    assert [each.version.type for each in flagged] == ["SINGLE"]
    assert "Is the key right?" in answer.content.decode()


def test_five_hundred_attempts_cost_as_many_queries_as_five(client, quiz):
    counted = []
    for size in (5, 495):
        attempt = take(quiz)
        clone(attempt, size - 1)
        page(client, quiz)
        with CaptureQueriesContext(connection) as queries:
            assert page(client, quiz).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 18


def clone(attempt, times):
    """The same attempt by so many others, without the time that taking it takes."""
    asked = list(attempt.questions.all())
    for _ in range(times):
        attempt.pk, attempt.student = uuid4(), UserFactory()
        attempt.save(force_insert=True)
        for each in asked:
            each.pk, each.attempt = None, attempt
        AttemptQuestion.objects.bulk_create(asked)


def test_of_very_many_attempts_the_page_weighs_the_newest_and_the_file_all(
    client, quiz, monkeypatch
):
    monkeypatch.setattr(results_pages, "NEWEST_ATTEMPTS", 2)
    take(quiz, is_right=False)
    take(quiz)
    assert "newest 2 attempts" not in page(client, quiz).content.decode()
    take(quiz)

    answer = page(client, quiz)
    file = client.get(reverse("quiz_results_export", args=[quiz.pk]) + "?of=questions")

    assert {each.statistics.answers for each in answer.context["items"]} == {2}
    assert {each.percent for each in answer.context["items"]} == {100.0}
    assert "newest 2 attempts" in answer.content.decode()
    rows = csv.reader(StringIO(b"".join(file.streaming_content).decode("utf-8-sig")))
    assert {row[2] for row in rows} == {"Answers", "3"}


def test_what_waits_is_counted_as_it_is_listed(client, quiz):
    for _ in range(3):
        take(quiz)
    start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    mark(client, essay_of(take(quiz)))
    address = reverse("quiz_marking", args=[quiz.pk])

    waiting = client.get(address).context["page"]
    marked = client.get(address + "?state=marked").context["page"]

    assert (len(waiting), waiting.paginator.count) == (3, 3)
    assert (len(marked), marked.paginator.count) == (1, 1)
    first = reverse("quiz_mark_answer", args=[quiz.pk, waiting[0].pk])
    assert client.get(first).context["left"] == 2
    assert page(client, quiz).context["waiting"] == 3


# Files


def test_the_export_has_a_row_for_each_attempt_and_no_formula(client, quiz):
    take(quiz, UserFactory(name="=HYPERLINK(1)", email="danger@example.org"))
    take(quiz)

    answer = client.get(reverse("quiz_results_export", args=[quiz.pk]))

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    heading, *rows = csv.reader(StringIO(text))
    assert heading[0] == "Student"
    assert len(rows) == 2
    assert "'=HYPERLINK(1)" in {row[0] for row in rows}
    assert {(row[7], row[8], row[9]) for row in rows} == {("2.00", "3.00", "66")}


def test_the_workbook_has_a_sheet_of_attempts_and_one_of_questions(client, quiz):
    take(quiz, UserFactory(name="=1+1"), is_right=False)

    answer = client.get(reverse("quiz_results_export", args=[quiz.pk]) + "?as=xlsx")

    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["Attempts", "Questions"]
    assert book["Attempts"]["A2"].value == "'=1+1"
    assert book["Attempts"]["H2"].value == 1
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    wrong = {row[0]: row[7] for row in book["Questions"].iter_rows(min_row=2, values_only=True)}
    assert "Wrong" in wrong.values()


def test_questions_come_as_a_file_of_their_own(client, quiz):
    take(quiz)

    answer = client.get(reverse("quiz_results_export", args=[quiz.pk]) + "?of=questions")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.reader(StringIO(text)))) == 3


# Marking


def test_an_essay_is_marked_and_the_attempt_has_its_score(client, quiz, trainer):
    attempt = take(quiz)
    assert (attempt.score, attempt.pending_count) == (Decimal(2), 1)

    answer = mark(client, essay_of(attempt))

    assert answer.url == reverse("quiz_results", args=[quiz.pk])
    attempt.refresh_from_db()
    assert (attempt.score, attempt.pending_count) == (Decimal("2.5"), 0)
    essay = essay_of(attempt)
    assert (essay.score, essay.is_correct, essay.feedback) == (Decimal("0.5"), False, "Say *why*.")
    assert (essay.marked_by, essay.version.statistics.answers) == (trainer, 1)
    event = Event.objects.get(name="quizzes.answer_marked")
    assert (event.payload["score"], event.payload["is_first"]) == ("0.5", True)
    assert AuditEntry.objects.filter(action="quizzes.answer_marked").count() == 1


def test_the_student_reads_the_mark_and_what_was_said(client, client_of, api_of, quiz):
    attempt = take(quiz)
    mark(client, essay_of(attempt))

    page_of_it = client_of(attempt.student).get(f"/attempts/{attempt.pk}/").content.decode()
    told = api_of(attempt.student).get(f"/api/quiz/attempts/{attempt.pk}/").json()

    assert "Say <em>why</em>." in page_of_it
    (essay,) = [each for each in told["questions"] if each["question_type"] == "ESSAY"]
    assert (essay["score"], essay["feedback"]) == (0.5, "Say *why*.")


def test_after_one_answer_comes_the_next(client, quiz):
    first, second = take(quiz), take(quiz)

    answer = mark(client, essay_of(first))

    assert answer.url == reverse("quiz_mark_answer", args=[quiz.pk, essay_of(second).pk])


def test_whoever_marks_after_another_is_told_with_both(client, client_of, quiz):
    attempt, editor = take(quiz), UserFactory(trainer=True, name="Ananya Iyer")
    quiz.editors.add(editor)
    mark(client_of(editor), essay_of(attempt), score="1", feedback="All there.")

    answer = mark(client, essay_of(attempt), score="0.25", feedback="Too short.")

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Ananya Iyer" in text
    assert "All there." in text
    assert "Too short." in text
    attempt.refresh_from_db()
    assert attempt.score == Decimal(3)
    base = answer.context["form"]["base"].value()
    assert mark(client, essay_of(attempt), score="0.25", base=base).status_code == 302
    attempt.refresh_from_db()
    assert attempt.score == Decimal("2.25")
    statistics = VersionStatistics.objects.get(version=essay_of(attempt).version)
    assert statistics.answers == 1


@pytest.mark.parametrize(
    "body",
    [
        *({"score": score} for score in ("", "-1", "1.01", "0.333", "many", "NaN", "Infinity")),
        {"feedback": "x" * 5001},
    ],
)
def test_what_is_no_mark_is_told_at_its_field(client, quiz, body):
    attempt = take(quiz)

    answer = mark(client, essay_of(attempt), **body)

    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == body.keys()
    attempt.refresh_from_db()
    assert attempt.pending_count == 1


@pytest.mark.parametrize("base", ["yesterday", "2026-13-40T00:00:00Z", "x" * 41])
def test_a_mark_that_is_based_on_nonsense_is_not_taken(client, quiz, base):
    attempt = take(quiz)

    assert mark(client, essay_of(attempt), base=base).status_code in {200, 400}
    attempt.refresh_from_db()
    assert attempt.pending_count == 1


def test_what_a_key_weighs_and_what_is_under_way_cannot_be_marked(client, quiz):
    weighed = take(quiz).questions.exclude(version__type="ESSAY").first()
    open_attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=1)

    assert mark(client, weighed).status_code == 404
    assert mark(client, essay_of(open_attempt)).status_code == 404


def test_an_answer_of_another_quiz_is_not_there(client, trainer, quiz):
    other = take(make_published_quiz(("ESSAY",), author=UserFactory(trainer=True)))
    address = reverse("quiz_mark_answer", args=[quiz.pk, essay_of(other).pk])

    assert client.get(address).status_code == 404


def test_nobody_marks_who_may_not_edit(client_of, quiz, student):
    attempt = take(quiz)

    assert mark(client_of(UserFactory(trainer=True)), essay_of(attempt)).status_code == 403
    assert mark(client_of(student), essay_of(attempt)).status_code == 403


def test_what_waits_is_listed_and_moves_to_what_is_marked(client, quiz):
    attempt = take(quiz)
    address = reverse("quiz_marking", args=[quiz.pk])

    assert len(client.get(address).context["page"]) == 1
    mark(client, essay_of(attempt))
    assert len(client.get(address).context["page"]) == 0
    assert len(client.get(address + "?state=marked").context["page"]) == 1


def test_an_abandoned_attempt_is_marked_too(client, quiz):
    attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    essay = essay_of(attempt)
    save_answer(attempt, question=essay.question_id, raw="Half a thought.", at=now())
    submit_attempt(attempt, at=now(), is_abandoned=True)

    mark(client, essay, score="1")

    attempt.refresh_from_db()
    assert (attempt.status, attempt.score) == (AttemptStatus.ABANDONED, Decimal(1))


def test_answers_to_mark_lead_on_from_the_first_page_of_whoever_may_mark_them(client_of, quiz):
    editor, other = UserFactory(trainer=True), UserFactory(trainer=True)
    quiz.editors.add(editor)
    for each in (take(quiz), take(quiz)):
        each.refresh_from_db()
        assert each.pending_count == 1
    marking = reverse("quiz_marking", args=[quiz.pk])

    pages = {
        who: client_of(who).get(reverse("dashboard")).content.decode()
        for who in (quiz.author, editor, other)
    }

    assert [marking in page for page in pages.values()] == [True, True, False]
    assert "2 answers" in pages[editor]


def test_what_is_marked_does_not_wait_on_the_first_page(client, quiz):
    mark(client, essay_of(take(quiz)))

    assert "Answers to mark" not in client.get(reverse("dashboard")).content.decode()


def test_many_quizzes_with_answers_to_mark_cost_the_first_page_no_more(client, trainer):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            page = client.get(reverse("dashboard")).content.decode()
        return len(counted), page

    take(make_published_quiz(("ESSAY",), author=trainer))
    queries()
    few, _page = queries()
    for _number in range(5):
        take(make_published_quiz(("ESSAY",), author=trainer))
    many, page = queries()

    assert few == many
    assert "And more" in page


def test_before_anything_is_answered_the_page_says_what_will_stand_there(client, quiz):
    attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=1)
    submit_attempt(attempt, at=now())

    assert "Nothing to tell yet" in page(client, quiz).content.decode()
