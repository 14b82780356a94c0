"""The second net: whatever the parser gives, only what is listed here reaches a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from core.markdown import maths
from core.markdown.addresses import is_own_picture, may_be_linked

REL = "nofollow noopener noreferrer"
HEADINGS = tuple(f"h{level}" for level in range(1, 7))
# Of pictures in pixels, of spaces in formulas by the letter.
_LENGTH = re.compile(r"\d{1,4}|-?\d?\.?\d{1,3}em")
# `dir` stands on the outermost blocks only.
_DIRECTED = {"p", "ul", "ol", "blockquote", "div", *HEADINGS}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # without it, nh3 lets titles and languages pass everywhere
    "a": {"href", "title"},
    "div": {"role", "aria-label", "tabindex"},
    "img": {"src", "alt", "title", "loading", "decoding", "width", "height"},
    "input": {"aria-label", "checked"},
    "ol": {"start"},
    "th": {"scope"},
    **{heading: {"id"} for heading in HEADINGS},
    "span": {"role", "aria-label", "tabindex"},
    "math": {"display", "alttext"},
    "annotation": {"encoding"},
    **maths.ATTRIBUTES,
}
_CLASSES = {
    "div": {"prose-table", "maths"},
    "li": {"prose-task"},
    "mrow": {"maths-box"},
    "mtd": {"maths-start", "maths-end"},
    "p": {"prose-plain"},
    "pre": {"code-place"},
    "span": {"maths", "maths-wide", "maths-unread"},
    "td": {"align-center", "align-end"},
    "th": {"align-center", "align-end"},
}
_CHECKS: dict[str, Callable[[str], object]] = {
    "href": may_be_linked,
    "src": is_own_picture,
    **dict.fromkeys(("width", "height"), _LENGTH.fullmatch),
    # With a hyphen no name is one that a script of ours looks up on the page.
    "id": re.compile(r"[a-z][a-z0-9]*-[\w-]+").fullmatch,
}


def clean(html: str) -> str:
    return _cleaner.clean(html)


def _checked(tag: str, name: str, value: str) -> str | None:
    check = _CHECKS.get(name)
    return value if check is None or check(value) else None


_cleaner = nh3.Cleaner(
    tags={
        *("blockquote", "br", "code", "del", "em", "hr", "li", "pre", "strong"),
        *("table", "tbody", "td", "thead", "tr"),
        *("a", "img", "input", "th"),
        *maths.ELEMENTS,
        *_CLASSES,
        *_DIRECTED,
    },
    attributes={
        tag: _ATTRIBUTES.get(tag, set()) | ({"dir"} if tag in _DIRECTED else set())
        for tag in {*_ATTRIBUTES, *_DIRECTED}
    },
    set_tag_attribute_values={
        "img": {"loading": "lazy"},
        "input": {"type": "checkbox", "disabled": ""},
    },
    allowed_classes=_CLASSES,
    attribute_filter=_checked,
    url_schemes={"http", "https", "mailto"},
    link_rel=REL,
    generic_attribute_prefixes=set(),
)
