"""Lists as CSV that spreadsheets open in the right letters, and in which no cell is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# With one of these first a spreadsheet calculates a cell, and a formula can send data elsewhere.
BEGINS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are full-width
BYTE_ORDER_MARK = "\ufeff"


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
