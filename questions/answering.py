"""From the fields of a form to the answer that a kind takes: for pages without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from questions.kinds import BadResponse, Material, QuestionType
from questions.kinds.base import plain_ends
from questions.showing import field_name

UNIT = "-unit"


def raw_answer(material: Material, data: QueryDict, *, question: int) -> Any:
    """What `Kind.parse` takes; None for no answer. Raises BadResponse for an order that is none."""
    found = written(material, data, question=question)
    if material.type != QuestionType.ORDERING or found is None:
        return found
    if sorted(found.values()) != list(range(1, len(material.choices) + 1)):
        raise BadResponse(_("Give each item a place of its own."))
    return sorted(found, key=lambda id_: found[id_])


def written(material: Material, data: QueryDict, *, question: int) -> Any:
    """What stands in the form, sound or not, as `questions.showing.asked` shows it again."""
    name = field_name(question)
    match QuestionType(material.type):
        case QuestionType.SINGLE | QuestionType.MULTIPLE | QuestionType.TRUE_FALSE:
            return [_number(each) for each in data.getlist(name)] or None
        case QuestionType.NUMERIC:
            return _joined(data, name)
        case QuestionType.MATCHING:
            return _parts(data, name, (each["id"] for each in material.body["left"]))
        case QuestionType.FILL_BLANKS:
            return _parts(data, name, (each["id"] for each in material.body["blanks"]))
        case QuestionType.ORDERING:
            said = {each.id: data.get(f"{name}-{each.id}", "") for each in material.choices}
            return {id_: _number(place) for id_, place in said.items() if place} or None
        case QuestionType.FILE_UPLOAD:
            return data.getlist(name) or None
        case QuestionType.CODE:
            code = plain_ends(data.get(name, ""))
            return None if code.strip() == material.body.get("starter", "").strip() else code
    return plain_ends(data.get(name, "")) or None


def _joined(data: QueryDict, name: str) -> str | None:
    """The unit may stand in its own field, or beside the number."""
    return f"{data.get(name, '')} {data.get(name + UNIT, '')}".strip() or None


def _parts(data: QueryDict, name: str, parts: Iterable[str]) -> dict[str, str] | None:
    said = {part: data.get(f"{name}-{part}", "") for part in parts}
    return {part: text for part, text in said.items() if text} or None


def _number(text: str) -> int:
    """0 for what is none: no choice has that id, and no item that place."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
