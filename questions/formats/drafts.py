"""A question between a file and the bank.

What every format reads and writes is one mapping: the words of the kind (see `questions.kinds`)
beside `type`, `reference`, `subject`, `chapter`, `explanation`, `marks`, `difficulty`, `tags` and
`sources`. JSON files are that mapping, all others say it in their own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from questions.bank_files import DIFFICULTIES, WORDS
from questions.kinds import KINDS, Outline, Problem, kind_of
from questions.tags import plain_tags

Draft: TypeAlias = dict[str, Any]

FACTS = ("reference", "subject", "chapter", "explanation", "marks", "difficulty", "tags", "sources")
MOST_MARKS = Decimal("9999.99")
LONGEST_REFERENCE = 100
LONGEST_NAME = 120
LONGEST_TAG = 40
MOST_TAGS = 20
MOST_SOURCES = 20
LONGEST_EXPLANATION = 20_000
DEEPEST = 6

# What no page shows, no XML holds and no database takes.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Row:
    """`number` is where people find it in the file. `notes` say what was not taken over.

    `cells` are those of a sheet as they stand there.
    """

    number: int
    written: Draft | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    cells: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Entry:
    """A sound question with its facts. Subject and chapter are names, not yet looked up."""

    outline: Outline
    reference: str = ""
    subject: str = ""
    chapter: str = ""
    explanation: str = ""
    marks: Decimal = Decimal(1)
    difficulty: str = "medium"
    tags: tuple[str, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Reading:
    entry: Entry | None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def read_entry(given: Mapping[str, Any]) -> Reading:
    """All that is wrong with it at once."""
    notes: list[Problem] = []
    written = _tidied(given, notes)
    type_ = written.get("type")
    if not isinstance(type_, str) or type_.strip().upper() not in KINDS:
        known = ", ".join(KINDS)
        return Reading(None, [Problem("type", _("Write one of %s.") % known)], notes)
    type_ = type_.strip().upper()
    said = _("This says nothing about %s, and is left out.") % type_
    idle = sorted(set(written) - {"type", "text", *FACTS, *WORDS[type_]})
    notes += [Problem(name, said) for name in idle]
    outline, problems = kind_of(type_).read(written)
    facts = {
        "reference": _line(written, "reference", LONGEST_REFERENCE, problems),
        "subject": _line(written, "subject", LONGEST_NAME, problems),
        "chapter": _line(written, "chapter", LONGEST_NAME, problems),
        "explanation": _words(written, "explanation", LONGEST_EXPLANATION, problems),
        "marks": _marks(written, problems),
        "difficulty": _difficulty(written, problems),
        "tags": _tags(written, problems),
        "sources": _sources(written, problems),
    }
    if facts["chapter"] and not facts["subject"]:
        problems.append(Problem("subject", _("Write the subject that this chapter is of.")))
    if outline is None or problems:
        return Reading(None, problems, notes)
    return Reading(Entry(outline, **facts), [], notes)  # type: ignore[arg-type]


def written_of(entry: Entry) -> Draft:
    """The mapping from which `read_entry` makes the same entry."""
    facts: Draft = {
        "reference": entry.reference,
        "subject": entry.subject,
        "chapter": entry.chapter,
        "explanation": entry.explanation,
        "tags": list(entry.tags),
        "sources": list(entry.sources),
    }
    return {
        "type": entry.outline.type,
        **kind_of(entry.outline.type).write(entry.outline),
        "marks": plain_number(entry.marks),
        "difficulty": entry.difficulty,
        **{name: said for name, said in facts.items() if said},
    }


def plain_number(number: Decimal) -> str:
    """Without zeros that say nothing, and never with an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def without_unseen(said: Any) -> Any:
    """The same without characters that XML and spreadsheets do not hold."""
    return each_text(said, lambda text: UNSEEN.sub("", text))


def compared_in(written: Draft) -> list[str]:
    """Texts with which answers are compared."""
    blanks = written.get("blanks", {}).values()
    return [
        *written.get("accepted", ()),
        *(each for blank in blanks for each in blank["accepted"]),
    ]


