"""CSV: a row a question. Opened by every spreadsheet, and in which no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from core.spreadsheets import BYTE_ORDER_MARK
from questions.formats.cells import cells_of, columns_of, neutral, rows_from
from questions.formats.drafts import Draft, Row
from questions.formats.limits import decoded, refuse
from questions.formats.losses import Loss
from questions.formats.spooling import spooled

_MARKS = ",;\t"


def read(file: BinaryIO) -> Iterator[Row]:
    """Numbered as a spreadsheet numbers them: the header is row 1."""
    lines = _lines(decoded(file.read()))
    for _number, header in lines:
        if any(cell.strip() for cell in header):
            yield from rows_from(header, lines)
            return
    refuse(_("The file is empty. Take our template to begin with."))


def write(drafts: Iterable[Draft], losses: Sequence[Loss]) -> Iterator[bytes]:
    """Nothing is lost in it but characters that nobody sees, so that there is no report in it."""
    with spooled(map(cells_of, drafts)) as (rows, width, matches):
        columns = columns_of(width, matches)
        yield _line([BYTE_ORDER_MARK + columns[0], *columns[1:]])
        for cells in rows:
            yield _line([neutral(cells.get(name, "")) for name in columns])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    head = text[: text.find("\n") if "\n" in text else len(text)]
    mark = max(_MARKS, key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            about = {"row": number, "why": error}
            refuse(_("Row %(row)d cannot be read: %(why)s. Look at its quotation marks.") % about)


def _line(cells: Sequence[str]) -> bytes:
    written = StringIO(newline="")
    writer: Any = csv.writer(written)
    writer.writerow(cells)
    return written.getvalue().encode()
