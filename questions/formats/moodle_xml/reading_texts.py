"""One text of a question, with the files that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

from questions.formats.html_text import looks_like_html, markdown_of
from questions.formats.moodle_xml.names import FILES
from questions.formats.pictures import (
    DATA,
    Named,
    Shelf,
    from_base64,
    from_file,
    missing,
    not_here,
    size_query,
    twice,
)
from questions.formats.xml_trees import text_in
from questions.images import plain_words
from questions.kinds import Problem


@dataclass
class Told:
    """What is said of one question besides itself."""

    shelf: Shelf
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def said_in(found: Any, told: Told) -> str:
    """As Markdown; what is marked as HTML is translated. Files stand beside the text."""
    if found is None:
        return ""
    files = _Files(found)
    named = Named(told.shelf, files.load)
    text, has = text_in(found, "text"), files.has
    if found.get("format", "html") in {"html", "moodle_auto_format"}:
        text = files.without_data(text)
        if looks_like_html(text) or "&" in text:
            text, has_lost = markdown_of(text, partial(_shown, told=told))
            has = files.is_meant
            if has_lost:
                told.notes.append(Problem("text", _("Pictures and films were left out.")))
    markdown = from_file(text, FILES, has, named, told.problems)
    if files.has_others:
        told.notes.append(Problem("text", _("Files that the text does not show were left out.")))
    return markdown


def _shown(picture: Mapping[str, str], *, told: Told) -> str:
    """Of an element of HTML: by the name of its file. What lies elsewhere is not fetched."""
    address = picture.get("src", "").strip()
    if not address.startswith(FILES):
        if address:
            told.notes.append(not_here(address))
        return ""
    name = quote(unquote(address.removeprefix(FILES).partition("?")[0]))
    size = size_query(picture.get("width"), picture.get("height"))
    return f"![{plain_words(picture.get('alt', ''))}]({FILES}{name}{size})"


class _Files:
    """Those that stand beside one text, and those that stand in it as data."""

    def __init__(self, found: Any) -> None:
        self._said: dict[str, Any] = {}
        self._twice: set[str] = set()
        self._shown: set[str] = set()
        for each in found.iterfind("file"):
            path = (each.get("path") or "").strip("/")
            name = f"{path}/{each.get('name', '')}".lstrip("/")
            if name in self._said and self._said[name].text != each.text:
                self._twice.add(name)
            self._said[name] = each
        self._data: dict[str, str] = {}

    @property
    def has_others(self) -> bool:
        return not self._shown.issuperset(self._said)

    def has(self, name: str) -> bool:
        return name in self._said or name in self._data

    def is_meant(self, name: str) -> bool:
        """What an element shows should be there; words may speak of what they like."""
        return bool(name)

    def without_data(self, text: str) -> str:
        """With a name in place of what would be longer than any text."""

        def named(found: re.Match[str]) -> str:
            name = f"data-{len(self._data) + 1}"
            self._data[name] = found[1]
            return FILES + name

        return DATA.sub(named, text) if ";base64," in text else text

    def load(self, name: str) -> bytes:
        self._shown.add(name)
        if name in self._data:
            return from_base64(self._data[name], name)
        if name in self._twice:
            raise twice(name)
        if name not in self._said:
            raise missing(name)
        file = self._said[name]
        if file.get("encoding", "base64") != "base64":
            return from_base64("?", name)
        return from_base64(file.text or "", name)
