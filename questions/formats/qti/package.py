"""The files of a package that is read, and the pictures in them."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

from core.files.errors import too_large
from questions.formats.limits import unpacked
from questions.formats.pictures import (
    DATA,
    FIELD,
    MOST_BYTES_OF_ONE,
    SIZED,
    Named,
    Shelf,
    from_base64,
    from_file,
    missing,
    not_here,
    size_query,
    twice,
)
from questions.formats.qti.names import FOLDER, PICTURES
from questions.images import plain_words
from questions.kinds import Problem

_SHOWING = frozenset({"img", "object"})
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


@dataclass
class Told:
    """What is said of one item besides what it asks."""

    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Package:
    """The files of a package by their names in it, which are looked up and are never paths."""

    def __init__(self, archive: zipfile.ZipFile, shelf: Shelf) -> None:
        self.names = set(archive.namelist())
        self._archive = archive
        self._counts = Counter(archive.namelist())
        self._data: dict[str, str] = {}
        self._named = Named(shelf, self._load)
        self._own = Named(shelf, lambda name: self._load(f"{FOLDER}/{name}"))

    def as_text(self, item: Any, folder: str, told: Told) -> None:
        """Pictures in Markdown in place of elements, as all that is read here is Markdown."""
        for parent in item.iter():
            children, parts = list(parent), [parent.text or ""]
            kept: list[Any] = []
            for child in children:
                shown = self._shown(child, folder, told) if child.tag in _SHOWING else None
                if shown is None:
                    _set_text(parent, kept, parts)
                    kept.append(child)
                    parts = [child.tail or ""]
                else:
                    parts += [shown, child.tail or ""]
            _set_text(parent, kept, parts)
            if len(kept) < len(children):
                parent[:] = kept
        for each in item.iter():
            each.text = self._from_text(each.text, told)
            each.tail = self._from_text(each.tail, told)

    def _from_text(self, text: str | None, told: Told) -> str | None:
        """Where our own text could not hold an element."""

        def has(name: str) -> bool:
            return f"{FOLDER}/{name}" in self.names

        return from_file(text, PICTURES, has, self._own, told.problems) if text else text

    def _shown(self, found: Any, folder: str, told: Told) -> str | None:
        """None for what is no picture and stays."""
        address = (found.get("src") or found.get("data") or "").strip()
        if found.tag == "object" and not found.get("type", "image/").startswith("image/"):
            told.notes.append(Problem("text", _("Pictures and films were left out.")))
            return None
        if data := DATA.fullmatch(address):
            name = f"data-{len(self._data) + 1}"
            self._data[name] = data[1]
        elif _ELSEWHERE.match(address):
            told.notes.append(not_here(address))
            return ""
        else:
            path = unquote(address.partition("?")[0].partition("#")[0])
            name = posixpath.normpath(posixpath.join(folder, path))
        mark = self._named.mark_of(name, told.problems)
        size = size_query(found.get("width"), found.get("height")) or SIZED
        return f"![{plain_words(found.get('alt') or '')}]({mark}{size})" if mark else ""

    def _load(self, name: str) -> bytes:
        if name in self._data:
            return from_base64(self._data[name], name)
        if self._counts[name] > 1:
            raise twice(name)
        if name not in self.names or name.startswith(("/", "../")) or "\\" in name:
            raise missing(name)
        if self._archive.getinfo(name).file_size > MOST_BYTES_OF_ONE:
            raise too_large(name, MOST_BYTES_OF_ONE, field=FIELD)
        return unpacked(self._archive, name)


def _set_text(parent: Any, kept: list[Any], parts: list[str]) -> None:
    """Before the first child, or behind the last of those that are kept."""
    if kept:
        kept[-1].tail = "".join(parts)
    else:
        parent.text = "".join(parts)
