"""The cells of one sheet of a stranger's workbook, row by row.

Read from the XML as it streams by, and only what a cell says: its text, its number, its formula as
it stands there. Whatever else a workbook can hold (shared formulas to work out, merged ranges,
styles, conditions, sizes that it claims) costs nothing, because nobody looks at it; and what is
looked at is counted, so that no file takes longer than its size.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from core.spreadsheets import LONGEST_CELL
from questions.formats.drafts import plain_number
from questions.formats.limits import refuse

MOST_COLUMNS = 120
MOST_SHEETS = 250
# Twice as many as 10,000 questions have in all the columns that there are.
MOST_ELEMENTS = 3_000_000
# Of all cells together: a text that many cells share counts for each of them.
MOST_TEXT = 50_000_000
CHUNK = 64 * 1024
_PLACE = re.compile(r"([A-Za-z]{1,3})\d{0,7}")
_WHOLE = re.compile(r"-?\d{1,18}")

Attributes = Mapping[str, str]


@dataclass
class Budget:
    """How much of one workbook is still looked at."""

    elements: int
    text: int

    def take_text(self, length: int) -> None:
        if length > LONGEST_CELL:
            refuse(_("A cell holds more text than any spreadsheet takes. Divide it."))
        self.text -= length
        if self.text < 0:
            _refuse_so_much()


@dataclass(frozen=True)
class Book:
    """`sheets` are names with their parts in the archive, in their order."""

    archive: ZipFile
    budget: Budget
    sheets: list[tuple[str, str]]
    strings_part: str | None
    styles_part: str | None
    epoch: Any


def opened_book(archive: ZipFile) -> Book:
    budget = Budget(MOST_ELEMENTS, MOST_TEXT)
    index = _Index()
    _parse(archive, "xl/workbook.xml", index, budget)
    if len(index.sheets) > MOST_SHEETS:
        refuse(_("There are more than %d sheets. Keep the one with questions.") % MOST_SHEETS)
    relations = _Relations()
    names = set(archive.namelist())
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(archive, "xl/_rels/workbook.xml.rels", relations, budget)
    parts = {mark: part for mark, part in relations.parts.items() if part[1] in names}
    sheets = [
        (name, parts[mark][1])
        for name, mark in index.sheets
        if mark in parts and parts[mark][0] == "worksheet"
    ]
    by_kind = dict(parts.values())
    return Book(
        archive,
        budget,
        sheets,
        by_kind.get("sharedStrings"),
        by_kind.get("styles"),
        MAC_EPOCH if index.is_of_1904 else WINDOWS_EPOCH,
    )


def lines_of(book: Book, part: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that say something, with their numbers; each as long as its last cell is far."""
    strings, styles = _Strings(book.budget), _Styles()
    if book.strings_part:
        _parse(book.archive, book.strings_part, strings, book.budget)
    if book.styles_part:
        _parse(book.archive, book.styles_part, styles, book.budget)
    sheet = _Sheet(book.budget, strings.found, styles.dates(), book.epoch)
    for _piece in _parsing(book.archive, part, sheet, book.budget):
        while sheet.lines:
            yield sheet.lines.popleft()


class _Part:
    """What looks at the elements of one part, whose names come without namespaces."""

    def begins(self, name: str, attributes: Attributes) -> None: ...

    def ends(self, name: str) -> None: ...

    def says(self, text: str) -> None: ...


