"""XML of strangers, parsed without entities, and XML of ours, written by a library."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import (
    Element,
    ParseError,
    ProcessingInstruction,
    SubElement,
    indent,
    tostring,
)

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from questions.formats.limits import decoded, refuse

__all__ = [
    "Element",
    "ProcessingInstruction",
    "SubElement",
    "element",
    "parsed",
    "shown",
    "text_in",
]
DEEPEST = 60
_DECLARED = re.compile(r"^<\?xml[^>]*\?>")


def parsed(content: bytes) -> Any:
    """In UTF-8 or UTF-16, whatever it says of itself: other encodings are refused, not guessed."""
    text = _DECLARED.sub("", decoded(content).lstrip(), count=1)
    try:
        root = fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        refuse(_("This XML declares a document type or entities, which is not taken."))
    except (ParseError, ValueError, LookupError) as error:
        refuse(_("This is not valid XML (%s).") % error)
    if _is_too_deep(root):
        refuse(_("This XML is nested too deeply."))
    return root


def shown(root: Element, *, is_indented: bool = False) -> bytes:
    if is_indented:
        indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return written


def element(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    made = SubElement(parent, tag, attributes)
    made.text = text
    return made


def text_in(parent: Any, path: str) -> str:
    found = parent.find(path) if parent is not None else None
    return (found.text or "") if found is not None else ""


def _is_too_deep(root: Any) -> bool:
    level: list[Any] = [root]
    for _depth in range(DEEPEST):
        level = [child for each in level for child in each]
        if not level:
            return False
    return True
