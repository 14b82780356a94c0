"""One way in for every file: what it is, how much of it is read, and its text at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.files.kinds import kind_of
from core.files.models import StoredFile
from core.files.storage import local_copy
from questions.errors import FileUnreadable
from questions.formats.limits import decoded
from quizzes.generators.errors import SourceUnreadable
from quizzes.generators.sources.documents import docx_parts, pptx_parts

MOST_CHARACTERS = 200_000
FEWEST_CHARACTERS = 200


def _pdf_parts(content: BinaryIO) -> Iterable[str]:
    from quizzes.generators.sources.pdf import pdf_parts  # noqa: PLC0415 (a third of a second)

    return pdf_parts(content)


READERS: dict[str, Callable[[BinaryIO], Iterable[str]]] = {
    "pdf": _pdf_parts,
    "docx": docx_parts,
    "pptx": pptx_parts,
}


def text_of_file(file: StoredFile) -> tuple[str, list[str]]:
    """Its text as far as it is read, and what is to be said of it."""
    with local_copy(file.place) as content:
        return read_text(content)


def read_text(content: BinaryIO) -> tuple[str, list[str]]:
    kind = kind_of(content)
    reader = READERS.get(kind.name, _lines) if kind else _lines
    text, notes, size = [], [], 0
    try:
        for part in reader(content):
            room = MOST_CHARACTERS - size
            if len(part) > room:
                text.append(part[:room])
                said = _("Only the first %d characters of the file were read.")
                notes.append(said % MOST_CHARACTERS)
                break
            text.append(part)
            size += len(part) + 1
    except FileUnreadable as error:
        raise SourceUnreadable(error.message) from None
    whole = "\n".join(text).replace("\x00", "").strip()
    if len(whole) < FEWEST_CHARACTERS:
        raise SourceUnreadable(
            _(
                "There is hardly any text in this file. If it holds pictures of pages, have them "
                "read by a program for scans first."
            )
        )
    return whole, notes


def _lines(content: BinaryIO) -> Iterable[str]:
    content.seek(0)
    return decoded(content.read()).replace("\r\n", "\n").split("\n")


__all__ = ["read_text", "text_of_file"]