@dataclass
class _Index(_Part):
    sheets: list[tuple[str, str]] = field(default_factory=list)
    is_of_1904: bool = False

    def begins(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            marks = (said for key, said in attributes.items() if key.endswith(" id"))
            self.sheets.append((attributes.get("name", ""), next(marks, "")))
        elif name == "workbookPr":
            self.is_of_1904 = attributes.get("date1904") in {"1", "true"}


@dataclass
class _Relations(_Part):
    """By their ids, the last word of their kind and the part that they lead to."""

    parts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def begins(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.parts[attributes.get("Id", "")] = (kind, target.lstrip("/"))


class _Strings(_Part):
    """Texts to which cells refer by number, without how they look and how they are spoken."""

    def __init__(self, budget: Budget) -> None:
        self.found: list[str] = []
        self._budget = budget
        self._parts: list[str] = []
        self._is_text = self._is_reading = False

    def begins(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._is_reading = True
        elif name == "t":
            self._is_text = not self._is_reading

    def says(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)

    def ends(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_reading = False
        elif name == "si":
            text = "".join(self._parts).replace("x005F_", "")
            self._budget.take_text(len(text))
            self.found.append(text)


class _Styles(_Part):
    """Only which styles of cells are those of dates."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self._used: list[str] = []
        self._is_list = False

    def begins(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif name == "cellXfs":
            self._is_list = True
        elif name == "xf" and self._is_list:
            self._used.append(attributes.get("numFmtId", "0"))

    def ends(self, name: str) -> None:
        if name == "cellXfs":
            self._is_list = False

    def dates(self) -> frozenset[str]:
        own = {mark for mark, code in self._formats.items() if is_date_format(code)}
        built_in = {str(mark) for mark, code in BUILTIN_FORMATS.items() if is_date_format(code)}
        of_dates = own | (built_in - set(self._formats))
        return frozenset(str(n) for n, mark in enumerate(self._used) if mark in of_dates)


class _Sheet(_Part):
    def __init__(
        self, budget: Budget, strings: list[str], date_styles: frozenset[str], epoch: Any
    ) -> None:
        self.lines: deque[tuple[int, list[str]]] = deque()
        self._budget = budget
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._cell: Attributes = {}
        self._shared: dict[str, str] = {}
        self._formula_of = ""
        self._value: list[str] = []
        self._inline: list[str] = []
        self._formula: list[str] = []
        self._heard: list[str] | None = None
        self._is_reading = False

    def begins(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number else self._row + 1
            self._column, self._cells = 0, {}
        elif name == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._cell = attributes
            self._value, self._inline, self._formula, self._formula_of = [], [], [], ""
        elif name == "v":
            self._heard = self._value
        elif name == "t":
            self._heard = None if self._is_reading else self._inline
        elif name == "f":
            self._heard, self._formula_of = self._formula, attributes.get("si", "")
        elif name == "rPh":
            self._is_reading = True

    def says(self, text: str) -> None:
        if self._heard is not None:
            self._heard.append(text)

    def ends(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            self._heard = None
        elif name == "rPh":
            self._is_reading = False
        elif name == "c":
            self._keep()
        elif name == "row" and self._cells:
            last = max(self._cells)
            cells = [self._cells.get(column, "") for column in range(1, last + 1)]
            self.lines.append((self._row, cells))
            self._cells = {}

    def _keep(self) -> None:
        if self._column > MOST_COLUMNS:
            return
        said = self._said()
        if said:
            self._budget.take_text(len(said))
            self._cells[self._column] = said

    def _said(self) -> str:
        formula = "".join(self._formula)
        if self._formula_of:
            # The others of a shared formula say only whose it is: theirs is the text of the first.
            formula = (
                self._shared.setdefault(self._formula_of, formula)
                if formula
                else self._shared.get(self._formula_of, "")
            )
        if formula:
            return f"={formula}"
        kind, value = self._cell.get("t", "n"), "".join(self._value)
        if kind == "inlineStr":
            return "".join(self._inline)
        if kind == "s":
            return self._strings[int(value)] if value else ""
        if kind == "b":
            return "TRUE" if value in {"1", "true"} else "FALSE"
        if kind != "n" or not value:
            return value
        return self._number(value.strip())

    def _number(self, value: str) -> str:
        if self._cell.get("s", "") in self._date_styles:
            try:
                moment = from_excel(float(value), self._epoch)
            except (ValueError, OverflowError):
                return value
            return moment.isoformat() if hasattr(moment, "isoformat") else str(moment)
        if _WHOLE.fullmatch(value):
            return str(int(value))
        number = float(value)
        return plain_number(Decimal(repr(number))) if math.isfinite(number) else ""


def _parse(archive: ZipFile, name: str, part: _Part, budget: Budget) -> None:
    for _piece in _parsing(archive, name, part, budget):
        pass


def _parsing(archive: ZipFile, name: str, part: _Part, budget: Budget) -> Iterator[None]:
    """In pieces, after each of which something may be ready."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    names: dict[str, str] = {}
    begins, ends = part.begins, part.ends

    def plain(name: str) -> str:
        return names.setdefault(name, name.rpartition(" ")[2])

    def start(name: str, attributes: dict[str, str]) -> None:
        budget.elements -= 1
        if budget.elements < 0:
            _refuse_so_much()
        begins(names.get(name) or plain(name), attributes)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: ends(names.get(name) or plain(name))
    parser.CharacterDataHandler = part.says
    with archive.open(name) as opened:
        while chunk := opened.read(CHUNK):
            parser.Parse(chunk, False)
            yield
    parser.Parse(b"", True)
    yield


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _refuse_document_type(*_said: object) -> None:
    refuse(_("This workbook holds what no spreadsheet writes. Save it anew, or as CSV."))


def _refuse_so_much() -> None:
    refuse(
        _(
            "There is more in this workbook than we look at. Copy the questions alone into a new "
            "one, or save them as CSV."
        )
    )
