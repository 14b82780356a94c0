"""Markdown to HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from core.components import component
from core.markdown import maths
from core.markdown.cleaning import clean
from core.markdown.keeping import Shelf
from core.markdown.outline import Manner, TooMuch, settle
from core.markdown.parsing import is_cut_off, make_parser

# Longer texts are shown as they were written: nobody reads them, and they take seconds.
LONGEST = 100_000
LONGEST_LANGUAGE = 40
# So much of a text's code is coloured; what comes later is plain.
MOST_COLOURED = 50_000
_CODE = re.compile(r'<pre class="code-place">(\d+)</pre>')
_SIZE = re.compile(r"\?w=(\d{1,4})&h=(\d{1,4})\Z")
_ALIGNED = {"text-align:right": "align-end", "text-align:center": "align-center"}


def render_markdown(text: str, *, headings_from: int = 2, anchors: str = "") -> SafeString:
    """The text as HTML that is safe whoever wrote it. It belongs into the component `prose`.

    `headings_from` is the level of its highest heading, which is one below the page's own.
    `anchors` begins the names of its headings and must be on the page only once; without it they
    have none, since two texts on one page may well have the same headings.
    """
    key = (sha256(text.encode(errors="replace")).digest(), headings_from, anchors, get_language())
    html = _shelf.get(key)
    if html is None:
        html = _rendered(_sound(text), Manner(headings_from, anchors))
        _shelf.put(key, html)
    return mark_safe(html)  # noqa: S308  (cleaned)


class Renderer(RendererHTML):
    """Puts code aside (`env["code"]`), which comes back by the component when all is cleaned."""

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        token.attrs.pop("class", None)
        if "checked" not in token.meta:
            return self.renderToken(tokens, idx, options, env)
        token.attrs["class"] = "prose-task"
        is_done = token.meta["checked"]
        label = escape(gettext("Done") if is_done else gettext("To do"))
        checked = " checked" if is_done else ""
        opening = self.renderToken(tokens, idx, options, env)
        return f'{opening}<input type="checkbox" disabled{checked} aria-label="{label}"> '

    def bullet_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tokens[idx].attrs.pop("class", None)
        return self.renderToken(tokens, idx, options, env)

    ordered_list_open = bullet_list_open

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """In a frame that scrolls, by keys too."""
        label = escape(gettext("Table"))
        return (
            f'<div class="prose-table" role="group" aria-label="{label}" tabindex="0"'
            f"{self.renderAttrs(tokens[idx])}><table>\n"
        )

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        aligned = _ALIGNED.get(str(token.attrs.pop("style", "")))
        if aligned:
            token.attrs["class"] = aligned
        if token.tag == "th":
            token.attrs["scope"] = "col"
        return self.renderToken(tokens, idx, options, env)

    th_open = td_open

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """With the size that its address names, so that nothing moves when it comes."""
        size = _SIZE.search(str(tokens[idx].attrs["src"]))
        if size:
            tokens[idx].attrs["width"], tokens[idx].attrs["height"] = size[1], size[2]
        return super().image(tokens, idx, options, env)

    def s_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "<del>"

    def s_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</del>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        words = tokens[idx].info.split(maxsplit=1)
        env["code"].append((tokens[idx].content.rstrip("\n"), words[0] if words else ""))
        return f'<pre class="code-place">{len(env["code"]) - 1}</pre>\n'

    fence = code_block

    def formula(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _formula(tokens[idx], env, frame="span")

    def formula_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"{_formula(tokens[idx], env, frame='div')}\n"


def _formula(token: Token, env: Any, *, frame: str) -> str:
    """In a frame that scrolls, by keys too, where it may be too wide."""
    is_display = token.markup == "$$"
    env["maths"] += len(token.content) + maths.EACH
    room = maths.MOST - env["maths"]
    try:
        drawn, is_wide = maths.mathml(token.content, is_display=is_display, room=room)
    except maths.Unreadable:
        hint = escape(gettext("This formula cannot be shown."))
        source = escape(f"{token.markup}{token.content}{token.markup}")
        html = f'<code>{source}</code> <span class="maths-unread">{hint}</span>'
        return f"<p>{html}</p>" if frame == "div" else html
    if not is_wide:
        return drawn
    name, label = "maths" if is_display else "maths-wide", escape(gettext("Formula"))
    return (
        f'<{frame} class="{name}" role="group" aria-label="{label}" tabindex="0">{drawn}</{frame}>'
    )


def _sound(text: str) -> str:
    """Without halves of characters, which no encoding takes."""
    return text.encode(errors="replace").decode()


def _rendered(text: str, manner: Manner) -> str:
    if len(text) > LONGEST:
        return _as_written(text)
    tokens = _parser.parse(text)
    if is_cut_off(tokens):
        return _as_written(text)
    try:
        settle(tokens, manner)
    except TooMuch:
        return _as_written(text)
    code: list[tuple[str, str]] = []
    html = clean(_parser.renderer.render(tokens, _parser.options, {"code": code, "maths": 0}))
    blocks = list(_code_blocks(code))
    # Nobody can write this element: in cleaned text and attributes there is no "<".
    return _CODE.sub(lambda place: blocks[int(place[1])], html)


def _as_written(text: str) -> str:
    return clean(f'<p class="prose-plain" dir="auto">{escape(text)}</p>')


def _code_blocks(code: list[tuple[str, str]]) -> Iterator[str]:
    length = 0
    for content, language in code:
        length += len(content)
        named = language[:LONGEST_LANGUAGE]
        manner = {"language": named} if length <= MOST_COLOURED else {"title": named}
        # A block may be empty, but not the input of a component.
        yield component("code").render(Context(), {"code": content or "\n", **manner})


_parser = make_parser(Renderer)
_shelf = Shelf(room=16_000_000)
