"""`{{ text|opening }}`: how a question begins, in one line and without its markup."""

from __future__ import annotations

import re

from django import template
from django.utils.text import Truncator

register = template.Library()

LONGEST = 110
_FENCE = re.compile(r"^(```|~~~).*$", re.MULTILINE)
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"(^|(?<=\s))(#{1,6}|>|[-*+])(?=\s)|[*_]{2}|`+", re.MULTILINE)
_BLANK = re.compile(r"\{\{[^{}]*\}\}")


@register.filter
def opening(text: str) -> str:
    plain = _FENCE.sub(" ", text[: 6 * LONGEST])
    plain = _LINK.sub(r"\1", _PICTURE.sub(r"\1", plain))
    plain = " ".join(_MARKS.sub("", _BLANK.sub("…", plain)).split())
    return Truncator(plain).chars(LONGEST) or "…"
