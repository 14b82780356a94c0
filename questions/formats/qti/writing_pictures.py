"""Pictures of an item, as elements that every reader shows."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from questions.formats.pictures import Taken, in_file, shown_in
from questions.formats.qti.names import PICTURES
from questions.formats.xml_trees import Element
from questions.images import ADDRESS, plain_words

_SIDE = "([1-9][0-9]{0,4})"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]\({ADDRESS.pattern}\?w={_SIDE}&h={_SIDE}\)")


def show_pictures(item: Any, taken: Taken) -> list[UUID]:
    """Elements in place of Markdown, so that every reader shows them; says which ones."""
    marks: dict[UUID, None] = {}
    for each in list(item.iter()):
        if each.tag != "value":
            children: list[Any] = []
            each.text = _with_images(each.text, taken, marks, children)
            for child in list(each):
                children.append(child)
                child.tail = _with_images(child.tail, taken, marks, children)
            each[:] = children
    return list(marks)


def _with_images(
    text: str | None, taken: Taken, marks: dict[UUID, None], children: list[Any]
) -> str | None:
    """What stands before the first; each of them goes to the children with what follows it."""
    if not text or "/api/files/" not in text:
        return text
    marks |= dict.fromkeys(shown_in(text, taken))
    first, last, place = "", None, 0
    for found in _IMAGE.finditer(text):
        picture = taken.get(UUID(found[2]))
        if picture is None or plain_words(found[1]) != found[1]:
            continue
        before = in_file(text[place : found.start()], taken, PICTURES)
        if last is None:
            first = before
        else:
            last.tail = before
        facts = {"src": f"{PICTURES}{picture.name}", "alt": found[1]}
        last = Element("img", {**facts, "width": found[3], "height": found[4]})
        children.append(last)
        place = found.end()
    rest = in_file(text[place:], taken, PICTURES)
    if last is None:
        return rest
    last.tail = rest
    return first
