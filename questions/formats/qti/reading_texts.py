"""Texts of items: our own Markdown, or what stands in blocks of other platforms."""

from __future__ import annotations

import re
from typing import Any

_BLOCKS = frozenset({"p", "div", "li", "pre", "br", "tr", "h1", "h2", "h3", "blockquote"})


def text_of(found: Any, *, without: frozenset[str] = frozenset()) -> str:
    """Our own Markdown as it is; of blocks of other platforms, paragraphs."""
    own = next((each for each in found.iter("div") if each.get("class") == "markdown"), None)
    if own is not None:
        return "".join(own.itertext()).strip()
    if all(each.tag in without for each in found):
        return "".join([found.text or "", *(each.tail or "" for each in found)]).strip()
    parts: list[str] = []
    _gather(found, without, parts)
    return re.sub(r"[ \t]*\n[ \t\n]*\n[ \t]*", "\n\n", "".join(parts)).strip()


def _gather(found: Any, without: frozenset[str], parts: list[str]) -> None:
    if found.tag in without:
        return
    if found.tag in _BLOCKS and parts:
        parts.append("\n\n")
    parts.append(found.text or "")
    for child in found:
        _gather(child, without, parts)
        parts.append(child.tail or "")
