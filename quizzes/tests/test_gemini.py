"""Quizzes by Gemini: Google's own library against the sandbox, with all that can go wrong."""

import json
from decimal import Decimal

import pytest

from core.clock import now
from core.jobs.models import Job
from core.registries import health_checks
from core.settings.gemini import SANDBOX_KEY, in_sandbox
from quizzes.actions import generation_job
from quizzes.actions.generation import ask_once_more
from quizzes.generators.gemini import GeminiGenerator
from quizzes.models import Generation, GenerationState, Quiz
from quizzes.tests.generation import TEXT, done, prompted

ALL_TYPES = (
    *("SINGLE", "MULTIPLE", "TRUE_FALSE", "NUMERIC"),
    *("SHORT_TEXT", "FILL_BLANKS", "MATCHING", "ORDERING"),
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def waited(monkeypatch):
    """Seconds that a worker would have waited, and does not here."""
    seconds = []
    monkeypatch.setattr(generation_job, "pause", seconds.append)
    return seconds


@pytest.fixture
def gemini(sandbox_server, settings, waited):
    settings.GEMINI = in_sandbox(sandbox_server.url)
    return sandbox_server


def requests_to(gemini):
    return [call for call in gemini.calls(service="gemini") if "generateContent" in call["path"]]


def code_of(generation):
    assert generation.state == GenerationState.FAILED
    assert not generation.quiz.quiz_questions.exists()
    assert Job.objects.get(pk=generation.job).error["code"] == generation.error["code"]
    return generation.error["code"]


# What goes well


def test_a_prompt_becomes_a_draft_with_a_second_opinion_on_each_question(gemini, trainer):
    made = prompted(trainer)

    assert (made.provider, made.model) == ("gemini", "gemini-2.5-flash")
    assert (made.asked_count, made.received_count, made.saved_count) == (4, 4, 4)
    assert made.quiz.status == "draft"
    items = list(made.items.all())
    assert [item.agrees for item in items] == [True] * 4
    assert all(item.second_opinion and item.vetted_at is None for item in items)


def test_each_type_that_is_wished_for_comes_and_is_answered_as_its_key_says(gemini, trainer):
    made = prompted(trainer, types=ALL_TYPES, count=16)

    asked_for = made.quiz.quiz_questions.values_list("question__versions__type", flat=True)
    assert set(asked_for) == set(ALL_TYPES)
    # A question whose words are those of another is answered by the stand-in as that other one.
    assert sum(item.agrees is True for item in made.items.all()) >= made.saved_count - 1


def test_what_it_cost_is_counted_with_each_request(gemini, trainer, settings):
    settings.GEMINI_PRICES = {"gemini-2.5-flash": (Decimal(1), Decimal(10))}

    made = prompted(trainer)

    assert made.requests == len(requests_to(gemini)) == 2
    assert made.tokens_in > 100 < made.tokens_out
    assert made.cost == (made.tokens_in + 10 * made.tokens_out) / Decimal(1_000_000)


def test_many_questions_come_in_parts(gemini, trainer):
    made = prompted(trainer, types=ALL_TYPES, count=32, prompt="Python, SQL, Git and HTTP")

    assert made.saved_count > 15
    assert made.received_count == 32
    assert made.requests >= 3


def test_difficulty_and_language_are_as_wished(gemini, trainer):
    hard = prompted(trainer, difficulty="hard")
    hindi = prompted(trainer, language="hi", prompt="Python")

    levels = hard.quiz.quiz_questions.values_list("question__versions__difficulty", flat=True)
    assert set(levels) == {"hard"}
    texts = hindi.quiz.quiz_questions.values_list("question__versions__text", flat=True)
    assert texts
    assert all(any("\u0900" <= letter <= "\u097f" for letter in text) for text in texts)


def test_web_search_keeps_the_sources_on_each_question(gemini, trainer):
    made = prompted(trainer, type_="WEB_SEARCH", prompt="SQL window functions")

    sources = made.quiz.quiz_questions.values_list("question__versions__sources", flat=True)
    assert all(each and each[0]["url"].startswith("https://docs.example.org/") for each in sources)
    assert all(each[0]["title"] for each in sources)
    assert made.requests == 3


def test_a_text_is_asked_about_with_the_passage_that_each_question_rests_on(
    gemini, trainer, settings
):
    settings.GEMINI = settings.GEMINI | {"is_sandbox": False}

    made = prompted(trainer, type_="SOURCE_TEXT", source_text=TEXT, prompt="")

    assert made.provider == "gemini"
    assert made.saved_count
    assert all(item.span and item.span in TEXT for item in made.items.all())


def test_in_the_demo_texts_are_left_to_the_built_in_generator(gemini, trainer):
    made = prompted(trainer, type_="SOURCE_TEXT", source_text=TEXT, prompt="")

    assert (made.provider, made.requests) == ("builtin", 0)
    assert {item.agrees for item in made.items.all()} == {None}


def test_the_second_quiz_on_one_thing_asks_something_else(gemini, trainer):
    first, second = prompted(trainer), prompted(trainer, again=True)

    def texts(made):
        return set(made.quiz.quiz_questions.values_list("question__versions__text", flat=True))

    assert second.saved_count
    assert not texts(first) & texts(second)


# What goes wrong

PASSING = ("429", "500", "503", "dropped", "broken_body")


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_out(gemini, trainer, waited, fault):
    gemini.play("gemini", fault, count=2)

    made = prompted(trainer)

    assert made.saved_count == 4
    assert made.requests == 4
    assert 0 < sum(waited) <= 3


@pytest.mark.parametrize("fault", PASSING)
def test_what_does_not_pass_is_given_up_after_five_tries(gemini, trainer, waited, fault):
    gemini.play("gemini", fault, count=9)

    made = prompted(trainer)

    assert code_of(made) == "GENERATOR_AWAY"
    assert made.requests == 5
    assert 5 < sum(waited) <= 15
    assert made.tokens_out == 0


def test_waits_grow_and_differ(gemini, trainer, waited):
    gemini.play("gemini", "503", count=4)

    prompted(trainer)

    assert sum(waited) > 7
    assert len(set(waited)) > 3


def test_when_google_says_how_long_to_wait_that_is_waited(gemini, trainer, waited):
    gemini.play("gemini", "429", count=1, retry_after=17)

    made = prompted(trainer)

    assert made.saved_count == 4
    assert sum(waited) == pytest.approx(17)


def test_who_is_to_wait_for_long_is_told_so_and_holds_no_worker(gemini, trainer, waited):
    gemini.play("gemini", "429", count=1, retry_after=3600)

    made = prompted(trainer)

    assert code_of(made) == "GENERATOR_AWAY"
    assert (made.requests, sum(waited)) == (1, 0)


def test_an_answer_that_never_comes_is_given_up(gemini, trainer, settings):
    settings.GEMINI_TIMEOUT = 0.2
    gemini.play("gemini", "timeout", count=9, seconds=30)

    assert code_of(prompted(trainer)) == "GENERATOR_AWAY"


@pytest.mark.parametrize("fault", ["invalid_key", "forbidden"])
def test_a_key_that_is_refused_is_not_tried_again(gemini, trainer, waited, fault):
    gemini.play("gemini", fault, count=1)

    made = prompted(trainer)

    assert code_of(made) == "GENERATOR_REFUSED"
    assert (made.requests, waited) == (1, [])


def test_a_model_that_is_not_there_is_a_refusal(gemini, trainer, settings):
    settings.GEMINI_MODEL = "gemini-none"

    assert code_of(prompted(trainer)) == "GENERATOR_REFUSED"


@pytest.mark.parametrize("fault", ["blocked_prompt", "blocked_answer"])
def test_what_its_filters_stop_is_told_and_not_tried_again(gemini, trainer, fault):
    gemini.play("gemini", fault, count=1)

    made = prompted(trainer)

    assert code_of(made) == "BLOCKED"
    assert made.requests == 1
    assert made.tokens_in > 0


@pytest.mark.parametrize("fault", ["no_candidates", "recitation", "wrong_schema"])
def test_an_answer_without_questions_is_asked_for_once_more(gemini, trainer, fault):
    gemini.play("gemini", fault, count=1)
    assert prompted(trainer).saved_count == 4

    gemini.play("gemini", fault, count=9)
    made = prompted(trainer, again=True)

    assert code_of(made) == "UNREADABLE_ANSWER"
    assert made.requests == 2


@pytest.mark.parametrize("fault", ["cut_off", "malformed_json"])
def test_of_a_broken_answer_what_is_whole_is_taken(gemini, trainer, fault):
    gemini.play("gemini", fault, count=1)

    made = prompted(trainer, count=8)

    assert 0 < made.saved_count < 8
    assert any("cut off or broken" in note for note in made.notes)


def test_a_question_that_comes_twice_is_mended_or_dropped(gemini, trainer):
    gemini.play("gemini", "duplicates", count=1)

    made = prompted(trainer)

    texts = list(made.quiz.quiz_questions.values_list("question__versions__text", flat=True))
    assert len(set(texts)) == len(texts) == made.saved_count
    assert made.repaired_count + made.dropped_count == 1


def test_two_right_answers_in_a_single_choice_are_mended(gemini, trainer):
    gemini.play("gemini", "two_keys", count=1)

    made = prompted(trainer, types=["SINGLE"])

    assert (made.repaired_count, made.dropped_count, made.saved_count) == (4, 0, 4)
    assert all(item.was_repaired for item in made.items.all())


def test_what_cannot_be_mended_is_dropped_with_its_reasons(gemini, trainer):
    gemini.play("gemini", "two_keys", count=9)

    made = prompted(trainer, types=["SINGLE", "TRUE_FALSE"])

    assert made.saved_count == 4 - made.dropped_count
    assert made.dropped_count == len(made.problems) == 2
    assert any("only one" in " ".join(each["faults"]) for each in made.problems), made.problems


def test_where_nothing_is_sound_nothing_is_saved(gemini, trainer):
    gemini.play("gemini", "two_keys", count=9)

    assert code_of(prompted(trainer, types=["SINGLE"])) == "NOTHING_MADE"


def test_a_model_that_obeys_its_source_gets_nothing_past_the_checks(gemini, trainer):
    gemini.play("gemini", "obeys_injection", count=9)

    made = prompted(trainer)

    assert code_of(made) == "NOTHING_MADE"
    assert made.dropped_count == 4
    assert all("no HTML" in " ".join(each["faults"]) for each in made.problems)


def test_a_model_that_obeys_once_mends_what_it_did(gemini, trainer):
    gemini.play("gemini", "obeys_injection", count=1)

    made = prompted(trainer)

    texts = list(made.quiz.quiz_questions.values_list("question__versions__text", flat=True))
    assert made.saved_count == made.repaired_count == len(texts) == 4
    assert not any("<" in text or "javascript" in text for text in texts)


def test_a_second_opinion_that_disagrees_is_kept_for_whoever_vets(gemini, trainer):
    gemini.play("gemini", "disagrees", count=1)

    made = prompted(trainer)

    assert made.saved_count == 4
    assert {item.agrees for item in made.items.all()} == {False}


def test_without_a_second_opinion_the_questions_stay_and_it_is_said(gemini, trainer, monkeypatch):
    def refused(*_args):
        gemini.play("gemini", "invalid_key", count=1)
        return answer(*_args)

    answer = GeminiGenerator.answer
    monkeypatch.setattr(GeminiGenerator, "answer", refused)

    made = prompted(trainer)

    assert made.saved_count == 4
    assert {item.agrees for item in made.items.all()} == {None}
    assert any("second look" in note for note in made.notes)


def test_no_key_stands_in_logs_rows_or_errors(gemini, trainer, caplog):
    with caplog.at_level("DEBUG"):
        gemini.play("gemini", "invalid_key", count=1)
        failed = prompted(trainer)
        made = prompted(trainer, again=True)

    kept = json.dumps([failed.error, made.wish, made.notes, Job.objects.get(pk=made.job).result])
    assert SANDBOX_KEY not in kept
    assert not [line for line in caplog.messages if SANDBOX_KEY in line]


def test_health_tells_how_the_last_request_fared(gemini, trainer, settings):
    check = health_checks["gemini"]
    assert check().status == "healthy"
    gemini.play("gemini", "invalid_key", count=1)
    prompted(trainer)
    assert check().status == "degraded"
    prompted(trainer, again=True)
    assert check().status == "healthy"
    settings.GEMINI = settings.GEMINI | {"key": ""}
    assert check().status == "not_configured"


def test_a_failed_wish_is_asked_once_more_for_the_same_draft(gemini, trainer):
    gemini.play("gemini", "forbidden", count=1)
    failed = prompted(trainer)

    made = done(ask_once_more(failed, by=trainer, at=now(), seed=1))

    assert made.quiz == failed.quiz
    assert made.quiz.quiz_questions.count() == 4
    assert Quiz.objects.count() == 1
    assert Generation.objects.filter(state=GenerationState.FAILED).count() == 1
