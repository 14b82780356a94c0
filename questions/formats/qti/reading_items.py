"""What an item asks, by the interaction in it."""

from __future__ import annotations

import re
from typing import Any

from questions.formats.drafts import Draft
from questions.formats.qti.reading_texts import text_of
from questions.formats.xml_trees import text_in

_INTERACTIONS = frozenset(
    {
        *("choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction"),
        *("extendedTextInteraction", "uploadInteraction"),
    }
)


def _right_in(item: Any) -> list[str]:
    values = item.iterfind("responseDeclaration/correctResponse/value")
    return [" ".join((value.text or "").split()) for value in values]


def _read_choices(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    right = _right_in(item)
    declaration = item.find("responseDeclaration")
    mapped = declaration.find("mapping") if declaration is not None else None
    if not right and mapped is not None:
        entries = mapped.iterfind("mapEntry")
        right = [e.get("mapKey", "") for e in entries if _number(e.get("mappedValue", "0")) > 0]
    written["text"] = text_of(body, without=_INTERACTIONS) or text_in(interactions[0], "prompt")
    choices = [
        (
            each.get("identifier", ""),
            text_of(each, without=frozenset({"feedbackInline"})),
            text_in(each, "feedbackInline").strip(),
        )
        for each in interactions[0].iterfind("simpleChoice")
    ]
    names = [name for name, _text, _feedback in choices]
    if names == ["true", "false"] and right in (["true"], ["false"]):
        written |= {"type": "TRUE_FALSE", "answer": right == ["true"]}
        written |= {f"feedback_{name}": feedback for name, _text, feedback in choices}
        return
    is_single = declaration is not None and declaration.get("cardinality") == "single"
    written["type"] = "SINGLE" if is_single else "MULTIPLE"
    if not is_single:
        written["scoring"] = "partial" if mapped is not None else "all_or_nothing"
    written["choices"] = [
        {"text": text, "correct": name in right, "feedback": feedback}
        for name, text, feedback in choices
    ]


def _read_order(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    texts = {
        each.get("identifier", ""): text_of(each)
        for each in interactions[0].iterfind("simpleChoice")
    }
    written |= {"type": "ORDERING", "text": text_of(body, without=_INTERACTIONS)}
    written["text"] = written["text"] or text_in(interactions[0], "prompt")
    written["items"] = [texts[name] for name in _right_in(item) if name in texts]


def _read_pairs(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    sets = [
        {
            each.get("identifier", ""): text_of(each)
            for each in side.iterfind("simpleAssociableChoice")
        }
        for side in interactions[0].iterfind("simpleMatchSet")
    ]
    lefts, rights = (*sets, {}, {})[:2]
    pairs = [pair.split() for pair in _right_in(item)]
    found = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    written |= {"type": "MATCHING", "text": text_of(body, without=_INTERACTIONS)}
    written["text"] = written["text"] or text_in(interactions[0], "prompt")
    written["pairs"] = [
        {"left": lefts[left], "right": rights[right]}
        for left, right in found
        if left in lefts and right in rights
    ]
    used = {right for _left, right in found}
    written["distractors"] = [text for name, text in rights.items() if name not in used]


def _read_entry(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    declarations = {each.get("identifier"): each for each in item.iterfind("responseDeclaration")}
    names = [each.get("responseIdentifier", "") for each in interactions]
    first = declarations.get(names[0])
    if len(names) == 1 and not names[0].startswith("B_"):
        written["text"] = text_of(body, without=_INTERACTIONS)
        if first is not None and first.get("baseType") in {"float", "integer"}:
            equal = next(item.iter("equal"), None)
            tolerance = equal.get("tolerance", "0").split() if equal is not None else ["0"]
            written |= {"type": "NUMERIC", "tolerance": (tolerance or ["0"])[0]}
            written["value"] = text_in(first, "correctResponse/value").strip()
            return
        accepted, is_sensitive = _accepted(first)
        written |= {"type": "SHORT_TEXT", "accepted": accepted, "case_sensitive": is_sensitive}
        return
    written |= {"type": "FILL_BLANKS", "blanks": {}}
    for interaction, name in zip(interactions, names, strict=True):
        blank = re.sub(r"[^A-Za-z0-9_-]", "-", name.removeprefix("B_"))[:30]
        accepted, is_sensitive = _accepted(declarations.get(name))
        written["blanks"][blank] = {"accepted": accepted, "case_sensitive": is_sensitive}
        interaction.tag, interaction.text = "span", f"{{{{{blank}}}}}"
    written["text"] = text_of(body)


def _accepted(declaration: Any) -> tuple[list[str], bool]:
    if declaration is None:
        return [], False
    entries = list(declaration.iterfind("mapping/mapEntry"))
    right = [each for each in entries if _number(each.get("mappedValue", "0")) > 0]
    said = [each.get("mapKey", "") for each in right]
    said = said or [value.text or "" for value in declaration.iterfind("correctResponse/value")]
    # QTI compares with case unless an entry says otherwise.
    is_sensitive = not right or all(each.get("caseSensitive", "true") == "true" for each in right)
    return said, is_sensitive


def _read_by_hand(item: Any, body: Any, interactions: list[Any], written: Draft) -> None:
    interaction = interactions[0]
    written["text"] = text_of(body, without=_INTERACTIONS) or text_in(interaction, "prompt")
    if interaction.tag == "uploadInteraction":
        written["type"] = "FILE_UPLOAD"
    else:
        is_code = interaction.get("format") == "preFormatted"
        written["type"] = "CODE" if is_code else "ESSAY"


READERS = {
    "choiceInteraction": _read_choices,
    "orderInteraction": _read_order,
    "matchInteraction": _read_pairs,
    "textEntryInteraction": _read_entry,
    "extendedTextInteraction": _read_by_hand,
    "uploadInteraction": _read_by_hand,
}


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0
