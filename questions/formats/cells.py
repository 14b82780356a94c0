"""Questions as rows of a sheet: which columns there are, and what stands in their cells.

A list stands in one cell, an item a line; where that would be ambiguous it stands there as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.spreadsheets import BEGINS_FORMULA
from questions.formats.drafts import Draft, Row
from questions.formats.limits import refuse
from questions.kinds import KINDS, Problem
from questions.kinds.base import MOST_CHOICES
from questions.kinds.fill_blanks import BLANK

Cells = Mapping[str, str]

FIRST = ("reference", "type", "subject", "chapter", "difficulty", "marks", "tags", "text")
LAST = (
    *("explanation", "scoring", "value", "tolerance", "units", "unit_required", "accepted"),
    *("pattern", "case_sensitive", "keep_spaces", "min_words", "max_words", "max_files"),
    *("language", "starter", "model_answer", "sources"),
)
# Columns of the sheet of errors, which comes back when its rows are mended.
OF_ERRORS = ("row", "what_is_wrong")
LEAST_WIDTH = 4
YES, NO = "TRUE", "FALSE"

_NUMBERED = re.compile(r"(choice|match|feedback)_([1-9]|1\d|20)")
_ALIASES = {
    "question": "text",
    "question_text": "text",
    "question_type": "type",
    "ref": "reference",
}
_FLAGS = {"true": True, "yes": True, "1": True, "x": True, "false": False, "no": False, "0": False}
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_IN_DANGER = re.compile(f"'*[ ]*[{re.escape(''.join(BEGINS_FORMULA))}]")
_WORDS = ("text", "value", "tolerance", "pattern", "language", "starter", "model_answer")


def columns_of(width: int, matches: int) -> list[str]:
    """With room for so many choices and right sides."""
    choices = range(1, max(width, LEAST_WIDTH) + 1)
    return [
        *FIRST,
        "correct",
        *(f"choice_{number}" for number in choices),
        *(f"match_{number}" for number in range(1, matches + 1)),
        *(f"feedback_{number}" for number in choices),
        *LAST,
    ]


def widths_of(cells: Cells) -> tuple[int, int]:
    """How many choices and right sides a row needs."""
    found = {"choice": 0, "match": 0, "feedback": 0}
    for name in cells:
        if numbered := _NUMBERED.fullmatch(name):
            found[numbered[1]] = max(found[numbered[1]], int(numbered[2]))
    return max(found["choice"], found["feedback"]), found["match"]


def neutral(text: str) -> str:
    """With an apostrophe before what a spreadsheet would calculate; `plain` takes it away."""
    is_safe = _PLAIN_NUMBER.fullmatch(text) or not _IN_DANGER.match(text)
    return text if is_safe else f"'{text}"


def plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _IN_DANGER.match(text) else text


def cells_of(written: Draft) -> dict[str, str]:
    cells = {
        name: str(written[name])
        for name in (
            *_WORDS,
            *FIRST,
            "explanation",
            "scoring",
            "min_words",
            "max_words",
            "max_files",
        )
        if written.get(name) not in (None, "", [])
    }
    for name in ("unit_required", "case_sensitive", "keep_spaces"):
        if written.get(name):
            cells[name] = YES
    if written.get("tags"):
        cells["tags"] = _joined(written["tags"], ", ")
    if written.get("sources"):
        cells["sources"] = json.dumps(written["sources"], ensure_ascii=False)
    if written.get("accepted"):
        cells["accepted"] = _joined(written["accepted"], "\n")
    if written.get("units"):
        lines = [f"{each['unit']} = {each['factor']}" for each in written["units"]]
        cells["units"] = _joined(lines, "\n")
    return {**cells, **_own_cells(written)}


def rows_from(header: Sequence[str], lines: Iterator[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    """Of lines with their numbers, below a header; empty ones are passed over."""
    names = [_column(each) for each in header]
    _check_header(names, header)
    for number, line in lines:
        if any(cell.strip() for cell in line):
            yield _row(number, names, header, line)


def _own_cells(written: Draft) -> dict[str, str]:
    cells: dict[str, str] = {}
    if "choices" in written:
        for number, choice in enumerate(written["choices"], start=1):
            cells[f"choice_{number}"] = choice["text"]
            if choice.get("feedback"):
                cells[f"feedback_{number}"] = choice["feedback"]
        right = (n for n, row in enumerate(written["choices"], start=1) if row.get("correct"))
        cells["correct"] = ", ".join(map(str, right))
    if "answer" in written:
        cells["correct"] = YES if written["answer"] else NO
        for number, name in enumerate(("feedback_true", "feedback_false"), start=1):
            if written.get(name):
                cells[f"feedback_{number}"] = written[name]
    for number, item in enumerate(written.get("items", ()), start=1):
        cells[f"choice_{number}"] = item
    pairs = written.get("pairs", ())
    for number, pair in enumerate(pairs, start=1):
        cells[f"choice_{number}"], cells[f"match_{number}"] = pair["left"], pair["right"]
    for number, right_side in enumerate(written.get("distractors", ()), start=len(pairs) + 1):
        cells[f"match_{number}"] = right_side
    if "blanks" in written:
        names = BLANK.findall(written["text"])
        for number, name in enumerate(names, start=1):
            cells[f"choice_{number}"] = _joined(written["blanks"][name]["accepted"], "\n")
        sensitive = [name for name in names if written["blanks"][name].get("case_sensitive")]
        if sensitive:
            is_plain = not any(name.lower() in _FLAGS for name in sensitive)
            listed = ", ".join(sensitive) if is_plain else json.dumps(sensitive)
            cells["case_sensitive"] = YES if sensitive == names else listed
    return cells


def _joined(items: Sequence[str], mark: str) -> str:
    is_plain = not items[0].startswith("[") and not any(mark.strip(" ") in item for item in items)
    return mark.join(items) if is_plain else json.dumps(list(items), ensure_ascii=False)


def _split(cell: str, mark: str) -> list[str]:
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return found
    return [item.strip() for item in cell.split(mark) if item.strip()]


def _column(heading: str) -> str:
    name = re.sub(r"[\s_-]+", "_", plain(heading).strip().lower())
    return _ALIASES.get(name, name)


def _check_header(names: Sequence[str], header: Sequence[str]) -> None:
    for name in ("type", "text"):
        if name not in names:
            refuse(_("The first row names the columns, and none is called “%s”.") % name)
    first: dict[str, int] = {}
    twice = sorted(
        header[n] for n, name in enumerate(names) if name and first.setdefault(name, n) != n
    )
    if twice:
        refuse(_("Two columns are called “%s”. Keep one of them.") % twice[0])


def _row(number: int, names: Sequence[str], header: Sequence[str], line: Sequence[str]) -> Row:
    cells: dict[str, str] = {}
    notes: list[Problem] = []
    for place, cell in enumerate(line):
        said = plain(cell).replace("\r\n", "\n").replace("\r", "\n")
        name = names[place] if place < len(names) else ""
        if not said.strip() or name in OF_ERRORS:
            continue
        if name in _KNOWN or _NUMBERED.fullmatch(name):
            cells[name] = said
        else:
            called = header[place] if name else _("Column %d") % (place + 1)
            notes.append(Problem(called, _("We know no such column, so this was left out.")))
    problems: list[Problem] = []
    written = _written(cells, problems)
    found = None if problems else written
    return Row(number, found, tuple(problems), tuple(notes), cells)


_KNOWN = frozenset({*FIRST, *LAST, "correct"})


def _written(cells: Cells, problems: list[Problem]) -> Draft:
    type_ = cells.get("type", "").strip().upper()
    written: Draft = {"type": type_}
    for name in (*_WORDS, *FIRST, "explanation"):
        if name in cells and name not in {"type", "tags"}:
            written[name] = cells[name]
    for name in ("scoring", "marks"):
        if name in cells:
            written[name] = cells[name].strip().lower()
    for name, read in _READERS.items():
        if name in cells:
            written[name] = read(cells[name].strip(), name, problems)
    if type_ not in KINDS:
        return written
    own = {name: cell for name, cell in cells.items() if name not in {*written, "type"}}
    own.pop("case_sensitive", None)
    if type_ == "FILL_BLANKS":
        _read_blanks(cells, written, problems)
    elif "case_sensitive" in cells:
        written["case_sensitive"] = _flag(cells["case_sensitive"], "case_sensitive", problems)
    if type_ in {"SINGLE", "MULTIPLE"}:
        written["choices"] = _read_choices(cells, problems)
    elif type_ == "TRUE_FALSE":
        _read_true_false(cells, written, problems)
    elif type_ == "MATCHING":
        _read_pairs(cells, written, problems)
    elif type_ == "ORDERING":
        written["items"] = [said for _number, said in _numbered(cells, "choice")]
    used = _USED.get(type_, ())
    # Of the others the reader of entries says that they say nothing about this type.
    written |= {name: cell for name, cell in own.items() if not name.startswith(used)}
    return written


# Which columns are read in a way of their own, by type.
_USED: Mapping[str, tuple[str, ...]] = {
    "SINGLE": ("choice_", "feedback_", "correct"),
    "MULTIPLE": ("choice_", "feedback_", "correct"),
    "TRUE_FALSE": ("correct", "feedback_1", "feedback_2"),
    "MATCHING": ("choice_", "match_"),
    "ORDERING": ("choice_",),
    "FILL_BLANKS": ("choice_",),
}


def _numbered(cells: Cells, name: str) -> list[tuple[int, str]]:
    numbers = range(1, MOST_CHOICES + 1)
    return [(n, cells[f"{name}_{n}"]) for n in numbers if f"{name}_{n}" in cells]


def _read_choices(cells: Cells, problems: list[Problem]) -> list[Draft]:
    choices = _numbered(cells, "choice")
    known = {number for number, _said in choices}
    right: set[int] = set()
    for word in re.split(r"[\s,;]+", cells.get("correct", "").strip()):
        number = _place(word)
        if word and number not in known:
            problems.append(
                Problem("correct", _("Write the numbers of the right choices, such as 1 or 1, 3."))
            )
        elif number is not None:
            right.add(number)
    for number, _said in _numbered(cells, "feedback"):
        if number not in known:
            problems.append(Problem(f"feedback_{number}", _("There is no choice for this.")))
    return [
        {
            "text": said,
            "correct": number in right,
            "feedback": cells.get(f"feedback_{number}", ""),
        }
        for number, said in choices
    ]


def _place(word: str) -> int | None:
    """Numbers, also as Excel writes them, and letters."""
    if re.fullmatch(r"\d{1,2}(\.0)?", word):
        return int(word.removesuffix(".0"))
    return ord(word.lower()) - ord("a") + 1 if re.fullmatch(r"[A-Ta-t]", word) else None


def _read_true_false(cells: Cells, written: Draft, problems: list[Problem]) -> None:
    if "correct" in cells:
        written["answer"] = _flag(cells["correct"], "correct", problems)
    written["feedback_true"] = cells.get("feedback_1", "")
    written["feedback_false"] = cells.get("feedback_2", "")


def _read_pairs(cells: Cells, written: Draft, problems: list[Problem]) -> None:
    lefts, rights = dict(_numbered(cells, "choice")), dict(_numbered(cells, "match"))
    problems += [
        Problem(f"match_{number}", _("Write what this belongs to."))
        for number in sorted(set(lefts) - set(rights))
    ]
    written["pairs"] = [
        {"left": left, "right": rights[number]}
        for number, left in lefts.items()
        if number in rights
    ]
    written["distractors"] = [said for number, said in rights.items() if number not in lefts]


def _read_blanks(cells: Cells, written: Draft, problems: list[Problem]) -> None:
    names = BLANK.findall(written.get("text", ""))
    answers = dict(_numbered(cells, "choice"))
    if set(answers) != set(range(1, len(names) + 1)):
        problems.append(
            Problem("choice_1", _("Write the answers to the first blank in choice_1, and so on."))
        )
    said = cells.get("case_sensitive", "").strip()
    is_all = _FLAGS.get(said.lower())
    sensitive = set(names) if is_all else set() if is_all is False else set(_split(said, ","))
    if unknown := sensitive - set(names):
        problems.append(
            Problem("case_sensitive", _("There is no blank “%s”.") % ", ".join(sorted(unknown)))
        )
    written["blanks"] = {
        name: {"accepted": _split(answers.get(n, ""), "\n"), "case_sensitive": name in sensitive}
        for n, name in enumerate(names, start=1)
    }


def _flag(cell: str, name: str, problems: list[Problem]) -> bool:
    found = _FLAGS.get(cell.strip().lower())
    if found is None:
        problems.append(Problem(name, _("Write TRUE or FALSE.")))
    return bool(found)


def _count(cell: str, name: str, problems: list[Problem]) -> int:
    if not re.fullmatch(r"\d{1,6}(\.0)?", cell):
        problems.append(Problem(name, _("Write a whole number.")))
        return 0
    return int(cell.removesuffix(".0"))


def _units(cell: str, name: str, problems: list[Problem]) -> list[Draft]:
    units = []
    for line in _split(cell, "\n"):
        unit, mark, factor = line.rpartition("=")
        units.append({"unit": unit.strip() if mark else line, "factor": factor.strip() or "1"})
        if not mark:
            units[-1]["factor"] = "1"
    return units


def _sources(cell: str, name: str, problems: list[Problem]) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        problems.append(Problem(name, _("Write a list of objects in JSON, or nothing.")))
        return []


_READERS: Mapping[str, Callable[[str, str, list[Problem]], Any]] = {
    "tags": lambda cell, _name, _problems: _split(cell, ","),
    "accepted": lambda cell, _name, _problems: _split(cell, "\n"),
    "units": _units,
    "unit_required": _flag,
    "keep_spaces": _flag,
    "min_words": _count,
    "max_words": _count,
    "max_files": _count,
    "sources": _sources,
}
