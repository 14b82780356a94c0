"""Answers in words, as somebody gives them who sees no ids, made into answers by a kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from questions.kinds import BadResponse, Material, QuestionType, kind_of

_EDGES = re.compile(r"^[\s`\"'“”]+|[\s`\"'“”.]+$")


def agrees(material: Material, words: Sequence[str] | None) -> bool | None:
    """Whether an answer gets full marks by the key; None for none that could be understood."""
    if not words:
        return None
    kind = kind_of(material.type)
    try:
        response = kind.parse(material, response_of(material, words))
    except BadResponse:
        return None
    return None if response is None else kind.grade(material, response).is_correct


def response_of(material: Material, words: Sequence[str]) -> Any:
    """What `parse` of the kind takes; None where the words name nothing that is there."""
    match material.type:
        case QuestionType.NUMERIC | QuestionType.SHORT_TEXT:
            return words[0]
        case QuestionType.FILL_BLANKS:
            names = [blank["id"] for blank in material.body["blanks"]]
            return dict(zip(names, words, strict=False))
        case QuestionType.MATCHING:
            rights = {_plain(side["text"]): side["id"] for side in material.body["right"]}
            lefts = [side["id"] for side in material.body["left"]]
            return {
                left: rights.get(_plain(word)) for left, word in zip(lefts, words, strict=False)
            }
        case _:
            return _ids(material, words)


def without_key(material: Material, *, seed: int) -> Mapping[str, Any]:
    """As a student would see it: what is right can be told neither from it nor from its order."""
    kind = kind_of(material.type)
    deal = kind.deal(material, seed=seed)
    texts = {choice.id: choice.text for choice in material.choices}
    shown: dict[str, Any] = {
        "type": material.type,
        "text": material.text,
        **kind.seen(material),
    }
    if deal.choices:
        shown["choices"] = [{"id": id_, "text": texts[id_]} for id_ in deal.choices]
    return shown


def _ids(material: Material, words: Sequence[str]) -> list[int] | None:
    known = {_plain(choice.text): choice.id for choice in material.choices}
    ids = [known.get(_plain(word)) for word in words]
    return [id_ for id_ in ids if id_ is not None] if None not in ids else None


def _plain(text: str) -> str:
    return " ".join(_EDGES.sub("", text).split()).casefold()
