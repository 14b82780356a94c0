"""Questions that somebody pastes: what is understood of them, and which lines are wrong.

The plain form parts questions by empty lines. Of each, the lines say:

    Which join keeps every row of the left table?
    - INNER JOIN
    * LEFT JOIN
    Explanation: What has no partner comes with NULLs.

`*` marks what is right; with several of them, several are to be chosen. Without any `-`, the first
line is the question and each other one a choice. In place of choices stands `Answer:` with a
number, a text, several texts between bars, or true or false. `Explanation:` reaches to the end of
the question, and what stands between lines of ``` is code, with its empty lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _

from accounts.models import User
from questions.formats import FORMATS, rows_in
from questions.formats.drafts import Draft, Row
from questions.kinds import Problem, kind_of
from questions.planning import PlannedRow, RowState, plan_import, read_rows

PLAIN, GIFT = "plain", "gift"

_FENCE = re.compile(r"^\s*(```|~~~)")
_CHOICE = re.compile(r"^\s*([*-])\s+(.*)$")
_EXPLANATION = re.compile(r"^\s*explanation\s*:\s*(.*)$", re.IGNORECASE)
_ANSWER = re.compile(r"^\s*answer\s*:\s*(.*)$", re.IGNORECASE)
_TRUTH = {"true": True, "false": False, "yes": True, "no": False}
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)?$")


@dataclass(frozen=True)
class _Line:
    text: str
    is_code: bool

    @property
    def mark(self) -> str:
        found = None if self.is_code else _CHOICE.match(self.text)
        return found[1] if found else ""

    @property
    def unmarked(self) -> str:
        found = None if self.is_code else _CHOICE.match(self.text)
        return found[2].strip() if found else self.text.strip()


@dataclass(frozen=True)
class Understood:
    """What became of one pasted question; `line` is where it begins."""

    line: int
    planned: PlannedRow

    @property
    def is_sound(self) -> bool:
        return self.planned.state != RowState.WRONG

    @property
    def is_known(self) -> bool:
        return self.planned.state == RowState.IDENTICAL

    @property
    def text(self) -> str:
        written = self.planned.row.written or self.planned.row.cells or {}
        return str(written.get("text", ""))

    @property
    def type(self) -> str:
        return self.planned.entry.outline.type if self.planned.entry else ""

    @property
    def right(self) -> list[str]:
        """What is right, in words."""
        if self.planned.entry is None:
            return []
        outline = self.planned.entry.outline
        if outline.choices:
            ordered = sorted(outline.choices, key=lambda each: each.place)
            return [each.text for each in ordered if each.is_correct or each.place]
        written = kind_of(outline.type).write(outline)
        if "pairs" in written:
            return [f"{pair['left']} → {pair['right']}" for pair in written["pairs"]]
        return [str(each) for each in written.get("accepted", [written.get("value", "")]) if each]

    @property
    def wrong(self) -> list[str]:
        entry = self.planned.entry
        choices = entry.outline.choices if entry else ()
        return [each.text for each in choices if not each.is_correct and not each.place]


def understood(text: str, *, written_as: str, owner: User) -> list[Understood]:
    """Each with its problems; those that the owner has already in the bank are found there.

    Raises FileUnreadable for what holds no question at all.
    """
    rows = _gift_rows(text) if written_as == GIFT else _plain_rows(text)
    planned = plan_import(read_rows(rows), owner=owner, format_="gift")
    return [Understood(each.row.number, each) for each in planned]


def _gift_rows(text: str) -> list[Row]:
    """Without references, by which an import would change what is in the bank."""
    rows = rows_in(BytesIO(text.encode()), FORMATS[GIFT])
    return [
        Row(row.number, row.written and {**row.written, "reference": ""}, row.problems, row.notes)
        for row in rows
    ]


def _plain_rows(text: str) -> list[Row]:
    return [_plain_row(number, lines) for number, lines in _blocks(text)]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """What stands between empty lines, but for those in code."""
    lines: list[str] = []
    first, is_code = 1, False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if _FENCE.match(line):
            is_code = not is_code
        if line.strip() or is_code:
            first = first if lines else number
            lines.append(line.rstrip())
        elif lines:
            yield first, lines
            lines = []
    if lines:
        yield first, lines


def _plain_row(number: int, lines: Sequence[str]) -> Row:
    said, explanation = _parted_at(_EXPLANATION, _told(lines))
    said, answer = _parted_at(_ANSWER, said)
    question, choices = (said, []) if answer else _question_and_choices(said)
    written: Draft = {"text": _joined(question), "explanation": _joined(explanation)}
    problem = _say_answers(written, choices, _joined(answer))
    shown = {"text": written["text"]}
    return Row(number, None if problem else written, (problem,) if problem else (), cells=shown)


def _told(lines: Sequence[str]) -> list[_Line]:
    """Each line with whether it belongs to code, in which nothing is a mark."""
    told, is_code = [], False
    for line in lines:
        is_fence = bool(_FENCE.match(line))
        told.append(_Line(line, is_code or is_fence))
        is_code ^= is_fence
    return told


def _parted_at(name: re.Pattern[str], said: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    """What stands before a line with that name, and from it on without the name."""
    for place, line in enumerate(said):
        found = None if line.is_code else name.match(line.text)
        if found:
            return said[:place], [_Line(found[1], False), *said[place + 1 :]]
    return said, []


def _question_and_choices(said: list[_Line]) -> tuple[list[_Line], list[Draft]]:
    marked = [line.mark for line in said]
    if "-" in marked:
        start = next(place for place, mark in enumerate(marked) if mark)
        choices: list[Draft] = []
        for line in said[start:]:
            if line.mark:
                choices.append({"text": line.unmarked, "correct": line.mark == "*"})
            else:
                choices[-1]["text"] += f"\n{line.text}"
        return said[:start], choices
    start = next((n for n, line in enumerate(said[1:], start=1) if not line.is_code), len(said))
    return said[:start], [
        {"text": line.unmarked, "correct": line.mark == "*"} for line in said[start:]
    ]


def _say_answers(written: Draft, choices: list[Draft], answer: str) -> Problem | None:
    if answer:
        _say_answer(written, answer)
        return None
    if not choices:
        return Problem("choices", _("Write its choices beneath, or “Answer:” with what is right."))
    right = sum(bool(each["correct"]) for each in choices)
    if not right:
        return Problem("choices", _("Mark what is right with a * before it."))
    written |= {"type": "SINGLE" if right == 1 else "MULTIPLE", "choices": choices}
    return None


def _say_answer(written: Draft, answer: str) -> None:
    if answer.lower() in _TRUTH:
        written |= {"type": "TRUE_FALSE", "answer": _TRUTH[answer.lower()]}
    elif _NUMBER.match(answer):
        written |= {"type": "NUMERIC", "value": answer.replace(",", ".")}
    else:
        accepted = [each.strip() for each in answer.split("|") if each.strip()]
        written |= {"type": "SHORT_TEXT", "accepted": accepted}


def _joined(lines: Sequence[_Line]) -> str:
    return "\n".join(line.text for line in lines).strip()
