"""Pictures that travel with questions: taken along by exports, put on a shelf by imports.

In the bank a text shows a picture by its address (`questions.images`). In a file it shows it by a
name, and the file has its bytes. Between both stands a mark, which says what the bytes are: whoever
takes the file in finds out whether they are here already, and puts an address in its place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias
from urllib.parse import unquote
from uuid import UUID

from django.utils.translation import gettext as _

from core.files.errors import FileRefused, FileTooLarge, empty, too_large
from core.files.kinds import IMAGES, kind_of
from core.files.purposes import MB
from questions.formats.limits import refuse
from questions.images import ADDRESS
from questions.kinds import Problem

MOST_PICTURES = 1_000
MOST_BYTES_OF_ONE = 5 * MB
LONGEST_SHOWN = 120
# A multiple of three, so that pieces in base64 can stand behind one another.
PIECE = 48 * 1024
FIELD = "pictures"
# A picture that stands in its address.
DATA = re.compile(r"data:image/[\w.+-]{1,30};base64,([A-Za-z0-9+/=\s]*)")
# Where the file says nothing of its size, what takes it in does.
SIZED = "?sized"
_MARK = re.compile(r"picture:([0-9a-f]{64})(?::([0-9a-f-]{36}))?(\?sized)?")
# Of an address that had none: it ends the name, and comes back as nothing.
_UNSIZED = "?!"
_QUERY = r"(\?[\w=&.%-]+)?"
_TRAVELS = re.compile(ADDRESS.pattern + _QUERY)
_ELSEWHERE = re.compile(r"!\[[^\[\]]*\]\(\s*<?((?:https?:)?//[^\s)>]*)", re.IGNORECASE)


@dataclass(frozen=True)
class BankPicture:
    """`pieces` reads it when it is written, so that no two of them are in memory at once."""

    name: str
    content_type: str
    pieces: Callable[[], Iterator[bytes]]


Taken: TypeAlias = Mapping[UUID, BankPicture]
NO_PICTURES: Taken = MappingProxyType({})


class Key(NamedTuple):
    """What a mark says: the digest of the bytes, and by which name the bank had them, if it did."""

    digest: str
    was: UUID | None


def in_file(text: str, taken: Taken, before: str) -> str:
    """With names in place of the addresses of what is taken along."""

    def named(found: re.Match[str]) -> str:
        picture = taken.get(UUID(found[1]))
        return f"{before}{picture.name}{found[2] or _UNSIZED}" if picture else found[0]

    return _TRAVELS.sub(named, text) if "/api/files/" in text else text


def shown_in(text: str, taken: Taken) -> list[UUID]:
    """What of it is taken along, in its order."""
    if "/api/files/" not in text:
        return []
    marks = (UUID(found[1]) for found in _TRAVELS.finditer(text))
    return [mark for mark in dict.fromkeys(marks) if taken.get(mark)]


def in_base64(picture: BankPicture) -> Iterator[bytes]:
    rest = b""
    for piece in picture.pieces():
        whole = rest + piece
        end = len(whole) - len(whole) % 3
        yield base64.b64encode(whole[:end])
        rest = whole[end:]
    yield base64.b64encode(rest)


def from_base64(text: str, name: str) -> bytes:
    if len(text) > 2 * MOST_BYTES_OF_ONE:
        raise too_large(name, MOST_BYTES_OF_ONE, field=FIELD)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        said = _("“%s” is not the base64 of anything. Export it once more.") % name
        raise FileRefused(said, field=FIELD) from None


class Shelf:
    """The pictures of one file on a disk, each once, whatever it is called and how often."""

    def __init__(self) -> None:
        self._kept = TemporaryFile()  # noqa: SIM115 (closed with the shelf)
        self._places: dict[str, tuple[int, int]] = {}
        # By the digest of each, what it was first called.
        self.names: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._kept.close()

    def put(self, content: bytes, name: str) -> str:
        """The mark of it. Only its first bytes are looked at here; the rest takes its time."""
        if not content:
            raise empty(name, field=FIELD)
        if len(content) > MOST_BYTES_OF_ONE:
            raise too_large(name, MOST_BYTES_OF_ONE, field=FIELD)
        kind = kind_of(BytesIO(content))
        if kind is None or kind.name not in IMAGES:
            said = _("“%s” is no picture that can be taken. Save it as PNG, JPEG, GIF or WebP.")
            raise FileRefused(said % name, field=FIELD)
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self.names:
            if len(self.names) >= MOST_PICTURES:
                refuse(_("There are more than %d pictures. Divide the file.") % MOST_PICTURES)
            self.names[digest] = name
            self.keep(digest, content)
        was = _as_uuid(PurePosixPath(name).stem)
        return f"picture:{digest}:{was}" if was else f"picture:{digest}"

    def keep(self, name: str, content: bytes) -> None:
        self._places[name] = self._kept.seek(0, 2), len(content)
        self._kept.write(content)

    def content_of(self, name: str) -> bytes:
        start, length = self._places[name]
        self._kept.seek(start)
        return self._kept.read(length)


class Named:
    """Pictures by the names that a file has for them. `load` raises for what it cannot give."""

    def __init__(self, shelf: Shelf, load: Callable[[str], bytes]) -> None:
        self._shelf = shelf
        self._load = load
        self._marks: dict[str, str] = {}
        self._refusals: dict[str, str] = {}

    def mark_of(self, name: str, problems: list[Problem]) -> str:
        """Empty where there is none, which is then a problem."""
        if name not in self._marks and name not in self._refusals:
            try:
                self._marks[name] = self._shelf.put(self._load(name), name)
            except (FileRefused, FileTooLarge) as refusal:
                self._refusals[name] = str(refusal.message)
        if name in self._refusals:
            _say_once(problems, self._refusals[name])
        return self._marks.get(name, "")


def from_file(
    text: str, before: str, has: Callable[[str], bool], named: Named, problems: list[Problem]
) -> str:
    """With marks in place of names. What is called like a picture and is none stays as it is."""

    def marked(found: re.Match[str]) -> str:
        name = unquote(found[1])
        mark = named.mark_of(name, problems) if has(name) else ""
        if not mark:
            return found[0]
        return mark + ("" if found[2] else found[3] or SIZED)

    if before not in text:
        return text
    return re.sub(rf"""{re.escape(before)}([^\s)?#"'<>]+)(?:(\?!)|{_QUERY})""", marked, text)


def missing(name: str) -> FileRefused:
    return FileRefused(_("The picture “%s” is not in the file.") % name, field=FIELD)


def twice(name: str) -> FileRefused:
    said = _("Two pictures in the file are called “%s”. Give each its own name.") % name
    return FileRefused(said, field=FIELD)


def not_here(address: str) -> Problem:
    said = _("A picture of another place is not fetched: %s. Send it along, or add it later.")
    return Problem(FIELD, said % address[:LONGEST_SHOWN])


def elsewhere_in(texts: Iterable[str]) -> list[Problem]:
    """A word on each picture that a page of ours would have to fetch from others."""
    found = {address: None for text in texts for address in _ELSEWHERE.findall(text)}
    return [not_here(address) for address in found]


def placed(text: str, address_of: Callable[[Key, bool], str | None]) -> str:
    """With addresses in place of marks; `address_of` is told whether to say the size as well."""

    def address(found: re.Match[str]) -> str:
        key = Key(found[1], UUID(found[2]) if found[2] else None)
        return address_of(key, bool(found[3])) or found[0]

    return _MARK.sub(address, text) if "picture:" in text else text


def without_marks(text: str) -> str:
    """For people: a sheet of what went wrong has no pictures."""
    return _MARK.sub("picture", text)


def keys_in(texts: Iterable[str]) -> set[Key]:
    return {
        Key(digest, UUID(was) if was else None)
        for text in texts
        for digest, was, _sized in _MARK.findall(text)
    }


def size_query(width: Any, height: Any) -> str:
    """As an address says how large it is shown; nothing where that is not plainly said."""
    said = [str(width or "").removesuffix("px"), str(height or "").removesuffix("px")]
    if all(re.fullmatch(r"[1-9]\d{0,4}", each, re.ASCII) for each in said):
        return f"?w={said[0]}&h={said[1]}"
    return ""


def _say_once(problems: list[Problem], said: str) -> None:
    problem = Problem(FIELD, said)
    if problem not in problems:
        problems.append(problem)


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
