"""`{% sample "Title" %}…{% endsample %}`: what it renders, and the source that does so."""

from __future__ import annotations

from textwrap import dedent
from typing import cast

from django import template
from django.template.base import NodeList, Parser, Token, TokenType
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_WRITTEN = {TokenType.VAR: "{{{{ {} }}}}", TokenType.BLOCK: "{{% {} %}}", TokenType.TEXT: "{}"}
END = "endsample"


@register.tag("sample")
def do_sample(parser: Parser, token: Token) -> SampleNode:
    words = token.split_contents()
    title = parser.compile_filter(words[1]).resolve(Context())
    source = _source_until(parser, END)
    inside = parser.parse((END,))
    parser.delete_first_token()
    return SampleNode(title, frozenset(words[2:]), source, inside)


class SampleNode(template.Node):
    """Options: `bare` draws no sheet around it, `tall` gives room for what opens."""

    def __init__(
        self, title: str, options: frozenset[str], source: str, nodelist: NodeList
    ) -> None:
        self.title = title
        self.options = options
        self.source = source
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        return render_to_string(
            "styleguide/sample.html",
            {
                "title": self.title,
                "options": self.options,
                "source": self.source,
                "rendered": mark_safe(self.nodelist.render(context)),  # noqa: S308
            },
        )


def _source_until(parser: Parser, end: str) -> str:
    """What the author wrote; the parser holds its tokens in reverse."""
    written = []
    tokens = cast("list[Token]", parser.tokens)
    for token in reversed(tokens):
        if token.token_type == TokenType.BLOCK and token.contents == end:
            break
        if token.token_type in _WRITTEN:
            written.append(_WRITTEN[token.token_type].format(token.contents))
    return dedent("".join(written)).strip()