def texts_in(said: Any) -> list[str]:
    """Every text in it, however deep."""
    found: list[str] = []

    def heard(text: str) -> str:
        found.append(text)
        return text

    each_text(said, heard)
    return found


def each_text(said: Any, change: Callable[[str], str], depth: int = 0) -> Any:
    """The same with every text in it changed."""
    if isinstance(said, str):
        return change(said)
    if depth > DEEPEST:
        return said
    if isinstance(said, list):
        return [each_text(each, change, depth + 1) for each in said]
    if isinstance(said, Mapping):
        return {change(str(k)): each_text(v, change, depth + 1) for k, v in said.items()}
    return said


def _tidied(given: Mapping[str, Any], notes: list[Problem]) -> Draft:
    tidied: Draft = {}
    for name, said in given.items():
        plain = each_text(said, _with_plain_ends)
        tidied[name] = without_unseen(plain)
        if tidied[name] != plain:
            notes.append(Problem(name, _("Characters that nobody can see were left out.")))
    return tidied


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _words(written: Draft, name: str, longest: int, problems: list[Problem]) -> str:
    said = written.get(name)
    if said is None:
        return ""
    if not isinstance(said, str):
        problems.append(Problem(name, _("Write a text here.")))
        return ""
    said = said.strip()
    if len(said) > longest:
        problems.append(Problem(name, _("Write at most %d characters.") % longest))
        return ""
    return said


def _line(written: Draft, name: str, longest: int, problems: list[Problem]) -> str:
    return " ".join(_words(written, name, longest, problems).split())


def _marks(written: Draft, problems: list[Problem]) -> Decimal:
    said = written.get("marks")
    if said is None or said == "":
        return Decimal(1)
    is_number = isinstance(said, int | float | str) and not isinstance(said, bool)
    try:
        marks = Decimal(str(said).strip()[:40]) if is_number else Decimal(0)
    except InvalidOperation:
        marks = Decimal(0)
    is_sound = marks.is_finite() and 0 < marks <= MOST_MARKS
    if not is_sound or marks != round(marks, 2):
        problems.append(Problem("marks", _("Write a number above 0, such as 1 or 1.5.")))
        return Decimal(1)
    return round(marks, 2)


def _difficulty(written: Draft, problems: list[Problem]) -> str:
    said = written.get("difficulty") or "medium"
    plain = said.strip().lower() if isinstance(said, str) else ""
    if plain not in DIFFICULTIES:
        known = ", ".join(DIFFICULTIES)
        problems.append(Problem("difficulty", _("Write one of %s.") % known))
        return "medium"
    return plain


def _tags(written: Draft, problems: list[Problem]) -> tuple[str, ...]:
    """As the editor keeps them: in lower case, each once, in their order."""
    said = written.get("tags") or []
    if not isinstance(said, list) or not all(isinstance(tag, str) for tag in said):
        problems.append(Problem("tags", _("Write a list of words.")))
        return ()
    tags = sorted(plain_tags(said))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        most = {"most": MOST_TAGS, "longest": LONGEST_TAG}
        problems.append(
            Problem("tags", _("At most %(most)d tags of %(longest)d characters.") % most)
        )
        return ()
    return tuple(tags)


def _sources(written: Draft, problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    said = written.get("sources") or []
    is_list = isinstance(said, list) and len(said) <= MOST_SOURCES
    if not is_list or not all(_is_source(each) for each in said):
        problems.append(Problem("sources", _("Write a list of titles with addresses.")))
        return ()
    return tuple(dict(each) for each in said)


def _is_source(said: object) -> bool:
    """Facts of one level; an address is one that a browser may follow."""
    if not isinstance(said, Mapping) or not said or len(said) > 10:
        return False
    values: Iterable[object] = said.values()
    if not all(isinstance(value, str | int | bool) and len(str(value)) < 2_000 for value in values):
        return False
    address = said.get("url", "https://")
    return isinstance(address, str) and address.startswith(("https://", "http://"))
