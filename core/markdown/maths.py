"""Mathematics: LaTeX to MathML, which browsers draw by themselves, with no script."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element

from django.utils.html import escape
from latex2mathml.converter import Converter

# One formula, and all of one text. What is beyond is shown as it was written.
LONGEST = 2_000
MOST = 20_000
# What each of them costs beside its length.
EACH = 40
DEEPEST = 40
# Whatever is wider than a phone may be scrolls in a frame.
NARROW = 18

# By hand, since a name that stands for others could be made to grow without an end, and what leads
# elsewhere or has a colour of its own is no mathematics.
_UNWELCOME = re.compile(
    r"\\(?:def|[a-z]*newcommand|[a-z]*newenvironment|DeclareMathOperator|href|class|style|unicode"
    r"|rule|f?color(?:box)?|textcolor|b?cancel|xcancel|sout)(?![a-zA-Z])"
)
_ATTRIBUTES = {
    "mfrac": {"linethickness": re.compile("0")},
    "mi": {"mathvariant": re.compile("normal")},
    "mo": {
        **dict.fromkeys(("stretchy", "fence", "separator", "accent"), re.compile("true|false")),
        "form": re.compile("prefix|postfix|infix"),
        **dict.fromkeys(("minsize", "maxsize"), re.compile(r"[12]\.\d{1,3}em")),
        **dict.fromkeys(("lspace", "rspace"), re.compile(r"0(\.\d{1,3})?em")),
    },
    "mover": {"accent": re.compile("true")},
    "mspace": {"width": re.compile(r"-?0\.\d{1,3}em|\d(\.\d{1,3})?em")},
    "mstyle": {
        "displaystyle": re.compile("true|false"),
        "scriptlevel": re.compile("[012]"),
    },
    "mtable": {"displaystyle": re.compile("true")},
}
ATTRIBUTES = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
ELEMENTS = {
    *("math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mphantom"),
    *("mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
    *("mstyle", "mpadded", "mtable", "mtr", "mtd"),
}
_PARTS = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_ALIGNED = {"left": "maths-start", "right": "maths-end"}
_SPACES = {
    "thinmathspace": "0.167em",
    "thickmathspace": "0.278em",
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
}
# Letters of their own in Unicode: browsers know no other way to set them.
_LETTERS = {
    "bold": (0x1D400, 0x1D7CE),
    "sans-serif": (0x1D5A0, 0x1D7E2),
    "monospace": (0x1D670, 0x1D7F6),
}
_PLAIN = string.ascii_uppercase + string.ascii_lowercase, string.digits


class Unreadable(Exception):
    """No formula that could be drawn."""


def mathml(source: str, *, is_display: bool, room: int = MOST) -> tuple[str, bool]:
    """The element `math`, and whether it may be too wide for a phone."""
    if room < 0 or len(source) > LONGEST or _UNWELCOME.search(source):
        raise Unreadable
    display = "block" if is_display else "inline"
    try:
        row = Converter(display=display).convert_to_element(source)[0]
        drawn = "".join(_written(row, depth=0))
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable from error
    said = escape(source)
    html = (
        f'<math display="{display}" alttext="{said}"><semantics>{drawn}'
        f'<annotation encoding="application/x-tex">{said}</annotation></semantics></math>'
    )
    return html, is_display or _width(row) > NARROW


def _written(element: Element, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise Unreadable
    tag, attributes = element.tag, dict(element.attrib)
    if tag == "menclose":
        if attributes.get("notation") != "box":
            raise Unreadable
        tag, attributes = "mrow", {"class": "maths-box"}
    if tag not in ELEMENTS or len(element) != _PARTS.get(tag, len(element)):
        raise Unreadable
    yield f"<{tag}{_attributes(tag, attributes)}>"
    if element.text and element.text.strip():
        yield escape(_text(element.text, attributes.get("mathvariant", "")))
    for child in element:
        yield from _written(child, depth + 1)
    yield f"</{tag}>"


def _attributes(tag: str, attributes: dict[str, str]) -> str:
    kept = {
        name: _SPACES.get(value, value)
        for name, value in attributes.items()
        if name in _ATTRIBUTES.get(tag, ())
        and _ATTRIBUTES[tag][name].fullmatch(_SPACES.get(value, value))
    }
    named = attributes.get("class", _ALIGNED.get(attributes.get("columnalign", "")))
    if named:
        kept["class"] = named
    return "".join(f' {name}="{value}"' for name, value in kept.items())


def _text(text: str, variant: str) -> str:
    """The converter's signs are numbers; a command that it does not know stays as it was."""
    signs = unescape(text)
    if re.match(r"\\[a-zA-Z]", signs):
        raise Unreadable
    for name, beginnings in _LETTERS.items():
        if variant == name:
            letters = {
                ord(plain): beginning + place
                for plains, beginning in zip(_PLAIN, beginnings, strict=True)
                for place, plain in enumerate(plains)
            }
            return signs.translate(letters)
    return signs


def _width(element: Element) -> int:
    """About how many letters stand beside each other."""
    own = len(unescape((element.text or "").strip())) + 2 * (element.tag == "mspace")
    return own + sum(_width(child) for child in element)
