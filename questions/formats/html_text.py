"""HTML of other platforms as Markdown: what plain questions use, and a word on what is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import TypeAlias

# Its Markdown would be longer than any question may be.
LONGEST = 1_000_000
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`"}
_BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"}
_LOST = {"video", "audio", "iframe", "object", "embed", "svg"}
_SILENT = {"script", "style", "head"}
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
# Makes Markdown of the attributes of a picture; empty where it is left out.
Shown: TypeAlias = Callable[[Mapping[str, str]], str]

_INSTRUCTION = re.compile(r"<[!?][^<>]*>?")


def markdown_of(html: str, picture: Shown = lambda _said: "") -> tuple[str, bool]:
    """The text, and whether anything was left out of it. What is no question stays as it is."""
    if len(html) > LONGEST:
        return html, False
    reader = _Reader(picture)
    reader.feed(_INSTRUCTION.sub("", _without_comments(html)))
    reader.close()
    text = re.sub(r"[ \t]+\n", "\n", "".join(reader.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip(), reader.has_lost


def looks_like_html(text: str) -> bool:
    return _TAG.search(text) is not None


def _without_comments(html: str) -> str:
    """Python's own reader looks for the end of each from its beginning, and gives up late."""
    parts: list[str] = []
    place = 0
    while (start := html.find("<!--", place)) >= 0:
        parts.append(html[place:start])
        end = html.find("-->", start)
        if end < 0:
            return "".join(parts)
        place = end + len("-->")
    return "".join([*parts, html[place:]])


class _Reader(HTMLParser):
    def __init__(self, picture: Shown) -> None:
        super().__init__(convert_charrefs=True)
        self._picture = picture
        self.parts: list[str] = []
        self.has_lost = False
        self._silent = 0
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            shown = self._picture({name: said or "" for name, said in attrs})
            self.has_lost |= not shown
            self.parts.append(shown)
        elif tag in _LOST:
            self.has_lost = True
        elif tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self.parts.append("\n\n```\n")
            self._in_code = True
        elif tag in _MARKS and not self._in_code:
            self.parts.append(_MARKS[tag])
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "pre":
            self.parts.append("\n```\n\n")
            self._in_code = False
        elif tag in _MARKS and not self._in_code:
            self.parts.append(_MARKS[tag])
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._in_code else re.sub(r"\s+", " ", data))
