"""Every format by its name, and which one a file is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.spreadsheets import XLSX
from questions.formats import csv_sheet, gift, moodle_xml, own_json, qti, xlsx
from questions.formats.drafts import Draft, Row, without_unseen
from questions.formats.limits import MOST_BYTES, MOST_ROWS, refuse
from questions.formats.losses import Loss, carried

HEAD = 4096
MOST_TAIL = 256 * 1024
LONGEST_SHOWN = 80
_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam")


@dataclass(frozen=True)
class Format:
    """`cannot` says of a question what of it the format does not take, although of others it does.

    `losses` fill while drafts are taken, so that a writer looks at them last. `has_foreign_places`
    where subjects are those of other platforms, so that one we do not know is no mistake.
    """

    name: str
    extensions: tuple[str, ...]
    content_type: str
    read: Callable[[BinaryIO], Iterator[Row]]
    write: Callable[[Iterable[Draft], Sequence[Loss]], Iterator[bytes]]
    cannot: Callable[[Draft], frozenset[str]] = lambda _written: frozenset()
    has_foreign_places: bool = False
    is_text: bool = True
    most_bytes: int = MOST_BYTES


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format(
            "xlsx",
            (".xlsx",),
            XLSX,
            xlsx.read,
            xlsx.write,
            xlsx.fits,
            is_text=False,
        ),
        Format("csv", (".csv", ".tsv"), "text/csv; charset=utf-8", csv_sheet.read, csv_sheet.write),
        Format("json", (".json",), "application/json", own_json.read, own_json.write),
        Format(
            "gift",
            (".gift", ".txt"),
            "text/plain; charset=utf-8",
            gift.read,
            gift.write,
            gift.cannot,
            has_foreign_places=True,
        ),
        Format(
            "moodlexml",
            (".xml",),
            "application/xml",
            moodle_xml.read,
            moodle_xml.write,
            moodle_xml.cannot,
            has_foreign_places=True,
        ),
        Format(
            "qti",
            (".zip",),
            "application/zip",
            qti.read,
            qti.write,
            has_foreign_places=True,
            is_text=False,
        ),
    )
}


def recognise(file: BinaryIO, name: str) -> Format:
    """By its extension, else by its first bytes."""
    extension = PurePosixPath(name).suffix.lower()
    if extension in _MACROS:
        refuse(_("A workbook with macros is not taken. Save it as XLSX without them."))
    if extension == ".xls":
        refuse(_("This is the old format of Excel. Save it as XLSX."))
    for format_ in FORMATS.values():
        if extension in format_.extensions:
            return format_
    return FORMATS[_by_bytes(file)]


def rows_in(file: BinaryIO, format_: Format) -> Iterator[Row]:
    """Refuses what holds nothing, or more than we take; the rest is said of each row."""
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        refuse(_("The file is larger than 20 MB. Divide it into several."))
    file.seek(0)
    number = 0
    for number, row in enumerate(format_.read(file), start=1):
        if number > MOST_ROWS:
            refuse(_("There are more than %d questions. Divide the file.") % MOST_ROWS)
        yield row
    if not number:
        refuse(_("There is no question in this file."))


def written_as(
    format_: Format, drafts: Iterable[tuple[str, Draft]], losses: list[Loss]
) -> Iterator[bytes]:
    """The file in pieces, of questions with the names by which losses call them."""
    yield from format_.write(carried_by(format_, drafts, losses), losses)


def carried_by(
    format_: Format, drafts: Iterable[tuple[str, Draft]], losses: list[Loss]
) -> Iterator[Draft]:
    for called, written in drafts:
        kept, lost = carried(written, format_.name, format_.cannot(written))
        if lost:
            text = without_unseen(written["text"])[:LONGEST_SHOWN]
            losses.append(Loss(called, text, tuple(sorted(lost))))
        if kept is not None:
            yield kept


def _tail(file: BinaryIO) -> bytes:
    """Where a ZIP keeps its table of contents."""
    size = file.seek(0, 2)
    file.seek(max(0, size - MOST_TAIL))
    tail = file.read(MOST_TAIL)
    file.seek(0)
    return tail


def _by_bytes(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(b"PK"):
        return "qti" if b"imsmanifest.xml" in _tail(file) else "xlsx"
    text = head.decode("utf-8-sig", errors="ignore").lstrip()
    if text.startswith(("{", "[")):
        return "json"
    if text.startswith("<"):
        return "moodlexml"
    if text.startswith(("$CATEGORY", "::", "//")):
        return "gift"
    if text.partition("\n")[0].count(",") + text.partition("\n")[0].count("\t") > 0:
        return "csv"
    known = ", ".join(FORMATS)
    return refuse(_("We do not know what this file is. Say its format: %s.") % known)
