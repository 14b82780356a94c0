"""One question as an item, by its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from questions.formats.drafts import Draft
from questions.formats.qti.names import ITEM, TEMPLATES
from questions.formats.xml_trees import Element, element
from questions.kinds.fill_blanks import BLANK


def item_of(number: int, written: Draft) -> Any:
    item = Element(
        "assessmentItem",
        {
            "xmlns": ITEM,
            "identifier": f"q{number:05}",
            "title": written.get("reference") or f"Question {number}",
            "adaptive": "false",
            "timeDependent": "false",
        },
    )
    _WRITERS[written["type"]](item, written)
    return item


def _declare(item: Any, cardinality: str, kind: str, right: Sequence[str], name: str = "") -> Any:
    declaration = element(
        item,
        "responseDeclaration",
        None,
        identifier=name or "RESPONSE",
        cardinality=cardinality,
        baseType=kind,
    )
    if right:
        correct = element(declaration, "correctResponse")
        for value in right:
            element(correct, "value", value)
    return declaration


def _map(declaration: Any, values: Sequence[tuple[str, str]], **how: str) -> None:
    mapping = element(declaration, "mapping", None, defaultValue="0", **how)
    for key, value in values:
        element(mapping, "mapEntry", None, mapKey=key, mappedValue=value)


def _body(item: Any, written: Draft) -> Any:
    """Between declarations and processing: marks, then the text."""
    score = element(
        item,
        "outcomeDeclaration",
        None,
        identifier="SCORE",
        cardinality="single",
        baseType="float",
        normalMaximum=str(written["marks"]),
    )
    element(element(score, "defaultValue"), "value", "0")
    if written.get("explanation"):
        element(
            *(item, "outcomeDeclaration", None),
            identifier="FEEDBACK",
            cardinality="single",
            baseType="identifier",
        )
    body = element(item, "itemBody")
    if written.get("model_answer"):
        rubric = element(body, "rubricBlock", None, view="scorer")
        element(rubric, "div", written["model_answer"], **{"class": "markdown"})
    if written["type"] != "FILL_BLANKS":
        element(body, "div", written["text"], **{"class": "markdown"})
    return body


def _finish(item: Any, written: Draft, template: str = "") -> None:
    if template:
        element(item, "responseProcessing", None, template=f"{TEMPLATES}/{template}")
    if written.get("explanation"):
        feedback = element(
            *(item, "modalFeedback", None),
            outcomeIdentifier="FEEDBACK",
            identifier="EXPLANATION",
            showHide="hide",
        )
        element(feedback, "div", written["explanation"], **{"class": "markdown"})


def _add_choice(parent: Any, name: str, text: str, feedback: str = "") -> None:
    choice = element(parent, "simpleChoice", text, identifier=name)
    if feedback:
        element(
            *(choice, "feedbackInline", feedback),
            outcomeIdentifier="FEEDBACK",
            identifier=name,
            showHide="show",
        )


def _write_choices(item: Any, written: Draft) -> None:
    choices = [(f"C{n}", each) for n, each in enumerate(written["choices"], start=1)]
    right = [name for name, each in choices if each.get("correct")]
    is_single = written["type"] == "SINGLE"
    is_partial = written.get("scoring") == "partial"
    declaration = _declare(item, "single" if is_single else "multiple", "identifier", right)
    if is_partial:
        wrong = len(choices) - len(right)
        _map(
            declaration,
            [
                (n, f"{1 / len(right):.6f}" if n in right else f"{-1 / wrong:.6f}")
                for n, _c in choices
            ],
            lowerBound="0",
        )
    interaction = element(
        *(_body(item, written), "choiceInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxChoices="1" if is_single else "0",
    )
    for name, each in choices:
        _add_choice(interaction, name, each["text"], each.get("feedback", ""))
    _finish(item, written, "map_response" if is_partial else "match_correct")


def _write_true_false(item: Any, written: Draft) -> None:
    _declare(item, "single", "identifier", ["true" if written["answer"] else "false"])
    interaction = element(
        *(_body(item, written), "choiceInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="false",
        maxChoices="1",
    )
    for name in ("true", "false"):
        _add_choice(interaction, name, name.capitalize(), written.get(f"feedback_{name}", ""))
    _finish(item, written, "match_correct")


def _write_number(item: Any, written: Draft) -> None:
    _declare(item, "single", "float", [written["value"]])
    paragraph = element(_body(item, written), "p")
    element(paragraph, "textEntryInteraction", None, responseIdentifier="RESPONSE")
    condition = element(element(item, "responseProcessing"), "responseCondition")
    when = element(condition, "responseIf")
    equal = element(
        *(when, "equal", None),
        toleranceMode="absolute",
        tolerance=f"{written['tolerance']} {written['tolerance']}",
    )
    element(equal, "variable", None, identifier="RESPONSE")
    element(equal, "correct", None, identifier="RESPONSE")
    score = element(when, "setOutcomeValue", None, identifier="SCORE")
    element(score, "baseValue", str(written["marks"]), baseType="float")
    _finish(item, written)


def _write_short_text(item: Any, written: Draft) -> None:
    declaration = _declare(item, "single", "string", written["accepted"][:1])
    _map_accepted(declaration, written["accepted"], written.get("case_sensitive", False))
    paragraph = element(_body(item, written), "p")
    element(paragraph, "textEntryInteraction", None, responseIdentifier="RESPONSE")
    _finish(item, written, "map_response")


def _map_accepted(declaration: Any, accepted: Sequence[str], is_sensitive: bool) -> None:
    mapping = element(declaration, "mapping", None, defaultValue="0")
    for each in accepted:
        element(
            *(mapping, "mapEntry", None),
            mapKey=each,
            mappedValue="1",
            caseSensitive="true" if is_sensitive else "false",
        )


def _write_pairs(item: Any, written: Draft) -> None:
    rights = list(dict.fromkeys(pair["right"] for pair in written["pairs"]))
    rights += written.get("distractors", [])
    names = {right: f"R{n}" for n, right in enumerate(rights, start=1)}
    right = [f"L{n} {names[pair['right']]}" for n, pair in enumerate(written["pairs"], start=1)]
    declaration = _declare(item, "multiple", "directedPair", right)
    _map(declaration, [(each, "1") for each in right])
    interaction = element(
        *(_body(item, written), "matchInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxAssociations=str(len(right)),
    )
    lefts = element(interaction, "simpleMatchSet")
    for n, pair in enumerate(written["pairs"], start=1):
        element(lefts, "simpleAssociableChoice", pair["left"], identifier=f"L{n}", matchMax="1")
    sides = element(interaction, "simpleMatchSet")
    for text, name in names.items():
        element(sides, "simpleAssociableChoice", text, identifier=name, matchMax="0")
    _finish(item, written, "map_response")


def _write_order(item: Any, written: Draft) -> None:
    names = [f"I{n}" for n in range(1, len(written["items"]) + 1)]
    _declare(item, "ordered", "identifier", names)
    interaction = element(
        *(_body(item, written), "orderInteraction", None),
        responseIdentifier="RESPONSE",
        shuffle="true",
    )
    for name, text in zip(names, written["items"], strict=True):
        _add_choice(interaction, name, text)
    _finish(item, written, "match_correct")


def _write_blanks(item: Any, written: Draft) -> None:
    """A blank stands within the text, under its own name."""
    for name, blank in written["blanks"].items():
        declaration = _declare(item, "single", "string", blank["accepted"][:1], f"B_{name}")
        _map_accepted(declaration, blank["accepted"], blank.get("case_sensitive", False))
    block = element(_body(item, written), "div", "", **{"class": "markdown"})
    place, last = 0, None
    for gap in BLANK.finditer(written["text"]):
        _append_text(block, last, written["text"][place : gap.start()])
        last = element(block, "textEntryInteraction", None, responseIdentifier=f"B_{gap[1]}")
        place = gap.end()
    _append_text(block, last, written["text"][place:])
    _finish(item, written, "map_response")


def _append_text(block: Any, last: Any, text: str) -> None:
    if last is None:
        block.text = text
    else:
        last.tail = text


def _write_by_hand(item: Any, written: Draft) -> None:
    if written["type"] == "FILE_UPLOAD":
        _declare(item, "single", "file", [])
        element(_body(item, written), "uploadInteraction", None, responseIdentifier="RESPONSE")
    else:
        _declare(item, "single", "string", [])
        form = "preFormatted" if written["type"] == "CODE" else "plain"
        element(
            *(_body(item, written), "extendedTextInteraction", None),
            responseIdentifier="RESPONSE",
            format=form,
        )
    _finish(item, written)


_WRITERS = {
    "SINGLE": _write_choices,
    "MULTIPLE": _write_choices,
    "TRUE_FALSE": _write_true_false,
    "NUMERIC": _write_number,
    "SHORT_TEXT": _write_short_text,
    "MATCHING": _write_pairs,
    "ORDERING": _write_order,
    "FILL_BLANKS": _write_blanks,
    "ESSAY": _write_by_hand,
    "FILE_UPLOAD": _write_by_hand,
    "CODE": _write_by_hand,
}
