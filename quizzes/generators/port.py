"""The port through which questions are made; another provider is one class more.

A generator gets a wish and gives drafts: questions in the words of their kinds, which nobody has
checked yet. What it may not do is left to its watch: how often it asks, when it stops, what it
costs. Nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from questions.kinds import QuestionType

# What can be made and graded without a person.
MADE_TYPES = (
    QuestionType.SINGLE,
    QuestionType.MULTIPLE,
    QuestionType.TRUE_FALSE,
    QuestionType.NUMERIC,
    QuestionType.SHORT_TEXT,
    QuestionType.FILL_BLANKS,
    QuestionType.MATCHING,
    QuestionType.ORDERING,
)
USUAL_TYPES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. `source` is the text to ask about.

    `spare` are types that may stand in where those wished for give too few. `avoid` is what is
    asked already, `used` the passages of the source that it rests on.
    """

    prompt: str
    count: int
    seed: int
    source: str = ""
    types: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    difficulty: str = ""
    language: str = "en"
    searches_web: bool = False
    avoid: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A question as a generator wrote it: `written` is what `read_entry` reads.

    `span` is the passage of the source that it rests on, word for word.
    """

    written: Mapping[str, Any]
    span: str = ""


@dataclass(frozen=True)
class Faulty:
    """A draft that cannot be taken, and why, in words for whoever is to mend it."""

    draft: Draft
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """`notes` say, in words for people, what could not be made and why."""

    drafts: tuple[Draft, ...]
    notes: tuple[str, ...] = ()


class Watch(Protocol):
    """Stands beside a generator while it works. Each of its methods may end the work."""

    def before_request(self) -> None:
        """Waits until one more request may go out."""

    def spent(self, *, model: str, tokens_in: int, tokens_out: int) -> None:
        """Notes what a request has cost, also one whose answer is of no use."""

    def wait(self, seconds: float) -> None:
        """Lets time pass before another try."""


class QuestionGenerator(Protocol):
    """`second_opinion` says whether it can answer its own questions without their keys."""

    name: str
    model: str
    second_opinion: bool

    def make(self, wish: Wish, watch: Watch) -> Made:
        """As many as it can, at most a few more than were asked for."""

    def repair(self, wish: Wish, faulty: Sequence[Faulty], watch: Watch) -> Made:
        """One more try at these, in their order; what cannot be mended is left out."""

    def answer(self, wish: Wish, asked: Sequence[Mapping[str, Any]], watch: Watch) -> list[Any]:
        """What it answers to each, without having seen a key; None where it does not know."""
