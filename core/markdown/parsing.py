"""Which syntax there is: CommonMark, tables, strikethrough, task lists, web addresses, formulas."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from core.markdown.addresses import may_be_linked

# Lists and quotes in each other. A list and its item are two of these.
DEEPEST = 20
CONTAINERS = ("blockquote_open", "list_item_open")

_SCHEME = re.compile(r"(?:\A|[^a-z0-9])(https?)\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"""://[^\s<>"`\x00-\x1f]{1,2000}""")
_CLOSING = {")": "(", "]": "["}
_SENTENCE_ENDS = frozenset("?!.,:;*_~'|")

# Money is none: a dollar at a word or a figure, or with a space inside, opens and closes nothing.
_FORMULA = re.compile(
    r"(?P<shown>\$\$)(?P<display>(?:\\[\s\S]|[^\\$]){1,2000})\$\$(?!\$)"
    r"|\$(?![\s$])(?P<inline>(?:\\[\s\S]|[^\\$`]){1,2000})(?<!\s)\$(?![\da-zA-Z$])"
)
_BEFORE_MONEY = re.compile(r"[\da-zA-Z$]")
# So far is the end of a formula looked for.
MOST_LINES = 60


def make_parser(renderer: type[RendererHTML]) -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark",
        {"html": False, "xhtmlOut": False, "tasklists": True, "maxNesting": DEEPEST},
        renderer_cls=renderer,
    )
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.after("text", "bare_address", bare_address)
    parser.inline.ruler.before("escape", "formula", formula)
    parser.block.ruler.before(
        "fence", "formula_block", formula_block, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    parser.validateLink = may_be_linked  # type: ignore[assignment,method-assign]
    # Rules are put in order at the first use, in which two threads would be in each other's way.
    parser.parse("a")
    return parser


def is_cut_off(tokens: list[Token]) -> bool:
    """What stands deeper than the parser goes is not in its tokens."""
    return any(token.type in CONTAINERS and token.level + 1 >= DEEPEST for token in tokens)


def formula(state: StateInline, silent: bool) -> bool:
    """`$a$` within a line, `$$a$$` for itself though it stands in a paragraph."""
    if state.src[state.pos] != "$" or _BEFORE_MONEY.match(state.src[state.pos - 1 : state.pos]):
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    source = (found["display"] or found["inline"]).strip() if found else ""
    if found is None or not source:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = source, found["shown"] or "$"
    state.pos = found.end()
    return True


def formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines between `$$` and `$$`, none of them blank: what looks like a list in it is none."""
    if state.is_code_block(start) or not _line(state, start).startswith("$$"):
        return False
    lines = [_line(state, start)[2:]]
    last = start
    while "$$" not in lines[-1]:
        last += 1
        if last >= min(end, start + MOST_LINES) or state.sCount[last] < state.blkIndent:
            return False
        lines.append(_line(state, last))
        if not lines[-1]:
            return False
    source = "\n".join(lines).strip()
    if not source.endswith("$$") or source.count("$$") > 1 or not source[:-2].strip():
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.content, token.markup, token.map = source[:-2].strip(), "$$", [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()


def bare_address(state: StateInline, silent: bool) -> bool:
    """A web address as it stands in a text: asked at its colon, when the scheme has been read."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme = _SCHEME.search(state.pending[-len("_https") :])
    rest = _ADDRESS.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    shown = scheme[1] + without_tail(rest[0])
    address = state.md.normalizeLink(shown)
    if not state.md.validateLink(address):
        return False
    state.pending = state.pending[: -len(scheme[1])]
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)
    state.pos += len(shown) - len(scheme[1])
    return True


def without_tail(address: str) -> str:
    """Without what belongs to the sentence around it, such as a full stop or a bracket."""
    spare = {
        closing: address.count(closing) - address.count(opening)
        for closing, opening in _CLOSING.items()
    }
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _CLOSING and spare[last] > 0:
            spare[last] -= 1
        elif last not in _SENTENCE_ENDS:
            break
        end -= 1
    return address[:end]
