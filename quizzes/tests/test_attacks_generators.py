"""A provider that lies: about what it sends, how much of it, how fast, and from where."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from quizzes.actions import generation_job
from quizzes.generators.gemini.reading import drafts_in, sources_for
from quizzes.generators.gemini.talk import Said, Support
from quizzes.models import GenerationState
from quizzes.tests.generation import asked, done

pytestmark = pytest.mark.django_db

TOPICS = ("indexes", "joins", "deadlocks", "isolation", "columns", "planners", "statements")
# Beyond any honest answer, and small enough for a test.
TOO_MUCH = 6 * 1024 * 1024


class Liar:
    """Answers each request by the next of `answers`, and the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.paths: list[str] = []
        self.is_over = Event()
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                liar.paths.append(self.path)
                answer = liar.answers.pop(0) if len(liar.answers) > 1 else liar.answers[0]
                with suppress(OSError):
                    answer(self)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Liar]:
        thread = Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.is_over.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@pytest.fixture
def liar(settings, monkeypatch):
    monkeypatch.setattr(generation_job, "pause", lambda _seconds: None)
    settings.GEMINI_TIMEOUT = 20
    with Liar().serving() as liar:
        settings.GEMINI = {"url": liar.url, "key": "a-key", "is_sandbox": False}
        yield liar


def sending(body: bytes, *, status: int = 200, **headers: str) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        named = {name.replace("_", "-"): said for name, said in headers.items()}
        for name, said in {"Content-Type": "application/json", **named}.items():
            handler.send_header(name, said)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def said(text: str, **more: Any) -> bytes:
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 20, "totalTokenCount": 30}
    content = {"role": "model", "parts": [{"text": text}]}
    candidate = {"content": content, "finishReason": "STOP", **more}
    return json.dumps({"candidates": [candidate], "usageMetadata": usage}).encode()


def questions(*rows: dict[str, Any]) -> Any:
    return sending(said(json.dumps({"questions": rows})))


def answers(*rows: list[str]) -> Any:
    numbered = [{"number": number, "answer": row} for number, row in enumerate(rows, start=1)]
    return sending(said(json.dumps({"answers": numbered})))


def row(topic: str, **change: Any) -> dict[str, Any]:
    choices = [{"text": each, "correct": each == "right"} for each in ("right", "left", "up")]
    known = {"type": "SINGLE", "text": f"What is there to know about {topic}?", "choices": choices}
    return {**known, "explanation": "Because it says so of itself.", "difficulty": "easy", **change}


def prompted(trainer: Any, **wish: Any) -> Any:
    usual = {"type_": "PROMPT", "source_text": "", "prompt": "Databases", "count": 3}
    return done(asked(trainer, **(usual | wish)))


def texts_of(made: Any) -> list[str]:
    rows = made.quiz.quiz_questions.order_by("position")
    return list(rows.values_list("question__versions__text", flat=True))


def test_characters_that_no_database_takes_lose_no_question_that_was_paid_for(liar, trainer):
    odd = "\x00\ud800"
    liar.answers = [
        questions(
            row(f"ind{odd}exes", explanation=f"Because{odd} it says so of itself."),
            row("joins", difficulty=f"odd{odd}"),
            row(f"locks{odd}", choices=[{"text": f"one{odd}", "correct": True}]),
        ),
        questions(row(f"lo{odd}cks", quote=odd)),
        answers([f"ri{odd}ght"], [odd], [odd]),
    ]

    made = prompted(trainer)

    assert made.state == GenerationState.SUCCEEDED
    assert texts_of(made)[0] == "What is there to know about indexes?"
    assert made.items.order_by("pk").first().agrees is True
    assert made.tokens_out > 0


def test_what_turns_text_around_or_is_not_seen_stands_in_no_key(liar, trainer):
    liar.answers = [
        questions(
            row(
                "short \u202ewords\u202c",
                type="SHORT_TEXT",
                choices=None,
                accepted=["LEFT\u200b JO\u2060IN\ufeff"],
                explanation="\u2066It keeps\u2069 every row of the left one.",
            )
        ),
        answers(["LEFT JOIN"]),
    ]

    made = prompted(trainer, types=["SHORT_TEXT"], count=1)

    version = made.items.get().question.versions.get()
    assert version.text == "What is there to know about short words?"
    assert version.key["accepted"] == ["LEFT JOIN"]
    assert version.explanation == "It keeps every row of the left one."
    assert made.items.get().agrees is True


def test_two_choices_that_look_the_same_are_a_fault(liar, trainer):
    twins = [
        {"text": "right", "correct": True},
        {"text": "ri\u200bght", "correct": False},
        {"text": "left", "correct": False},
    ]
    liar.answers = [questions(row("twins", choices=twins))]

    made = prompted(trainer, count=1)

    assert made.state == GenerationState.FAILED
    assert "say the same" in str(made.problems)


