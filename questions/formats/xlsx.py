"""XLSX workbooks: the first sheet, or the one called Questions. Formulas are only ever text."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import zip_longest
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.spreadsheets import LONGEST_CELL
from questions.formats.cells import LAST, cells_of, columns_of, neutral, rows_from
from questions.formats.drafts import Draft, Row
from questions.formats.limits import demand_no_entities, opened_zip, refuse
from questions.formats.losses import Loss
from questions.formats.spooling import spooled
from questions.formats.template import EXPLAINED, LISTS
from questions.formats.workbooks import lines_of, opened_book

SHEET, LOSSES = "Questions", "Losses"
CHUNK = 64 * 1024
# Where a part is not as it should be.
_DAMAGED = (
    *(ExpatError, LookupError, ValueError, ArithmeticError, OSError),
    *(BadZipFile, zlib.error, EOFError, NotImplementedError),
)
_WIDE = {"text": 60, "explanation": 50, "reference": 18, "type": 14}


def read(file: BinaryIO) -> Iterator[Row]:
    """Numbered as the sheet numbers them."""
    try:
        with opened_zip(file) as archive:
            _look_inside(archive)
            yield from _rows(archive)
    except _DAMAGED:
        refuse(_("This workbook is damaged. Open it, and save it as XLSX again."))


def fits(written: Draft) -> frozenset[str]:
    """A cell has room for so much; half a question is none."""
    is_long = any(len(neutral(cell)) > LONGEST_CELL for cell in cells_of(written).values())
    return frozenset({"question"}) if is_long else frozenset()


def write(drafts: Iterable[Draft], losses: Sequence[Loss]) -> Iterator[bytes]:
    with spooled(map(cells_of, drafts)) as (rows, width, matches), TemporaryFile() as kept:
        book = Workbook(write_only=True)
        _write_sheet(book, SHEET, columns_of(width, matches), rows)
        if losses:
            lost = (
                {"question": each.question, "text": each.text, "lost": ", ".join(each.parts)}
                for each in losses
            )
            _write_sheet(book, LOSSES, ["question", "text", "lost"], lost)
        book.save(kept)
        kept.seek(0)
        while chunk := kept.read(CHUNK):
            yield chunk


def write_sheet_with_problems(
    header: Sequence[str], rows: Iterable[Sequence[str]], kept: BinaryIO
) -> None:
    """The rows of any format that were wrong, for people to mend."""
    book = Workbook(write_only=True)
    _write_sheet(book, SHEET, header, (dict(zip(header, row, strict=True)) for row in rows))
    book.save(kept)


def template(examples: Iterable[Draft]) -> bytes:
    """A worked example of each type, a sheet that explains, and lists to choose from."""
    book: Any = Workbook()
    sheet = book.active
    sheet.title = SHEET
    rows = [cells_of(each) for each in examples]
    columns = columns_of(6, 6)
    sheet.append(columns)
    for row in rows:
        sheet.append([_value(name, neutral(row.get(name, ""))) for name in columns])
    _look(sheet, columns)
    lists = book.create_sheet("Lists")
    for line in zip_longest(*([name, *values] for name, values in LISTS.items())):
        lists.append(line)
    for place, (name, values) in enumerate(LISTS.items()):
        letter = chr(ord("A") + place)
        chosen = DataValidation(
            type="list", formula1=f"Lists!${letter}$2:${letter}${len(values) + 1}", allow_blank=True
        )
        chosen.error, chosen.errorTitle = _("Choose one of the list."), name
        sheet.add_data_validation(chosen)
        column = sheet.cell(1, columns.index(name) + 1).column_letter
        chosen.add(f"{column}2:{column}10001")
    help_ = book.create_sheet("Help")
    help_.append(["column", "what it holds"])
    for name, meaning in EXPLAINED.items():
        help_.append([name, meaning])
    help_.column_dimensions["A"].width, help_.column_dimensions["B"].width = 22, 110
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _look_inside(archive: ZipFile) -> None:
    names = {name.lower() for name in archive.namelist()}
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            demand_no_entities(archive, member)
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        refuse(_("This workbook has macros. Save it as XLSX without them."))
    if "xl/workbook.xml" not in names:
        refuse(_("This is no workbook. Save it as XLSX."))


def _rows(archive: ZipFile) -> Iterator[Row]:
    book = opened_book(archive)
    if not book.sheets:
        refuse(_("There is no sheet in this workbook."))
    parts = [part for name, part in book.sheets if name.strip() == SHEET]
    lines = lines_of(book, parts[0] if parts else book.sheets[0][1])
    for _number, names in lines:
        if any(name.strip() for name in names):
            while not names[-1].strip():
                names.pop()
            yield from rows_from(names, lines)
            return
    refuse(_("The sheet is empty. Take our template to begin with."))


def _write_sheet(
    book: Any, title: str, columns: Sequence[str], rows: Iterable[dict[str, str]]
) -> None:
    sheet = book.create_sheet(title)
    _look(sheet, columns)
    sheet.append([neutral(name) for name in columns])
    for row in rows:
        sheet.append([_value(name, neutral(row.get(name, ""))) for name in columns])


def _look(sheet: Any, columns: Sequence[str]) -> None:
    sheet.freeze_panes = "A2"
    for place, name in enumerate(columns, start=1):
        wide = _WIDE.get(name, 14 if name in LAST else 24)
        sheet.column_dimensions[get_column_letter(place)].width = wide


def _value(name: str, text: str) -> object:
    """Numbers where they are numbers to people; what is empty takes no room."""
    if name in {"marks", "min_words", "max_words", "max_files"} and text:
        return float(text) if "." in text else int(text)
    return text or None
