"""What every kind of question has in common."""

from __future__ import annotations

import random
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from django.utils.translation import gettext as _

# What a student answered, as it is kept: JSON, and in one form for one meaning.
Response: TypeAlias = Any

LONGEST_TEXT = 20_000
MOST_CHOICES = 20


class BadResponse(ValueError):
    """An answer that no student's page could have given; says in words what is wrong with it."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a question that somebody writes, by the field that it is about."""

    field: str
    message: str


@dataclass(frozen=True)
class Choice:
    """`id` belongs to one version. `place` is the right place of an item to order, from 1."""

    id: int
    text: str
    is_correct: bool = False
    feedback: str = ""
    place: int = 0


@dataclass(frozen=True)
class Outline:
    """A question as its author gives it, before it has ids: what import, editor and AI make.

    `body` is what students see besides text and choices, `key` what they must not see.
    """

    type: str
    text: str
    choices: tuple[Choice, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    key: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Material(Outline):
    """The same with ids that count: of one version of a question."""

    def choice(self, id_: int) -> Choice | None:
        return next((choice for choice in self.choices if choice.id == id_), None)


@dataclass(frozen=True)
class Deal:
    """In which order one student sees what can be shuffled: choices, and right sides to match."""

    choices: tuple[int, ...] = ()
    right: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grade:
    """`share` of the full marks, from 0 to 1; None as long as somebody has to look at it."""

    share: Fraction | None

    @property
    def is_pending(self) -> bool:
        return self.share is None

    @property
    def is_correct(self) -> bool | None:
        return None if self.share is None else self.share == 1


PENDING = Grade(None)
RIGHT = Grade(Fraction(1))
WRONG = Grade(Fraction(0))


class Kind(ABC):
    """One kind of question.

    `read` turns what an author wrote (the words of content files, JSON, forms) into an outline and
    says all that is wrong with it; `write` is its inverse. `deal` fixes an order, `parse` makes an
    answer sound or refuses it, `grade` weighs a sound one. Nothing here ever raises anything but
    BadResponse, and that only from `parse`.
    """

    type: ClassVar[str]
    # Whether an answer names choices by their ids.
    has_choices: ClassVar[bool] = False
    is_graded_by_hand: ClassVar[bool] = False

    @abstractmethod
    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        """None where there are problems."""

    @abstractmethod
    def write(self, outline: Outline) -> dict[str, Any]:
        """The words from which `read` makes the same outline."""

    @abstractmethod
    def parse(self, material: Material, raw: object) -> Response:
        """The answer as it is kept; None for no answer. Raises BadResponse."""

    @abstractmethod
    def grade(self, material: Material, response: Response) -> Grade:
        """Of an answer that `parse` has made; whatever else it is given is wrong, and no error."""

    @abstractmethod
    def right_response(self, material: Material) -> Response:
        """An answer with full marks; None where there is no such thing."""

    def deal(self, material: Material, *, seed: int, shuffle: bool = True) -> Deal:
        return Deal()

    def seen(self, material: Material) -> Mapping[str, Any]:
        """What a student sees besides text and choices."""
        return material.body


def shuffled(items: Sequence[Any], *, seed: int, shuffle: bool = True) -> tuple[Any, ...]:
    """The same order for the same seed, whatever order they came in."""
    ordered = sorted(items)
    if shuffle:
        random.Random(seed).shuffle(ordered)  # noqa: S311 (an order, not a secret)
    return tuple(ordered)


def words_in(written: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    """A text field of what an author wrote."""
    text = written.get(name, "")
    if text is None:
        return ""
    if not isinstance(text, str):
        problems.append(Problem(name, _("Write a text here.")))
        return ""
    if len(text) > LONGEST_TEXT:
        problems.append(
            Problem(name, _("Write at most %(most)s characters.") % {"most": LONGEST_TEXT})
        )
    return plain_ends(text).strip()


def plain_ends(text: str) -> str:
    """Forms and files of Windows end their lines otherwise, and mean the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def bare(text: str) -> str:
    """As one reads it: without what is not seen, and one space for many."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(without_hidden(text).split())


def without_hidden(text: str) -> str:
    """Joiners and marks of order are on no keyboard, and make no other answer."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def text_of(written: Mapping[str, Any], problems: list[Problem]) -> str:
    text = words_in(written, "text", problems)
    if not text and not any(problem.field == "text" for problem in problems):
        problems.append(Problem("text", _("Write the question.")))
    return text


def list_in(written: Mapping[str, Any], name: str, problems: list[Problem]) -> list[Any]:
    found = written.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        problems.append(Problem(name, _("Write a list here.")))
        return []
    return found


def flag_in(written: Mapping[str, Any], name: str, problems: list[Problem]) -> bool:
    found = written.get(name, False)
    if found is None:
        return False
    if not isinstance(found, bool):
        problems.append(Problem(name, _("Say yes or no.")))
        return False
    return found


def as_text(raw: object, *, longest: int = LONGEST_TEXT) -> str | None:
    """An answer in words; nothing but spaces is no answer."""
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise BadResponse(_("Answer with a text."))
    if len(raw) > longest:
        raise BadResponse(_("Answer with at most %(most)s characters.") % {"most": longest})
    text = as_kept(raw)
    return text if text.strip() else None


def as_kept(text: str) -> str:
    """As a database takes it: no answer is lost for a character that its writer does not see."""
    return text.replace("\x00", "").encode(errors="replace").decode()
