"""How much of a stranger's file is looked at, and what is read out of it at all."""

from __future__ import annotations

import codecs
import lzma
import re
import zlib
from typing import BinaryIO, NoReturn
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from questions.errors import FileUnreadable

MB = 1024 * 1024
MOST_BYTES = 20 * MB
MOST_ROWS = 10_000
# Of a ZIP: how many files, how large when unpacked, and how many times larger than packed.
MOST_MEMBERS = 2 * MOST_ROWS + 100
MOST_UNPACKED = 100 * MB
LARGEST_RATIO = 150
# What is small may be packed as well as it likes.
SMALL = 2 * MB
CHUNK = 256 * 1024
_DAMAGED = (
    *(BadZipFile, LargeZipFile, KeyError, ValueError, OSError, EOFError),
    *(NotImplementedError, RuntimeError, zlib.error, lzma.LZMAError),
)


def decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it; anything else would be guessed."""
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        refuse(_("This is not UTF-8. Save it in that encoding (“CSV UTF-8” in Excel)."))
    if "\x00" in text:
        refuse(_("This is no text. Save it as text in UTF-8."))
    return text


def opened_zip(file: BinaryIO) -> ZipFile:
    """Only after its table of contents is within bounds. Names in it are never used as paths."""
    try:
        archive = ZipFile(file)
    except (BadZipFile, LargeZipFile, ValueError, OSError, NotImplementedError):
        refuse(_("This ZIP is damaged. Save or pack it again."))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        refuse(_("There are too many files in this ZIP."))
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED or any(_is_bomb(member) for member in members):
        refuse(_("Unpacked, this would be larger than we take. Divide it into several files."))
    if any(member.flag_bits & 1 for member in members):
        refuse(_("This is protected by a password. Save it without one."))
    return archive


def unpacked(archive: ZipFile, name: str) -> bytes:
    """Never more than its table of contents says: ZipFile stops there and compares the sum."""
    try:
        return archive.read(name)
    except _DAMAGED:
        refuse(_("This ZIP is damaged. Save or pack it again."))


def closed_part(text: str, mark: str) -> int:
    """Up to behind the last `mark` that no backslash escapes: what begins later never ends.

    A pattern that looks for an end from each beginning would go through the rest every time.
    """
    ends = (
        found.end()
        for found in re.finditer(rf"\\.|{re.escape(mark)}", text, re.DOTALL)
        if found[0] == mark
    )
    return max(ends, default=0)


def demand_no_entities(archive: ZipFile, member: ZipInfo) -> None:
    """Before a library parses it: nothing that spreadsheets write declares a document type."""
    before = b""
    try:
        with archive.open(member) as opened:
            while chunk := opened.read(CHUNK):
                # In two bytes a character the words below would not be found.
                is_wide = not before and b"\x00" in chunk[:4]
                if is_wide or b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk:
                    refuse(_("This holds what no spreadsheet writes. Save it anew, or as CSV."))
                before = chunk[-16:]
    except _DAMAGED:
        refuse(_("This ZIP is damaged. Save or pack it again."))


def refuse(message: str) -> NoReturn:
    raise FileUnreadable(message, file=[message])


def _is_bomb(member: ZipInfo) -> bool:
    return member.file_size > SMALL and member.file_size > LARGEST_RATIO * max(
        1, member.compress_size
    )
