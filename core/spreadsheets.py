"""Lists as CSV and workbooks that open in the right letters, and in which no cell is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from django.http import StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# With one of these first a spreadsheet calculates a cell, and a formula can send data elsewhere.
BEGINS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are full-width
BYTE_ORDER_MARK = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767
PIECE = 64 * 1024


class _Line:
    """What csv writes to; gives each line back."""

    def write(self, line: str) -> str:
        return line


def csv_answer(
    name: str, *, headings: Sequence[object], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A file to save, written while it is sent, however long it is."""
    answer = StreamingHttpResponse(
        csv_lines(headings, rows), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def csv_lines(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow([as_text(each) for each in headings])
    for row in rows:
        yield writer.writerow([as_text(each) for each in row])


def as_text(value: object) -> str:
    """The value, with an apostrophe before what a spreadsheet would calculate."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_FORMULA) else text


@dataclass(frozen=True)
class Sheet:
    title: str
    headings: Sequence[object]
    rows: Iterable[Sequence[object]]


def xlsx_answer(name: str, *, sheets: Sequence[Sheet]) -> StreamingHttpResponse:
    """A workbook to save: written to a disk row by row, and sent in pieces."""
    answer = StreamingHttpResponse(xlsx_pieces(sheets), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


def xlsx_pieces(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    for each in sheets:
        sheet = book.create_sheet(each.title)
        sheet.freeze_panes = "A2"
        sheet.append([_cell(heading) for heading in each.headings])
        for row in each.rows:
            sheet.append([_cell(value) for value in row])
    with TemporaryFile() as kept:
        book.save(kept)
        kept.seek(0)
        while piece := kept.read(PIECE):
            yield piece


def _cell(value: object) -> object:
    """Numbers stay numbers; a text is never a formula, and holds what a workbook can."""
    if value is None or isinstance(value, int | float | Decimal):
        return value
    return ILLEGAL_CHARACTERS_RE.sub("", as_text(value))[:LONGEST_CELL]
