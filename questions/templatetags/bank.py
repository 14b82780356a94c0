"""Questions in one line and without markup: `plain` all of a text, `opening` how it begins.

`part_name` and `part_names` are the parts of a question, as people call them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django import template
from django.utils.text import Truncator

from questions.changes import part_name

register = template.Library()

LONGEST = 110
_CODE = re.compile(r"^(```|~~~).*?^\1`*~*[ ]*$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*$", re.MULTILINE)
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[ \t]*(#{1,6}|>|[-*+])(?=\s)|[*_]{2}|`+", re.MULTILINE)
_BLANK = re.compile(r"\{\{[^{}]*\}\}")


register.filter("part_name", part_name)


@register.filter
def part_names(parts: Iterable[str]) -> str:
    return ", ".join(part_name(part) for part in parts)


@register.filter
def opening(text: str) -> str:
    """Its code only where there is nothing else; cut between words where there are any."""
    text = text[: 20 * LONGEST]
    words = plain(_CODE.sub(" ", text)) or plain(text)
    cut = Truncator(words).chars(LONGEST)
    whole, blank, _part = cut.rpartition(" ")
    if cut != words and blank and not words.startswith(cut[:-1] + " "):
        cut = f"{whole}…"
    return cut or "…"


@register.filter
def plain(text: str) -> str:
    """For where no markup can stand, such as the options of a list."""
    words = _LINK.sub(r"\1", _PICTURE.sub(r"\1", _FENCE.sub(" ", text)))
    return " ".join(_MARKS.sub("", _BLANK.sub("…", words)).split())
