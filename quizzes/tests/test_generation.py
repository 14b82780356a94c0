"""Having quizzes made: limits, races, cancelling, crashes, another one for a single question."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from core.errors import Conflict, Invalid
from core.events.models import Event
from core.jobs.actions import cancel_job, reap, retry_job
from core.jobs.models import Job
from core.jobs.running import run_job
from core.tests.races import at_once, one_within_the_other
from questions.actions.saving import retire_question
from questions.models import Question, QuestionVersion
from questions.tests.factories import make_question
from quizzes.actions import generation as generation_actions
from quizzes.actions import generation_job
from quizzes.actions.authoring import Asked, make_quiz, publish_quiz, set_questions
from quizzes.actions.generation import (
    ask_once_more,
    ask_replacement,
)
from quizzes.actions.listing import add_questions
from quizzes.actions.vetting import vet_question
from quizzes.errors import NoLongerListed, NotReplaceable, QuotaUsedUp
from quizzes.generators import room
from quizzes.generators.errors import GeneratorAway
from quizzes.generators.port import Draft, Made
from quizzes.generators.room import take_place
from quizzes.models import GeneratedQuestion, Generation, GenerationState, Quiz, QuizQuestion
from quizzes.tests.generation import TEXT, asked, done

pytestmark = pytest.mark.django_db


class Scripted:
    """A generator that gives what a test says, and does what it says while it is asked."""

    name, model, second_opinion = "scripted", "", True

    def __init__(self, *, drafts=(), during=None, at_step=""):
        self.drafts, self.during, self.at_step = drafts, during, at_step
        self.asked = []

    def make(self, wish, watch):
        self._step("make", watch)
        usual = [single(f"What is {word}?") for word in WORDS[: wish.count]]
        return Made(tuple(self.drafts or usual))

    def repair(self, wish, faulty, watch):
        self._step("repair", watch)
        return Made(())

    def answer(self, wish, asked, watch):
        self._step("answer", watch)
        return [["right"] for _each in asked]

    def _step(self, name, watch):
        self.asked.append(name)
        watch.before_request()
        if name == self.at_step:
            self.during()
            watch.before_request()


WORDS = ("index", "planner", "deadlock", "transaction", "column", "isolation", "statement")


def single(text, **change):
    written = {
        "type": "SINGLE",
        "text": text,
        "choices": [{"text": each, "correct": each == "right"} for each in ("right", "left", "up")],
        "explanation": "Because it says so of itself.",
    }
    return Draft({**written, **change}, span="An index is a sorted copy")


@pytest.fixture
def scripted(monkeypatch):
    """Puts a scripted generator in the place of the one that is set up."""

    def put(**how):
        generator = Scripted(**how)
        monkeypatch.setattr(generation_job, "generator_for", lambda _type: generator)
        monkeypatch.setattr(generation_job, "pause", lambda _seconds: None)
        return generator

    return put


def texts_in(quiz):
    rows = quiz.quiz_questions.order_by("position")
    return list(rows.values_list("question__versions__text", flat=True))


# Limits


def test_a_day_has_only_so_many(trainer, settings):
    settings.AI_QUOTA_DAY = 2
    asked(trainer)
    asked(trainer, count=3)

    with pytest.raises(QuotaUsedUp) as refused:
        asked(trainer, count=4)

    assert 0 < refused.value.retry_after <= 24 * 3600
    assert Quiz.objects.count() == 2
    asked(UserFactory(trainer=True))
    asked(trainer, at=now() + timedelta(days=1))


def test_too_many_is_429_with_the_time_to_wait(api_of, trainer, settings):
    settings.AI_QUOTA_DAY = 0

    answer = api_of(trainer).post(
        "/api/quiz/quizzes/generate/",
        {"title": "T", "generation_type": "SOURCE_TEXT", "source_text": TEXT, "num_questions": 1},
        format="json",
    )

    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "THROTTLED"
    assert int(answer["Retry-After"]) > 0


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_many_times_at_once_gets_no_more_than_a_day_has(trainer, settings):
    settings.AI_QUOTA_DAY = 3

    def ask(number):
        try:
            asked(trainer, count=number)
        except QuotaUsedUp:
            return False
        return True

    went = at_once(*[lambda number=number: ask(number) for number in range(1, 7)])

    assert sum(went) == Generation.objects.count() == Quiz.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_at_once_would_get_more(trainer, settings, monkeypatch):
    settings.AI_QUOTA_DAY = 1
    monkeypatch.setattr(generation_actions, "_hold", lambda _owner: None)

    one_within_the_other(
        lambda: asked(trainer),
        lambda: asked(trainer, count=4),
        owner=generation_actions,
        method="make_quiz",
    )

    assert Generation.objects.count() == 2


def test_a_minute_has_only_so_many_requests(settings, monkeypatch):
    monkeypatch.setattr(room, "KEY", "apranova:ai:requests:test")
    settings.AI_REQUESTS_MINUTE = 3

    assert [take_place() for _ in range(3)] == [0, 0, 0]
    assert 0 < take_place() <= 60


def test_all_workers_share_the_minute(settings, monkeypatch):
    monkeypatch.setattr(room, "KEY", "apranova:ai:requests:together")
    settings.AI_REQUESTS_MINUTE = 20

    got = at_once(*[lambda: [take_place() for _ in range(10)] for _ in range(6)])

    assert sum(place == 0 for places in got for place in places) == 20


def test_a_place_is_free_again_after_a_minute(settings, monkeypatch):
    monkeypatch.setattr(room, "KEY", "apranova:ai:requests:later")
    monkeypatch.setattr(room, "MINUTE_MS", 1)
    settings.AI_REQUESTS_MINUTE = 1
    take_place()

    assert any(take_place() == 0 for _ in range(1000))


def test_who_finds_no_room_waits_and_at_last_gives_up(trainer, scripted, monkeypatch):
    scripted()
    waits = []
    monkeypatch.setattr(generation_job, "pause", waits.append)
    monkeypatch.setattr(generation_job, "take_place", lambda: 30.0)

    made = done(asked(trainer))

    assert made.error["code"] == GeneratorAway.code
    assert 150 <= sum(waits) <= 180
    assert made.requests == 0


def test_what_is_wrong_with_a_wish_is_said_all_at_once(trainer):
    with pytest.raises(Invalid) as refused:
        asked(trainer, title="", count=51, language="xx", types=["ESSAY"], source_text="")

    assert set(refused.value.details) == {
        *("title", "num_questions", "language", "question_types", "source_text"),
    }


@pytest.mark.parametrize("field", ["prompt", "source_text"])
def test_a_body_of_megabytes_is_refused(api_of, trainer, field):
    wish = {"title": "T", "generation_type": "SOURCE_TEXT", "source_text": TEXT, "num_questions": 1}

    two = api_of(trainer).post(
        "/api/quiz/quizzes/generate/", {**wish, field: "x" * 2_000_000}, format="json"
    )
    many = api_of(trainer).post(
        "/api/quiz/quizzes/generate/", {**wish, field: "x" * 30_000_000}, format="json"
    )

    assert two.status_code == 400
    assert field in two.json()["error"]["details"]
    assert many.status_code == 413


# Equal wishes


def test_an_equal_wish_of_a_day_is_served_from_what_came_of_it(trainer, settings):
    first = done(asked(trainer))
    settings.AI_QUOTA_DAY = 1

    second = done(asked(trainer, title="The same once more"))

    assert second.is_from_cache
    assert second.quiz_id != first.quiz_id
    assert second.quiz.title == "The same once more"
    assert texts_in(second.quiz) == texts_in(first.quiz)
    assert Question.objects.count() == first.saved_count
    assert "same today" in second.notes[0]


def test_again_makes_it_anew(trainer):
    first, second = done(asked(trainer)), done(asked(trainer, again=True))

    assert not second.is_from_cache
    assert not set(texts_in(first.quiz)) & set(texts_in(second.quiz))


@pytest.mark.parametrize(
    "other",
    [
        {"count": 4},
        {"source_text": TEXT + "A latch is a lock of a page."},
        {"types": ["SINGLE"]},
        {"difficulty": "hard"},
        {"at": now() + timedelta(days=2)},
    ],
)
def test_another_wish_or_another_day_is_not_served_from_it(trainer, other):
    done(asked(trainer))

    assert not asked(trainer, **other)[0].is_from_cache


def test_others_are_not_served_from_it(trainer):
    done(asked(trainer))

    assert not asked(UserFactory(trainer=True))[0].is_from_cache


def test_where_a_question_of_it_is_gone_it_is_made_anew(trainer):
    first = done(asked(trainer))
    waiting = asked(trainer)
    assert waiting[0].is_from_cache
    question = first.items.first().question
    retire_question(question, by=trainer, at=now())

    second = done(waiting)

    assert not second.is_from_cache
    assert second.saved_count
    assert not asked(trainer)[0].is_from_cache or second.saved_count


# Cancelling and dying


def test_cancelled_before_it_began_it_makes_nothing(trainer):
    generation, job = asked(trainer)

    cancel_job(job, at=now())
    run_job(job.pk)

    generation.refresh_from_db()
    assert generation.state == GenerationState.CANCELLED
    assert generation.ended_at is not None
    assert not generation.quiz.quiz_questions.exists()


@pytest.mark.parametrize("step", ["make", "repair", "answer"])
def test_cancelled_at_any_step_it_saves_nothing(trainer, scripted, step):
    generation, job = asked(trainer)
    broken = single("Which one is broken?", explanation="")
    scripted(
        drafts=[single("Which one is whole?"), broken],
        at_step=step,
        during=lambda: cancel_job(job, at=now()),
    )

    made = done((generation, job))

    assert made.state == GenerationState.CANCELLED
    assert not Question.objects.exists()
    assert not made.quiz.quiz_questions.exists()
    assert made.requests


def test_a_worker_that_dies_leaves_a_failed_job_and_an_empty_draft(trainer, monkeypatch):
    generation, job = asked(trainer)

    def dies(*_args, **_named):
        raise SystemExit

    monkeypatch.setattr(generation_job, "save_generated", dies)
    with pytest.raises(SystemExit):
        run_job(job.pk)
    reap(at=now() + timedelta(minutes=5))

    job.refresh_from_db()
    generation.refresh_from_db()
    assert (job.status, job.error["code"]) == ("failed", "UNAVAILABLE")
    assert (generation.state, generation.error["code"]) == ("failed", "UNAVAILABLE")
    assert not Question.objects.exists()
    assert not generation.quiz.quiz_questions.exists()
    assert Event.objects.filter(name="quizzes.generation_failed").count() == 1


def test_a_run_that_was_given_up_saves_nothing_any_more(trainer, scripted):
    generation, job = asked(trainer)
    scripted(at_step="answer", during=lambda: reap(at=now() + timedelta(minutes=5)))

    made = done((generation, job))

    assert made.state == GenerationState.FAILED
    assert not Question.objects.exists()


def test_half_a_saving_is_none(trainer, monkeypatch):
    def breaks(*_args, **_named):
        raise RuntimeError

    monkeypatch.setattr(generation_actions, "add_questions", breaks)

    made = done(asked(trainer))

    assert made.state == GenerationState.FAILED
    assert not Question.objects.exists()
    assert not GeneratedQuestion.objects.exists()


def test_a_quiz_that_was_published_meanwhile_gets_nothing_put_into_it(trainer):
    generation, job = asked(trainer)
    set_questions(
        generation.quiz, asked=[Asked(make_question(owner=trainer))], by=trainer, at=now()
    )
    publish_quiz(generation.quiz, by=trainer, at=now())

    made = done((generation, job))

    assert made.state == GenerationState.FAILED
    assert made.quiz.quiz_questions.count() == 1


def test_what_stood_in_the_draft_meanwhile_stays_in_front(trainer):
    generation, job = asked(trainer)
    own = make_question(owner=trainer)
    set_questions(generation.quiz, asked=[Asked(own)], by=trainer, at=now())

    made = done((generation, job))

    assert made.quiz.quiz_questions.count() == 6
    assert made.quiz.quiz_questions.get(position=1).question == own


def test_an_admin_lets_a_failed_job_run_again(trainer, monkeypatch):
    generation, job = asked(trainer)
    with monkeypatch.context() as patch:
        patch.setattr(generation_job, "wish_of", lambda _generation: 1 / 0)
        done((generation, job))
    job.refresh_from_db()

    retry_job(job, at=now())
    made = done((generation, job))

    assert made.state == GenerationState.SUCCEEDED
    assert (made.error, made.saved_count) == (None, 5)


def test_only_what_failed_is_asked_once_more(trainer):
    made = done(asked(trainer))

    with pytest.raises(Conflict):
        ask_once_more(made, by=trainer, at=now(), seed=1)


# What is saved


def test_a_quiz_is_a_draft_of_draft_questions_that_came_by_ai(trainer):
    made = done(asked(trainer))

    assert made.quiz.status == "draft"
    assert set(Question.objects.values_list("status", "owner")) == {("draft", trainer.pk)}
    assert set(QuestionVersion.objects.values_list("origin", flat=True)) == {"ai"}
    assert all(item.span in TEXT for item in made.items.all())
    assert Event.objects.filter(name="quizzes.quiz_generated").count() == 1


def test_publishing_says_who_stood_for_its_questions(trainer):
    made = done(asked(trainer))
    served = done(asked(trainer))

    publish_quiz(served.quiz, by=trainer, at=now())

    assert set(made.items.values_list("vetted_by", flat=True)) == {trainer.pk}


def test_a_trainer_ticks_a_question_and_takes_the_tick_back(trainer):
    item = done(asked(trainer)).items.first()

    vet_question(item, is_sound=True, by=trainer, at=now())
    assert (item.vetted_by, item.vetted_at is None) == (trainer, False)
    vet_question(item, is_sound=False, by=trainer, at=now())
    assert (item.vetted_by, item.vetted_at) == (None, None)


def test_what_the_bank_asks_already_is_not_asked_again(trainer, scripted):
    bank = make_question(owner=trainer)
    known = bank.versions.get().text
    scripted(drafts=[single("Which is new?"), single(known)])

    made = done(asked(trainer, count=2))

    assert (made.saved_count, made.dropped_count) == (1, 1)
    assert "asked already" in made.problems[0]["faults"][0]


def test_a_draft_that_resembles_a_question_of_the_bank_is_kept_with_that_question(
    trainer, scripted
):
    near = make_question(owner=trainer, written={"text": "Which key names a row of a table?"})
    scripted(drafts=[single("Which key names each row of a table?"), single("What is new?")])

    made = done(asked(trainer, count=2))

    assert [item.resembled_id for item in made.items.all()] == [near.pk, None]


def test_a_question_is_not_said_to_resemble_the_one_whose_place_it_takes(trainer, scripted):
    scripted(drafts=[single("Which key names a row of a table?")])
    made = done(asked(trainer, count=1))
    old = made.items.get().question_id
    scripted(drafts=[single("Which key names each row of a table?")])

    replaced = done(ask_replacement(made.quiz, question=old, by=trainer, at=now(), seed=9))

    assert replaced.items.get().resembled_id is None


def test_comparing_with_the_bank_takes_as_many_queries_for_a_large_one(trainer):
    generation, _job = asked(trainer)
    drafts = [single(f"What is {word}?") for word in WORDS]

    def queries():
        with CaptureQueriesContext(connection) as captured:
            generation_job.asked_already(generation, drafts)
        return len(captured)

    few = queries()
    for _ in range(8):
        make_question(owner=trainer)

    assert queries() == few <= 3


def test_more_than_was_asked_for_is_left_out_without_a_word(trainer, scripted):
    scripted(drafts=[single(f"What is {word}?") for word in WORDS[:6]])

    made = done(asked(trainer, count=3))

    assert (made.saved_count, made.dropped_count) == (3, 0)


# Another one


def test_another_question_takes_the_place_of_one(trainer):
    made = done(asked(trainer, count=4, types=["FILL_BLANKS"]))
    before = texts_in(made.quiz)
    old = made.quiz.quiz_questions.get(position=2).question

    replaced = done(ask_replacement(made.quiz, question=old.pk, by=trainer, at=now(), seed=9))

    after = texts_in(made.quiz)
    assert replaced.saved_count == 1
    assert after[1] not in before
    assert (after[0], after[2:]) == (before[0], before[2:])
    assert not Question.objects.filter(pk=old.pk).exists()
    new = made.quiz.quiz_questions.get(position=2).question
    assert new.versions.get().type == "FILL_BLANKS"
    assert new.generated.generation == replaced


def test_a_question_that_another_quiz_asks_is_taken_out_and_not_deleted(trainer):
    made = done(asked(trainer))
    old = made.quiz.quiz_questions.get(position=1).question
    other = make_quiz(title="Another", by=trainer, at=now())
    set_questions(other, asked=[Asked(old)], by=trainer, at=now())

    done(ask_replacement(made.quiz, question=old.pk, by=trainer, at=now(), seed=9))

    assert QuizQuestion.objects.filter(question=old).get().quiz == other


def test_where_its_type_is_used_up_one_of_the_others_stands_in(trainer):
    made = done(asked(trainer, count=3, types=["NUMERIC", "TRUE_FALSE"]))
    wish = {**made.wish, "types": ["NUMERIC", "TRUE_FALSE", "ORDERING"]}
    Generation.objects.filter(pk=made.pk).update(wish=wish)
    for question in made.items.filter(question__versions__type="NUMERIC").values("question"):
        new = done(
            ask_replacement(made.quiz, question=question["question"], by=trainer, at=now(), seed=9)
        )
        assert new.saved_count == 1


def test_whoever_has_a_question_replaced_has_changed_the_quiz(trainer):
    made = done(asked(trainer, count=4, types=["FILL_BLANKS"]))
    question = made.quiz.quiz_questions.get(position=2).question_id
    waiting = ask_replacement(made.quiz, question=question, by=trainer, at=now(), seed=9)
    Quiz.objects.filter(pk=made.quiz.pk).update(edited_by=UserFactory(trainer=True))
    saved = Event.objects.filter(name="quizzes.quiz_saved")
    before = saved.count()

    done(waiting)

    made.quiz.refresh_from_db()
    assert made.quiz.edited_by == trainer
    assert saved.count() == before + 1


def test_where_no_other_is_to_be_had_the_old_one_stays(trainer):
    made = done(asked(trainer, count=50, types=["NUMERIC"]))
    before = texts_in(made.quiz)
    question = made.quiz.quiz_questions.first().question_id

    replaced = done(ask_replacement(made.quiz, question=question, by=trainer, at=now(), seed=9))

    assert replaced.state == GenerationState.FAILED
    assert replaced.error["code"] == "NOTHING_MADE"
    assert texts_in(made.quiz) == before


def test_only_generated_questions_of_drafts_are_replaced_and_one_at_a_time(trainer):
    made = done(asked(trainer))
    quiz, question = made.quiz, made.items.first().question_id
    own = make_question(owner=trainer)
    add_questions(quiz, questions=[own], by=trainer, at=now(), place=1)

    with pytest.raises(NotReplaceable):
        ask_replacement(quiz, question=own.pk, by=trainer, at=now(), seed=1)
    ask_replacement(quiz, question=question, by=trainer, at=now(), seed=1)
    with pytest.raises(Conflict):
        ask_replacement(quiz, question=question, by=trainer, at=now(), seed=1)
    publish_quiz(quiz, by=trainer, at=now())
    with pytest.raises(NotReplaceable):
        ask_replacement(quiz, question=question, by=trainer, at=now(), seed=1)


def test_for_a_question_that_was_taken_out_meanwhile_no_other_is_asked(trainer):
    made = done(asked(trainer))
    question = made.items.first().question_id
    QuizQuestion.objects.filter(question=question).delete()

    with pytest.raises(NoLongerListed):
        ask_replacement(made.quiz, question=question, by=trainer, at=now(), seed=9)

    assert not Generation.objects.exclude(replaces=None).exists()


def test_a_question_that_was_taken_out_meanwhile_is_not_replaced(trainer):
    made = done(asked(trainer))
    question = made.items.first().question
    waiting = ask_replacement(made.quiz, question=question.pk, by=trainer, at=now(), seed=9)
    QuizQuestion.objects.filter(question=question).delete()

    replaced = done(waiting)

    assert replaced.state == GenerationState.FAILED
    assert made.quiz.quiz_questions.count() == 4


def test_saving_twice_is_refused_by_the_job_and_not_by_luck(trainer):
    made = done(asked(trainer))

    run_job(made.job)
    Job.objects.filter(pk=made.job).update(status="queued", finished_at=None)
    run_job(made.job)

    assert made.quiz.quiz_questions.count() == 5
