"""`{% component "card" title="…" %}…{% slot "actions" %}…{% endslot %}{% endcomponent %}`.

A call that ends in a slash has no inside: `{% component "icon" name="bell" / %}`. A bare word is a
flag, and a hyphenated name an HTML attribute. What stands in no slot is the slot `body`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.defaulttags import CommentNode
from django.utils.safestring import SafeString, mark_safe

from core import components, vendor
from core.icons import SPRITE

register = template.Library()

_NAMED = re.compile(r"([\w:@.-]+)=(.+)", re.DOTALL)
_FLAG = re.compile(r"\w+")


@register.tag("component")
def do_component(parser: Parser, token: Token) -> ComponentNode:
    _tag, *words = token.split_contents()
    has_inside = not (words and words[-1] == "/")
    if not has_inside:
        words.pop()
    if not words or not re.fullmatch(r'"[a-z_]+"', words[0]):
        raise components.ComponentError('a component is called by name: {% component "card" %}')
    inside = NodeList()
    if has_inside:
        inside = parser.parse(("endcomponent",))
        parser.delete_first_token()
    called = ComponentNode(words[0].strip('"'), _inputs(parser, words[1:]), inside)
    called.check()
    return called


@register.tag("slot")
def do_slot(parser: Parser, token: Token) -> SlotNode:
    words = token.split_contents()
    if len(words) != 2 or not re.fullmatch(r'"[a-z_]+"', words[1]):
        raise components.ComponentError('a slot is filled by name: {% slot "actions" %}')
    inside = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(words[1].strip('"'), inside)


@register.simple_tag
def vendor_url(path: str) -> str:
    return vendor.vendor_url(path)


@register.simple_tag
def icon_sprite() -> str:
    return vendor.vendor_url(SPRITE)


class SlotNode(Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        raise components.ComponentError(
            f"the slot {self.name} does not stand directly inside a component"
        )


class ComponentNode(Node):
    # Blocks of layouts may stand inside, and Django looks for them here.
    child_nodelists = ("slots", "body")

    def __init__(
        self,
        name: str,
        inputs: Mapping[str, FilterExpression | bool],
        inside: NodeList,
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.inside = inside
        self.filled, self.body = _parted(inside)
        self.slots = NodeList(node for nodelist in self.filled.values() for node in nodelist)

    def check(self) -> None:
        filled = [*self.filled, *(["body"] if self.body else [])]
        components.component(self.name).check_names([*self.inputs, *filled])

    def render(self, context: Context) -> SafeString:
        """In the order of the page, so that what is named before a slot is known within it."""
        given: dict[str, Any] = {
            name: value if isinstance(value, bool) else value.resolve(context)
            for name, value in self.inputs.items()
        }
        body = []
        for node in self.inside:
            if isinstance(node, SlotNode):
                given[node.name] = _rendered(node.nodelist, context)
            else:
                body.append(str(node.render_annotated(context)))
        if self.body:
            given["body"] = mark_safe("".join(body).strip())  # noqa: S308
        return components.component(self.name).render(context, given)


def _inputs(parser: Parser, words: list[str]) -> dict[str, FilterExpression | bool]:
    found: dict[str, FilterExpression | bool] = {}
    for word in words:
        named = _NAMED.fullmatch(word)
        if named:
            found[named[1]] = parser.compile_filter(named[2])
        elif _FLAG.fullmatch(word):
            found[word] = True
        else:
            raise components.ComponentError(f"cannot read the input {word!r}")
    return found


def _parted(inside: NodeList) -> tuple[dict[str, NodeList], NodeList]:
    """The slots, and what stands outside of them unless it is nothing but space."""
    slots = {node.name: node.nodelist for node in inside if isinstance(node, SlotNode)}
    rest = NodeList(node for node in inside if not isinstance(node, SlotNode))
    return slots, NodeList() if all(map(_is_space, rest)) else rest


def _is_space(node: Node) -> bool:
    return isinstance(node, CommentNode) or (isinstance(node, TextNode) and not node.s.strip())


def _rendered(nodelist: NodeList, context: Context) -> SafeString:
    return mark_safe(nodelist.render(context).strip())  # noqa: S308
