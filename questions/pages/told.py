"""What has just been done to many questions: kept until the list is shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.http import HttpRequest

from questions.models import QuestionVersion
from questions.templatetags.bank import opening

KEPT = "questions.told"
MOST_NAMED = 5


@dataclass(frozen=True)
class Named:
    """What is to be said of some questions: the first by name, of the others how many `more`."""

    said: str
    names: list[tuple[int, str]]
    more: int = 0


@dataclass(frozen=True)
class Told:
    """`ticket` undoes what was done, where that can be undone."""

    said: str = ""
    notes: list[Named] = field(default_factory=list)
    ticket: str = ""


def keep(request: HttpRequest, told: Told) -> None:
    request.session[KEPT] = asdict(told)


def told_in(request: HttpRequest) -> Told | None:
    """Told once."""
    kept = request.session.pop(KEPT, None)
    if kept is None:
        return None
    notes = [
        Named(note["said"], [(key, name) for key, name in note["names"]], note["more"])
        for note in kept["notes"]
    ]
    return Told(kept["said"], notes, kept["ticket"])


def named(keys: Sequence[int], said: str, *, most: int = MOST_NAMED) -> Named:
    shown = keys[:most]
    texts = dict(
        QuestionVersion.objects.newest().filter(question__in=shown).values_list("question", "text")
    )
    names = [(key, opening(texts[key])) for key in shown if key in texts]
    return Named(said, names, len(keys) - len(shown))
