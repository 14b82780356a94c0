"""Every format by its name, and which one a file is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.spreadsheets import XLSX
from questions.formats import csv_sheet, gift, moodle_xml, own_json, qti, xlsx
from questions.formats.drafts import Draft, Row, texts_in, without_unseen
from questions.formats.limits import MOST_BYTES, MOST_ROWS, refuse
from questions.formats.losses import Loss, carried
from questions.formats.pictures import NO_PICTURES, Shelf, Taken, elsewhere_in

HEAD = 4096
MOST_TAIL = 256 * 1024
LONGEST_SHOWN = 80
_MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam")


@dataclass(frozen=True)
class Format:
    """`cannot` says of a question what of it the format does not take, although of others it does.

    `losses` fill while drafts are taken, so that a writer looks at them last. `has_foreign_places`
    where subjects are those of other platforms, so that one we do not know is no mistake. Where a
    format `has_pictures`, `read` is given a shelf for them and `write` those to take along;
    `without_pictures` are texts in which it has none.
    """

    name: str
    extensions: tuple[str, ...]
    content_type: str
    read: Callable[..., Iterator[Row]]
    write: Callable[..., Iterator[bytes]]
    cannot: Callable[[Draft], frozenset[str]] = lambda _written: frozenset()
    has_pictures: bool = False
    without_pictures: Callable[[Draft], Iterable[str]] = lambda _written: ()
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
        Format(
            "json",
            (".json",),
            "application/json",
            own_json.read,
            own_json.write,
            has_pictures=True,
        ),
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
            has_pictures=True,
            without_pictures=moodle_xml.without_pictures,
            has_foreign_places=True,
        ),
        Format(
            "qti",
            (".zip",),
            "application/zip",
            qti.read,
            qti.write,
            has_pictures=True,
            without_pictures=qti.without_pictures,
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


def rows_in(file: BinaryIO, format_: Format, shelf: Shelf | None = None) -> Iterator[Row]:
    """Refuses what holds nothing, or more than we take; the rest is said of each row.

    Pictures are left on the shelf, if there is one for them.
    """
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        refuse(_("The file is larger than 20 MB. Divide it into several."))
    file.seek(0)
    number = 0
    with nullcontext(shelf) if shelf is not None else Shelf() as used:
        rows = format_.read(file, used) if format_.has_pictures else format_.read(file)
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                refuse(_("There are more than %d questions. Divide the file.") % MOST_ROWS)
            strangers = elsewhere_in(texts_in(row.written))
            yield replace(row, notes=(*row.notes, *strangers)) if strangers else row
    if not number:
        refuse(_("There is no question in this file."))


def written_as(
    format_: Format,
    drafts: Iterable[tuple[str, Draft]],
    losses: list[Loss],
    taken: Taken = NO_PICTURES,
) -> Iterator[bytes]:
    """The file in pieces, of questions with the names by which losses call them."""
    kept = carried_by(format_, drafts, losses, taken)
    if format_.has_pictures:
        yield from format_.write(kept, losses, taken)
    else:
        yield from format_.write(kept, losses)


def carried_by(
    format_: Format,
    drafts: Iterable[tuple[str, Draft]],
    losses: list[Loss],
    taken: Taken = NO_PICTURES,
) -> Iterator[Draft]:
    for called, written in drafts:
        kept, lost = carried(
            written,
            format_.name,
            format_.cannot(written),
            taken=taken if format_.has_pictures else NO_PICTURES,
            without_pictures=format_.without_pictures(written),
        )
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
