"""Having a quiz made by pages alone, and looking through what came of it."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.clock import now
from core.jobs.actions import cancel_job
from core.jobs.models import Job
from core.jobs.running import run_job
from core.jobs.states import JobStatus
from questions.actions.saving import Facts, retire_question, revise_question
from questions.models import QuestionVersion
from questions.tests.factories import make_question
from quizzes.actions.authoring import publish_quiz
from quizzes.actions.vetting import vet_question
from quizzes.authoring import listed_questions
from quizzes.generating import drafts_of, opinion_in_words
from quizzes.generators.errors import GeneratorAway
from quizzes.models import GeneratedQuestion, Generation, QuizStatus
from quizzes.pages.listed import ticket_of
from quizzes.tests.generation import TEXT, asked, dispute, done, keys

GENERATE = "/quizzes/generate/"
WISH = {
    "title": "Indexes",
    "generation_type": "SOURCE_TEXT",
    "source_text": TEXT,
    "num_questions": "5",
    "language": "en",
    "question_types": ["SINGLE", "TRUE_FALSE"],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_ai(settings):
    settings.GEMINI = {**settings.GEMINI, "key": ""}


@pytest.fixture
def made(trainer):
    return done(asked(trainer))


@pytest.fixture
def client(client_of, trainer):
    return client_of(trainer)


def address(generation, name="quiz_generation", *more):
    return reverse(name, args=[generation.pk, *more])


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_wish_becomes_a_draft_whose_progress_one_sees(client):
    page = text_of(client.get(GENERATE))
    assert "Left for today" in page
    answer = client.post(GENERATE, WISH)
    generation = Generation.objects.get()
    assert answer.url == address(generation)
    running = text_of(client.get(answer.url))
    assert "5 questions are being made" in running
    assert f"/api/jobs/{generation.job}/" in running
    assert "HX-Refresh" not in client.get(address(generation, "quiz_generation_progress"))
    run_job(generation.job)
    over = client.get(address(generation, "quiz_generation_progress"))
    assert over["HX-Refresh"] == "true"
    drafts = text_of(client.get(answer.url))
    assert "0 of 5 looked at" in drafts
    assert drafts.count('class="draft"') == 5
    assert "Where the text says so" in drafts
    assert "<mark>" in drafts


def test_a_file_is_taken_as_a_source(client):
    file = SimpleUploadedFile("indexes.md", TEXT.encode(), "text/markdown")
    answer = client.post(GENERATE, {**WISH, "generation_type": "FILE", "file": file})
    generation = Generation.objects.get()
    assert answer.url == address(generation)
    run_job(generation.job)
    assert "indexes.md" in text_of(client.get(answer.url))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"num_questions": "0"}, "num_questions"),
        ({"num_questions": "51"}, "num_questions"),
        ({"num_questions": "many"}, "num_questions"),
        ({"generation_type": "MAGIC"}, "generation_type"),
        ({"generation_type": ""}, "generation_type"),
        ({"generation_type": "FILE"}, "file"),
        ({"source_text": "Too short."}, "source_text"),
        ({"source_text": "x" * 200_001}, "source_text"),
        ({"prompt": "x" * 10_001}, "prompt"),
        ({"language": "xx"}, "language"),
        ({"difficulty": "deadly"}, "difficulty"),
        ({"question_types": ["ESSAY"]}, "question_types"),
        ({"question_types": []}, "question_types"),
        ({"about": "subject-999999"}, "about"),
        ({"about": "subject-x"}, "about"),
    ],
)
def test_a_wish_that_makes_no_sense_comes_back_with_what_is_wrong(client, change, field):
    answer = client.post(GENERATE, {**WISH, **change})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    assert not Generation.objects.exists()


def test_a_file_of_no_use_is_refused_at_its_field(client):
    file = SimpleUploadedFile("run.exe", b"MZ\x00\x01", "application/octet-stream")
    answer = client.post(GENERATE, {**WISH, "generation_type": "FILE", "file": file})
    assert set(answer.context["form"].errors) == {"file"}
    assert not Generation.objects.exists()


def test_where_no_ai_is_set_up_the_page_says_how_or_whom_to_ask(client_of, trainer, without_ai):
    page = text_of(client_of(trainer).get(GENERATE))
    assert "No AI service is set up here" in page
    assert "ask an admin" in page
    assert "GOOGLE_GEMINI_API_KEY" not in page
    assert "GOOGLE_GEMINI_API_KEY" in text_of(client_of(UserFactory(admin=True)).get(GENERATE))
    wish = {**WISH, "generation_type": "PROMPT", "prompt": "Joins", "source_text": ""}
    answer = client_of(trainer).post(GENERATE, wish)
    assert "No AI is set up here" in text_of(answer)
    assert not Generation.objects.exists()


def test_a_days_quota_is_shown_and_held(client, settings):
    settings.AI_QUOTA_DAY = 1
    client.post(GENERATE, WISH)
    assert client.get(GENERATE).context["left"] == 0
    answer = client.post(GENERATE, {**WISH, "title": "Another"})
    assert "used up" in text_of(answer)
    assert Generation.objects.count() == 1


def test_those_who_do_not_teach_have_no_such_pages(client_of, student, made):
    client = client_of(student)
    assert client.get(GENERATE).status_code == 403
    assert client.post(GENERATE, WISH).status_code == 403
    assert client.get(address(made)).status_code == 403


def test_a_colleague_sees_no_generation_of_another_and_staff_do(client_of, made):
    question = keys(made)[0]
    other = client_of(UserFactory(trainer=True))
    for name, *more in (
        ("quiz_generation",),
        ("quiz_generation_progress",),
    ):
        assert other.get(address(made, name, *more)).status_code == 404
    for name, *more in (
        ("quiz_generation_again",),
        ("quiz_generation_publish",),
        ("quiz_generation_order",),
        ("quiz_generation_put_back",),
        ("quiz_generation_vet", question),
        ("quiz_generation_another", question),
        ("quiz_generation_remove", question),
    ):
        assert other.post(address(made, name, *more)).status_code == 404
    assert client_of(UserFactory(admin=True)).get(address(made)).status_code == 200


def test_what_was_stopped_or_failed_says_why_and_can_be_tried_again(client, trainer, monkeypatch):
    generation, job = asked(trainer)
    cancel_job(job, at=now())
    page = text_of(client.get(address(generation)))
    assert "This was stopped" in page
    answer = client.post(address(generation, "quiz_generation_again"))
    fresh = Generation.objects.exclude(pk=generation.pk).get()
    assert answer.url == address(fresh)
    assert fresh.wish == generation.wish
    # The old address leads to the newest try.
    assert client.get(address(generation)).url == address(fresh)

    def away(*_args):
        raise GeneratorAway

    monkeypatch.setattr("quizzes.generators.builtin.BuiltinGenerator.make", away)
    run_job(fresh.job)
    page = text_of(client.get(address(fresh)))
    assert "does not answer at the moment" in page
    assert "try again in a few minutes" in page
    change = f"{GENERATE}?from={fresh.pk}"
    assert change in page
    initial = client.get(change).context["form"].initial
    assert initial["source_text"] == TEXT.strip()
    assert initial["num_questions"] == 5


def test_trying_again_while_it_runs_is_told_and_starts_nothing(client, trainer):
    generation, _job = asked(trainer)
    answer = client.post(address(generation, "quiz_generation_again"), follow=True)
    assert "under way already" in text_of(answer)
    assert Generation.objects.count() == 1


def test_a_draft_is_vetted_and_taken_back(client, made):
    question = keys(made)[1]
    vetting = address(made, "quiz_generation_vet", question)
    answer = client.post(vetting, {"sound": "1"})
    assert answer.url == f"{address(made)}#question-{question}"
    item = GeneratedQuestion.objects.get(question=question)
    assert item.vetted_at is not None
    assert "1 of 5 looked at" in text_of(client.get(address(made)))
    part = text_of(client.post(vetting, {"sound": "0"}, headers={"HX-Request": "true"}))
    assert f'id="question-{question}"' in part
    assert "0 of 5 looked at" in part
    assert 'hx-swap-oob="true"' in part
    item.refresh_from_db()
    assert item.vetted_at is None


def test_publishing_says_how_many_were_not_looked_at_and_stands_for_them(client, made):
    client.post(address(made, "quiz_generation_vet", keys(made)[0]), {"sound": "1"})
    assert "4 questions are not looked at yet" in text_of(client.get(address(made)))
    client.post(address(made, "quiz_generation_publish"))
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.PUBLISHED
    assert not made.items.filter(vetted_at=None).exists()
    page = text_of(client.get(address(made)))
    assert "Students can take this quiz" in page
    assert "Looked at, sound" not in page


def test_a_disagreement_is_shown_and_has_to_be_settled_or_accepted(client, made, trainer):
    item = dispute(made)
    page = text_of(client.get(address(made)))
    assert "A second look disagrees" in page
    assert "I stand for the key" in page
    assert item.second_opinion[0].strip("`") in page
    publishing = address(made, "quiz_generation_publish")
    refused = client.post(publishing)
    assert refused.status_code == 409
    assert "Not published yet" in text_of(refused)
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.DRAFT
    vet_question(item, is_sound=True, by=trainer, at=now())
    client.post(publishing)
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.PUBLISHED


def test_who_stands_for_the_key_publishes_despite_a_disagreement(client, made):
    seen = dispute(made)
    later = dispute(made, place=1)
    publishing = address(made, "quiz_generation_publish")
    given = {"accept": "1", "disputed": [str(seen.question_id)]}
    # They stand for what their page showed, and for nothing that came since.
    assert client.post(publishing, given).status_code == 409
    given["disputed"] += [str(later.question_id), "x", "9" * 30]
    client.post(publishing, given)
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.PUBLISHED


def test_another_one_comes_into_the_place_of_a_question(client, made):
    before = keys(made)
    asking = address(made, "quiz_generation_another", before[2])
    part = text_of(client.post(asking, headers={"HX-Request": "true"}))
    assert "Another question is being made for this place" in part
    newer = Generation.objects.get(replaces=before[2])
    assert f"/api/jobs/{newer.job}/" in text_of(client.get(address(made)))
    # Its own address leads to the page on which it is to be seen.
    assert client.get(address(newer)).url == address(made)
    run_job(newer.job)
    after = keys(made)
    assert after[:2] == before[:2]
    assert after[3:] == before[3:]
    assert after[2] != before[2]


def test_another_one_that_does_not_come_leaves_the_old_one_and_says_why(client, made, monkeypatch):
    question = keys(made)[0]

    def away(*_args):
        raise GeneratorAway

    monkeypatch.setattr("quizzes.generators.builtin.BuiltinGenerator.make", away)
    client.post(address(made, "quiz_generation_another", question))
    run_job(Generation.objects.get(replaces=question).job)
    page = text_of(client.get(address(made)))
    assert "No other question came" in page
    assert "does not answer at the moment" in page
    assert keys(made)[0] == question


def test_a_removed_question_can_be_put_back_where_it_was(client, made):
    before = keys(made)
    answer = client.post(address(made, "quiz_generation_remove", before[1]))
    assert keys(made) == [before[0], *before[2:]]
    page = client.get(answer.url)
    assert "The question is out of the quiz" in text_of(page)
    shown = page.content.decode()
    parts = (f"question-{before[0]}", "removed", f"question-{before[2]}")
    places = [shown.index(f'id="{part}"') for part in parts]
    assert places == sorted(places)
    kept = page.context["removed"]
    putting = address(made, "quiz_generation_put_back")
    assert client.post(putting, {"ticket": kept.ticket}).url.endswith(f"#question-{before[1]}")
    assert keys(made) == before
    assert client.post(putting, {"ticket": kept.ticket}).status_code == 409
    assert "The question is out" not in text_of(client.get(answer.url))


def test_one_that_was_last_leaves_its_note_at_the_end(client, made):
    last = keys(made)[-1]
    shown = client.get(client.post(address(made, "quiz_generation_remove", last)).url)
    assert shown.content.decode().index('id="removed"') > shown.content.decode().index(
        f'id="question-{keys(made)[-1]}"'
    )


def test_one_that_is_being_stopped_says_so_until_it_is(client, trainer):
    generation, job = asked(trainer)
    leased = now() + timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(
        status=JobStatus.RUNNING, started_at=now(), lease_until=leased
    )
    assert ">Stopping, as soon as" not in text_of(client.get(address(generation)))
    cancel_job(job, at=now())
    assert ">Stopping, as soon as" in text_of(client.get(address(generation)))


def test_all_that_is_missing_is_told_at_once(client):
    wish = WISH | {"title": "", "generation_type": "PROMPT", "source_text": ""}
    form = client.post(GENERATE, wish).context["form"]
    assert set(form.errors) == {"title", "prompt"}
    form = client.post(GENERATE, wish | {"generation_type": "FILE"}).context["form"]
    assert set(form.errors) == {"title", "file"}
    form = client.post(GENERATE, wish | {"generation_type": "SOURCE_TEXT"}).context["form"]
    assert set(form.errors) == {"title", "source_text"}


def test_nothing_else_can_be_put_in(client, made, trainer):
    before, own = keys(made), make_question(owner=trainer)
    other = done(asked(trainer, again=True))
    of_another = ticket_of(other.quiz, question=own.pk, place=1, marks=None)
    for given in ({}, {"ticket": "x"}, {"question": own.pk, "place": 1}, {"ticket": of_another}):
        assert client.post(address(made, "quiz_generation_put_back"), given).status_code == 409
    assert keys(made) == before


def test_the_order_is_changed_by_buttons_and_by_scripts(client, made):
    before = keys(made)
    base = client.get(address(made)).context["base"]
    ordering = address(made, "quiz_generation_order")
    answer = client.post(ordering, {"question": before, "base": base, "down": before[0]})
    assert answer.url == f"{address(made)}#question-{before[0]}"
    assert keys(made)[:2] == [before[1], before[0]]
    base = client.get(address(made)).context["base"]
    told = client.post(
        ordering, {"question": before, "base": base}, headers={"Accept": "application/json"}
    )
    assert json.loads(told.content)["base"] != base
    assert keys(made) == before
    stale = client.post(
        ordering, {"question": before[::-1], "base": base}, headers={"Accept": "application/json"}
    )
    assert stale.status_code == 409
    foreign = client.post(ordering, {"question": before[1:], "base": base}, follow=True)
    assert "changed this quiz" in text_of(foreign)
    assert keys(made) == before


def test_a_question_that_is_not_in_the_quiz_cannot_be_vetted_or_replaced(client, made, trainer):
    other = done(asked(trainer, title="Other", again=True))
    foreign = keys(other)[0]
    assert client.post(address(made, "quiz_generation_vet", foreign)).status_code == 404
    assert client.post(address(made, "quiz_generation_another", foreign)).status_code == 404
    assert client.post(address(made, "quiz_generation_remove", foreign)).status_code == 302
    assert len(keys(made)) == 5


def test_a_published_quiz_is_looked_at_and_not_changed(client, made, trainer):
    question = keys(made)[0]
    publish_quiz(made.quiz, by=trainer, at=now())
    page = text_of(client.get(address(made)))
    assert "Another one" not in page
    client.post(address(made, "quiz_generation_another", question))
    assert not Generation.objects.exclude(replaces=None).exists()
    client.post(address(made, "quiz_generation_remove", question))
    assert keys(made)[0] == question


def test_the_page_asks_as_often_for_many_drafts_as_for_few(client_of, trainer):
    client = client_of(trainer)
    few, many = done(asked(trainer, count=2)), done(asked(trainer, title="More", count=9))

    def queries(generation):
        client.get(address(generation))
        with CaptureQueriesContext(connection) as caught:
            client.get(address(generation))
        return len(caught)

    assert len(keys(many)) > len(keys(few))
    assert queries(few) == queries(many)


def test_the_list_of_what_was_made_asks_as_often_for_many_as_for_one(client_of, trainer):
    client = client_of(trainer)

    def queries():
        client.get(GENERATE)
        with CaptureQueriesContext(connection) as caught:
            client.get(GENERATE)
        return len(caught)

    assert "Nothing made yet" in text_of(client.get(GENERATE))
    done(asked(trainer))
    one = queries()
    for _ in range(3):
        done(asked(trainer, again=True))
    assert queries() == one
    assert text_of(client.get(GENERATE)).count("Indexes") >= 4


def test_what_was_left_out_is_listed_with_its_reasons(client, made):
    made.problems = [{"text": "Which one?", "faults": ["choices: Two choices say the same."]}]
    made.save()
    page = text_of(client.get(address(made)))
    assert "1 question was left out" in page
    assert "Two choices say the same." in page
    assert "choices: Two" not in page


def test_a_second_opinion_is_said_in_words(trainer):
    generation = done(asked(trainer, types=["MATCHING"], count=1))
    version = QuestionVersion.objects.newest().get(question=keys(generation)[0])
    lefts = [side["text"] for side in version.body["left"]]
    said = opinion_in_words(version, [side["text"] for side in version.body["left"]])
    assert said == tuple(f"{left} → {left}" for left in lefts)
    assert opinion_in_words(version, ["one", "two", "three", "four", "five", "six"])[0] == "one"
    assert opinion_in_words(version, None) == ()
    assert opinion_in_words(version, [7]) == ()


def test_an_edited_draft_says_so_and_is_disputed_no_more(client, made, trainer):
    item = dispute(made)
    page = client.get(address(made)).content.decode()
    (editing,) = re.findall(rf'href="(/questions/{item.question_id}/edit/[^"]*)"', page)
    assert editing.endswith(f"%23question-{item.question_id}")
    assert client.get(editing).status_code == 200
    version = QuestionVersion.objects.newest().get(question=item.question)
    revise_question(
        item.question,
        outline=replace(version.material, text=f"{version.text} Think twice."),
        facts=Facts(explanation=version.explanation),
        by=trainer,
        at=now(),
        seed=1,
    )
    page = text_of(client.get(address(made)))
    assert "Edited" in page
    assert "I stand for the key" not in page
    client.post(address(made, "quiz_generation_publish"))
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.PUBLISHED


def test_who_acts_for_another_is_offered_no_editing(client_of, made, trainer, admin):
    page = reverse("quiz_generation", args=[made.pk])
    editing = reverse("question_edit", args=[keys(made)[0]])
    assert editing in client_of(trainer).get(page).content.decode()

    trainer.impersonator = admin

    assert not any(draft.may_edit for draft in drafts_of(made.quiz, user=trainer))
    assert not any(each.may_edit for each in listed_questions(made.quiz, user=trainer))


def test_what_came_of_long_ago_stands_in_the_list(client, made):
    made.created_at = now() - timedelta(days=40)
    made.save()
    assert address(made) in text_of(client.get(GENERATE))


def test_around_a_passage_stand_whole_words(trainer, made):
    words = TEXT.split()
    for draft in drafts_of(made.quiz, user=trainer):
        for beside in (draft.passage.before, draft.passage.after):
            assert set(beside.split()) <= {*words, "…"}
            assert beside.count("…") <= 1


def resembling(made, **facts):
    """Another question, which every draft of these resembles."""
    near = make_question(written={"text": "Which key names a `row`?"}, **facts)
    made.items.update(resembled_id=near.pk)
    return near


def hints(client, made):
    page = client.get(address(made)).content.decode()
    return re.findall(r"Similar to <a href=\"/questions/(\d+)/\" dir=\"auto\">([^<]+)</a>", page)


def test_a_draft_leads_to_the_question_that_it_resembles(client, made, trainer):
    near = resembling(made, owner=trainer)
    assert hints(client, made) == [(str(near.pk), "Which key names a row?")] * 5

    item = made.items.first()
    version = item.question.versions.get()
    revise_question(
        item.question,
        outline=replace(version.material, text="Another text?"),
        facts=Facts(explanation=version.explanation),
        by=trainer,
        at=now(),
        seed=1,
    )
    assert len(hints(client, made)) == 4


def test_nobody_is_led_to_a_question_that_they_may_not_see_or_that_is_gone(client, made, trainer):
    private = resembling(made, owner=UserFactory(trainer=True), is_shared=False)
    assert hints(client, made) == []
    shared = resembling(made, owner=private.owner)
    assert len(hints(client, made)) == 5
    retire_question(shared, by=None, at=now())
    assert hints(client, made) == []
    shared.delete()
    assert hints(client, made) == []


def test_hints_cost_as_many_queries_for_many_drafts_as_for_one(made, trainer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            drafts_of(made.quiz, user=trainer)
        return len(captured)

    near = resembling(made, owner=trainer)
    many = queries()
    made.items.exclude(pk=made.items.first().pk).update(resembled_id=None)
    assert drafts_of(made.quiz, user=trainer)[0].resembled.question_id == near.pk
    assert queries() == many
