"""Puts what the stand-in knows into the shape that a schema asks for, by names of fields."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.services.gemini.questions import Question
from sandbox.services.gemini.schemas import (
    Schema,
    branches_of,
    choice_in,
    empty_value,
    type_of,
    word_of,
)

TEXT = frozenset({"text", "question", "stem", "question_text", "prompt", "body"})
KIND = frozenset({"type", "kind", "question_type"})
CHOICES = frozenset({"choices", "options", "alternatives", "answers"})
KEY = frozenset(
    {
        "answer",
        "correct",
        "correct_answer",
        "correct_answers",
        "correct_choice",
        "correct_choices",
        "correct_index",
        "correct_indexes",
        "correct_indices",
        "correct_option",
        "correct_options",
        "chosen",
        "selected",
        "response",
        "key",
        "right",
        "solution",
    }
)
IS_RIGHT = frozenset({"correct", "is_correct", "right", "is_right", "is_answer"})
WHY = frozenset({"explanation", "rationale", "why", "reason", "reasoning", "justification"})
FEEDBACK = frozenset({"feedback", "why", "reason", "explanation", "comment"})
QUOTE = frozenset({"quote", "span", "source_span", "excerpt", "passage", "evidence"})
NUMBER = frozenset({"id", "number", "index", "ref", "position", "n", "no"})
NOTHING = object()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def names_in(schema: Schema) -> frozenset[str]:
    return frozenset(
        word_of(name) for branch in branches_of(schema) for name in branch.get("properties", {})
    )


def is_question(schema: Schema) -> bool:
    """Something with a text and a key of some kind."""
    names = names_in(schema)
    return bool(names & TEXT) and bool(names & (CHOICES | KEY | {"value", "accepted", "pairs"}))


def is_answer(schema: Schema) -> bool:
    """Something with a key and no text: what answers a question that was given."""
    names = names_in(schema)
    return bool(names & KEY) and not names & (TEXT - {"text"}) and not names & CHOICES


def types_in(schema: Schema) -> list[str]:
    """Types that a question may have by its schema, in their order there."""
    found: list[str] = []
    for branch in branches_of(schema):
        for name, one in branch.get("properties", {}).items():
            if word_of(name) in KIND:
                found += one.get("enum", [one["const"]] if "const" in one else [])
    return [str(kind) for kind in dict.fromkeys(found)]


def shape(schema: Schema, known: Callable[[str, Schema], Any], name: str = "") -> Any:
    """A value that fits; `known` gives what belongs in a field, or NOTHING."""
    given = known(name, schema)
    if given is not NOTHING:
        return given
    if schema.get("anyOf"):
        return shape(schema["anyOf"][0], known, name)
    if type_of(schema) == "object":
        return _object(schema, known)
    return empty_value(schema)


def shape_question(
    schema: Schema, question: Question, *, number: int, extra: Mapping[str, Any]
) -> Any:
    branch = _branch_for(schema, question.type)
    fields = _fields_of(question)
    # Where there is a field for yes or no, nobody lists both as choices.
    says_yes = any(
        word_of(name) in KEY and any(type_of(each) == "boolean" for each in branches_of(one))
        for name, one in branch.get("properties", {}).items()
    )

    def known(name: str, one: Schema) -> Any:
        word = word_of(name)
        if not name:
            return NOTHING
        if word in extra:
            return _fitting(extra[word], one)
        if word in NUMBER:
            return number if type_of(one) in {"integer", "number"} else str(number)
        if word in CHOICES and (question.choices or (question.answer is not None and not says_yes)):
            return _choices(one, question)
        if word in KEY or (word == "value" and question.value is not None):
            return key_by(one, question)
        if word in KIND:
            return choice_in(one, question.type)
        if word == "blanks" and question.blanks:
            return _blanks(one, question)
        if word == "pairs" and question.pairs:
            return [_pair(one.get("items", {}), left, right) for left, right in question.pairs]
        for names, said in fields:
            if word in names and said not in (None, (), [], {}):
                return _fitting(said, one)
        return NOTHING

    return _object(branch, known)


def key_by(
    schema: Schema,
    question: Question,
    *,
    shown: list[Any] | None = None,
    right: list[str] | None = None,
) -> Any:
    """What is right, as the schema wants it told: yes or no, a number, a text, texts, places.

    `shown` are the choices as the asker listed them; `right` is what to answer in place of the
    key."""
    if schema.get("anyOf"):
        for branch in schema["anyOf"]:
            told = key_by(branch, question, shown=shown, right=right)
            if told not in (NOTHING, None, "", []):
                return told
        return empty_value(schema)
    texts = right if right is not None else right_texts(question)
    listed = shown if shown is not None else [choice.text for choice in question.choices]
    match type_of(schema):
        case "boolean" if question.answer is not None:
            return texts == ["true"]
        case "boolean":
            return NOTHING
        case "integer" | "number":
            if question.value is not None:
                return _number(texts[0], schema)
            places = _places(texts, listed, _first_place(schema))
            return places[0] if places else empty_value(schema)
        case "array":
            items = schema.get("items", {})
            if type_of(items) in {"integer", "number"}:
                return _places(texts, listed, _first_place(schema))
            if type_of(items) == "object":
                if not question.pairs:
                    return empty_value(schema)
                return [_pair(items, left, rest) for left, rest in question.pairs]
            return [_as_told(text, items, listed) for text in texts]
        case "object":
            return empty_value(schema)
        case _:
            return _as_told(
                ", ".join(texts) if len(texts) > 1 else (texts or [""])[0], schema, listed
            )


def right_texts(question: Question) -> list[str]:
    if question.choices:
        return question.right
    if question.answer is not None:
        return ["true" if question.answer else "false"]
    if question.value is not None:
        return [f"{question.value:g}"]
    if question.blanks:
        return [accepted[0] for accepted in question.blanks.values()]
    if question.pairs:
        return [right for _, right in question.pairs]
    return list(question.items or question.accepted[:1])


def _object(schema: Schema, known: Callable[[str, Schema], Any]) -> dict[str, Any]:
    wanted = schema.get("required", [])
    made = {}
    for name, one in schema.get("properties", {}).items():
        told = known(name, one)
        if told is NOTHING:
            if name not in wanted:
                continue
            told = shape(one, known) if type_of(one) == "object" else empty_value(one)
        made[name] = told
    return made


def _branch_for(schema: Schema, kind: str) -> Schema:
    branches = [*branches_of(schema)]
    for branch in branches:
        if kind.lower() in (each.lower() for each in types_in(branch)):
            return branch
    return branches[0]


def _fields_of(question: Question) -> list[tuple[frozenset[str], Any]]:
    return [
        (TEXT, question.text),
        (WHY, question.explanation),
        (frozenset({"difficulty", "level"}), question.difficulty),
        (
            frozenset({"accepted", "accepted_answers", "acceptable_answers"}),
            list(question.accepted),
        ),
        (frozenset({"tolerance"}), question.tolerance if question.value is not None else None),
        (frozenset({"items", "steps", "order", "sequence"}), list(question.items)),
        (frozenset({"left"}), [left for left, _ in question.pairs]),
        (frozenset({"right"}), [right for _, right in question.pairs]),
        (QUOTE, question.quote),
        (frozenset({"tags", "keywords"}), [question.topic.lower()]),
        (frozenset({"topic", "subject", "chapter"}), question.topic),
        (frozenset({"marks", "points"}), 1),
        (frozenset({"model_answer"}), question.explanation if question.type == "ESSAY" else None),
    ]


def _choices(schema: Schema, question: Question) -> Any:
    rows = [(choice.text, choice.is_right, choice.feedback) for choice in question.choices]
    if question.answer is not None:
        if type_of(schema) != "array" or int(schema.get("minItems", 0)) > 2:
            return empty_value(schema)
        rows = [("True", question.answer, ""), ("False", not question.answer, "")]
    items = schema.get("items", {})
    if type_of(schema) == "object":
        return {letter: row[0] for letter, row in zip(LETTERS, rows, strict=False)}
    if type_of(items) == "string":
        return [text for text, _, _ in rows]

    def one(place: int) -> Any:
        text, is_right, feedback = rows[place]

        def known(name: str, field: Schema) -> Any:
            word = word_of(name)
            if word in {"text", "choice", "option", "answer", "label", "content"}:
                return text
            if word in IS_RIGHT:
                return is_right
            if word in FEEDBACK:
                return feedback
            if word in {"id", "letter", "key"}:
                return place + 1 if type_of(field) == "integer" else LETTERS[place]
            return NOTHING

        return _object(next(branches_of(items)), known)

    return [one(place) for place in range(len(rows))]


def _pair(schema: Schema, left: str, right: str) -> Any:
    if type_of(schema) == "array":
        return [left, right]

    def known(name: str, _: Schema) -> Any:
        word = word_of(name)
        if word in {"left", "term", "prompt", "from", "key"}:
            return left
        return (
            right if word in {"right", "match", "answer", "to", "definition", "value"} else NOTHING
        )

    return _object(schema, known)


def _blanks(schema: Schema, question: Question) -> Any:
    if type_of(schema) == "object":
        return {
            name: _blank(schema.get("additionalProperties", {}), name, accepted)
            for name, accepted in question.blanks.items()
        }
    items = schema.get("items", {})
    return [_blank(items, name, accepted) for name, accepted in question.blanks.items()]


def _blank(schema: Schema, name: str, accepted: list[str]) -> Any:
    if type_of(schema) == "array":
        return accepted
    if type_of(schema) != "object":
        return accepted[0]

    def known(field: str, one: Schema) -> Any:
        word = word_of(field)
        if word in {"name", "id", "blank"}:
            return name
        if word in {"accepted", "answers", "accepted_answers", "answer"}:
            return accepted if type_of(one) == "array" else accepted[0]
        return NOTHING

    return _object(schema, known)


def _fitting(said: Any, schema: Schema) -> Any:
    if "const" in schema or schema.get("enum"):
        return choice_in(schema, str(said))
    match type_of(schema):
        case "array":
            return list(said) if isinstance(said, list | tuple) else [said]
        case "string":
            return ", ".join(map(str, said)) if isinstance(said, list | tuple) else str(said)
        case "integer" | "number":
            return said if isinstance(said, int | float) else empty_value(schema)
        case _:
            return said


def _as_told(text: str, schema: Schema, listed: list[Any]) -> Any:
    """A text or, where the schema knows letters only, its letter."""
    allowed = [str(each) for each in schema.get("enum", ())]
    if allowed and text not in allowed and text in listed:
        return choice_in(schema, LETTERS[listed.index(text)])
    return choice_in(schema, text) if allowed else text


def _places(texts: list[str], listed: list[Any], first: int) -> list[int]:
    return [listed.index(text) + first for text in texts if text in listed]


def _first_place(schema: Schema) -> int:
    """Counted from 0 unless the schema says otherwise."""
    items = schema.get("items", {})
    told = f"{schema.get('description', '')} {items.get('description', '')}".lower()
    least = max(items.get("minimum", 0), schema.get("minimum", 0))
    return 1 if least == 1 or "from 1" in told or "starting at 1" in told else 0


def _number(text: str, schema: Schema) -> Any:
    try:
        number = float(text)
    except ValueError:
        return empty_value(schema)
    return int(number) if type_of(schema) == "integer" or number.is_integer() else number
