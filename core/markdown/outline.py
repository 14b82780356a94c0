"""What becomes of a text's headings, links and pictures before they are HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import slugify
from markdown_it.token import Token

from core.markdown.addresses import is_own_picture

LOWEST_HEADING = 6
CODE = frozenset({"fence", "code_block"})
# A text may name an address once and refer to it ten thousand times.
MOST_ADDRESSES = 100_000
# Each of them is a component with a button.
MOST_CODE = 300


class TooMuch(Exception):
    """The HTML would be out of all proportion to the text."""


@dataclass(frozen=True)
class Manner:
    """How one text is to be shown. Without `anchors` its headings have no names."""

    headings_from: int
    anchors: str


def settle(tokens: list[Token], manner: Manner) -> None:
    if sum(token.type in CODE for token in tokens) > MOST_CODE:
        raise TooMuch
    _settle_headings(tokens, manner)
    room = MOST_ADDRESSES
    for token in tokens:
        if token.level == 0 and token.nesting == 1:
            token.attrs["dir"] = "auto"
        if token.children:
            token.children = list(_settled(token.children, manner))
            room -= sum(_length(child) for child in token.children)
            if room < 0:
                raise TooMuch


def _settle_headings(tokens: list[Token], manner: Manner) -> None:
    """Below the page's own heading, each at most one step below the one before."""
    above: list[str] = []
    names: Counter[str] = Counter()
    for index, token in enumerate(tokens):
        if token.type not in {"heading_open", "heading_close"}:
            continue
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
            if manner.anchors:
                token.attrs["id"] = _name(tokens[index + 1].content, manner, names)
        token.tag = f"h{min(LOWEST_HEADING, manner.headings_from + len(above) - 1)}"


def _name(title: str, manner: Manner, names: Counter[str]) -> str:
    name = f"{manner.anchors}-{slugify(title[:100], allow_unicode=True) or 'part'}"
    names[name] += 1
    return name if names[name] == 1 else f"{name}-{names[name]}"


def _settled(children: list[Token], manner: Manner) -> Iterator[Token]:
    is_linked = False
    for token in children:
        if token.type == "link_open":
            is_linked = True
            _lead_within_text(token, manner)
        elif token.type == "link_close":
            is_linked = False
        if token.type != "image" or is_own_picture(str(token.attrs["src"])):
            yield token
        else:
            yield from _instead_of_picture(token, is_linked)


def _lead_within_text(link: Token, manner: Manner) -> None:
    """A fragment is a heading of this text, not whatever has that name on the page around it."""
    address = str(link.attrs["href"])
    if manner.anchors and len(address) > 1 and address.startswith("#"):
        link.attrs["href"] = f"#{manner.anchors}-{address[1:]}"


def _instead_of_picture(image: Token, is_linked: bool) -> Iterator[Token]:
    """A link to it: our pages ask no other host for anything."""
    address = str(image.attrs["src"])
    words = Token("text", "", 0, content=_said(image) or address)
    if is_linked:
        yield words
    else:
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield words
        yield Token("link_close", "a", -1)


def _said(image: Token) -> str:
    return "".join(
        child.content or (_said(child) if child.type == "image" else " ")
        for child in image.children or ()
        if child.type in {"text", "code_inline", "image", "softbreak", "hardbreak"}
    ).strip()


def _length(token: Token) -> int:
    return sum(len(str(value)) for value in token.attrs.values())