def test_ten_thousand_questions_for_three_are_three(liar, trainer):
    many = [row(f"{topic} {n}") for n in range(2_000) for topic in TOPICS[:5]]
    faulty = [row(topic, explanation="") for topic in TOPICS[:3]]
    liar.answers = [questions(*faulty), questions(*many), answers(["right"])]

    made = prompted(trainer)

    assert (made.received_count, made.saved_count) == (3, 3)
    assert len(made.problems) == made.dropped_count == 0


def test_ten_thousand_faulty_ones_are_told_of_as_far_as_they_were_asked_for(liar, trainer):
    many = [row(topic, explanation="") for _n in range(2_000) for topic in TOPICS[:5]]
    liar.answers = [questions(row("indexes"), row("joins", text="")), questions(*many), answers([])]

    made = prompted(trainer, count=2)

    assert (made.saved_count, made.dropped_count) == (1, 1)


def test_a_question_of_megabytes_is_left_out_and_sent_to_nobody_for_mending(liar, trainer):
    liar.answers = [questions(row("indexes"), row("joins", text="x" * 300_000)), answers(["right"])]

    made = prompted(trainer, count=2)

    assert texts_of(made) == ["What is there to know about indexes?"]
    assert len(liar.paths) == 2
    assert "left out" in " ".join(made.notes)


@pytest.mark.parametrize("value", ["1e400", "-1e400", "NaN", "Infinity", "1" * 5_000])
def test_a_number_that_is_none_is_no_key(liar, trainer, value):
    numeric = json.dumps(row("numbers", type="NUMERIC", choices=None, value="?", tolerance=0))
    given = numeric.replace('"?"', value)
    liar.answers = [sending(said(f'{{"questions": [{given}]}}'))]

    made = prompted(trainer, types=["NUMERIC"], count=1)

    assert made.state == GenerationState.FAILED
    assert made.error["code"] in {"NOTHING_MADE", "UNREADABLE_ANSWER"}


def test_an_answer_without_an_end_is_not_read_to_its_end(liar, trainer):
    liar.answers = [sending(said(json.dumps({"questions": [row("indexes")]})) + b" " * TOO_MUCH)]

    made = prompted(trainer, count=1)

    assert made.error["code"] == "GENERATOR_AWAY"


def test_a_small_answer_that_bursts_is_not_unpacked(liar, trainer):
    whole = said(json.dumps({"questions": [row("indexes")]})) + b" " * TOO_MUCH
    liar.answers = [sending(gzip.compress(whole), Content_Encoding="gzip")]

    made = prompted(trainer, count=1)

    assert made.error["code"] == "GENERATOR_AWAY"


def test_an_answer_that_drips_ends_with_its_time(liar, trainer, settings):
    settings.GEMINI_TIMEOUT = 0.5

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not liar.is_over.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    liar.answers = [drip]

    made = prompted(trainer, count=1)

    assert made.error["code"] == "GENERATOR_AWAY"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_elsewhere_with_the_key(liar, trainer, status):
    liar.answers = [sending(b"{}", status=status, Location=f"{liar.url}/elsewhere")]

    made = prompted(trainer, count=1)

    assert made.state == GenerationState.FAILED
    assert not any("elsewhere" in path for path in liar.paths)


def test_sources_that_no_browser_may_follow_are_left_out():
    sources = (
        {"title": "One", "url": "javascript:alert(1)"},
        {"title": "Two", "url": "data:text/html,x"},
        {"title": "Three", "url": "https://example.org/three"},
    )
    notes = Said("…", sources=sources, supports=(Support("indexes are sorted", (0, 1)),))

    assert sources_for("indexes are sorted", notes) == ()


def test_a_place_among_the_sources_that_is_none_is_no_error(liar, trainer):
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://example.org/a", "title": "A\u202e\x00"}}],
        "groundingSupports": [
            {"segment": {"text": "Indexes are sorted"}, "groundingChunkIndices": [-5, 99, 0]}
        ],
    }
    liar.answers = [
        sending(said("Indexes are sorted.", groundingMetadata=grounding)),
        questions(row("indexes", quote="Indexes are sorted.")),
        answers(["right"]),
    ]

    made = prompted(trainer, type_="WEB_SEARCH", count=1)

    sources = made.items.get().question.versions.get().sources
    assert sources == [{"url": "https://example.org/a", "title": "A"}]


def test_a_thousand_braces_in_each_other_are_gone_through():
    deep = "{" * 50_000
    nested = '{"a":' * 50_000

    assert drafts_in(Said(deep)) == ([], True)
    assert drafts_in(Said(nested)) == ([], True)
