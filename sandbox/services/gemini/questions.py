"""What the stand-in knows: questions of many topics, picked by the words of a prompt.

The same prompt gets the same questions. Other types than those written out are made from facts."""

import hashlib
import random
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.services.gemini.languages import worded_in
from sandbox.services.gemini.sums import reckon

STORE = Path(__file__).parent / "questions.yaml"
CHOICES = 4
PAIRS = 4
TYPES = (
    "SINGLE",
    "MULTIPLE",
    "TRUE_FALSE",
    "NUMERIC",
    "SHORT_TEXT",
    "FILL_BLANKS",
    "MATCHING",
    "ORDERING",
    "ESSAY",
)
_WORD = re.compile(r"[a-z][a-z0-9]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_LONG_WORD = re.compile(r"\b[^\W\d_]{6,}\b")


@dataclass(frozen=True)
class Choice:
    text: str
    is_right: bool
    feedback: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """`about` is the fact it asks for, so that a quiz does not ask twice for one. A disputed one is
    answered wrongly when it comes back without its key."""

    type: str
    text: str
    explanation: str
    topic: str
    difficulty: str = "medium"
    choices: tuple[Choice, ...] = ()
    answer: bool | None = None
    value: float | None = None
    tolerance: float = 0
    accepted: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    blanks: dict[str, list[str]] = field(default_factory=dict)
    quote: str = ""
    about: str = ""
    is_disputed: bool = False

    @property
    def right(self) -> list[str]:
        return [choice.text for choice in self.choices if choice.is_right]

    def as_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> "Question":
        return cls(
            **{
                **record,
                "choices": tuple(Choice(**choice) for choice in record["choices"]),
                "accepted": tuple(record["accepted"]),
                "pairs": tuple((left, right) for left, right in record["pairs"]),
                "items": tuple(record["items"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Topic:
    name: str
    words: frozenset[str]
    ask: str
    call: str
    facts: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]


def text_key(text: str) -> str:
    """By which a question is found again, also with other spaces and letters."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def pick(
    words: str,
    *,
    types: Sequence[str],
    count: int,
    seed: str,
    language: str = "en",
    leave_out: str = "",
    source: str | None = None,
) -> list[Question]:
    """So many questions of these types, the best fitting topic first. None whose text stands in
    `leave_out`, since that was asked already; with a `source` those alone that rest on it."""
    chance = random.Random(seed)  # noqa: S311 - the same prompt gets the same questions
    wanted = list(types) or ["SINGLE"]
    asked_already = " ".join(leave_out.split())
    picked: list[Question] = []
    used: set[str] = set()
    supplies = {kind: _supply(kind, words, language, chance) for kind in dict.fromkeys(wanted)}
    while len(picked) < count and supplies:
        for kind in wanted:
            if len(picked) >= count or kind not in supplies:
                continue
            found = _next(supplies[kind], used, asked_already, source)
            if found is None:
                del supplies[kind]
                continue
            used |= {text_key(found.text), found.about or found.text}
            picked.append(found)
    return picked


def from_source(source: str, *, types: Sequence[str], count: int, seed: str) -> list[Question]:
    """Questions about a text: a word of one of its sentences is asked for."""
    chance = random.Random(seed)  # noqa: S311
    sentences = [
        sentence.strip()
        for sentence in _SENTENCE.split(source)
        if 40 <= len(sentence.strip()) <= 300 and len(set(_LONG_WORD.findall(sentence))) > 1
    ]
    chance.shuffle(sentences)
    others = sorted({word for sentence in sentences for word in _LONG_WORD.findall(sentence)})
    if len(others) < CHOICES * 2:
        return []
    made = []
    for number, sentence in enumerate(sentences[: count * 2]):
        kind = types[number % len(types)] if types else "SINGLE"
        question = _about_sentence(kind, sentence, others, chance)
        if question is not None:
            made.append(question)
    return made[:count]


@cache
def topics() -> tuple[Topic, ...]:
    rows = yaml.safe_load(STORE.read_text(encoding="utf-8"))
    return tuple(_topic(row) for row in rows)


def topics_of(words: str) -> list[Topic]:
    """All of them, those first that the words speak of most. Lists are what to leave out."""
    told = (line for line in words.lower().splitlines() if not line.lstrip().startswith("- "))
    said = _WORD.findall(" ".join(told))
    hits = {topic.name: sum(word in topic.words for word in said) for topic in topics()}
    return sorted(topics(), key=lambda topic: -hits[topic.name])


def _topic(row: dict[str, Any]) -> Topic:
    name = row["topic"]
    return Topic(
        name=name,
        words=frozenset(row["words"]),
        ask=row["ask"],
        call=row["name"],
        facts=tuple((term, what) for term, what in row["facts"]),
        questions=tuple(_written(name, question) for question in row["questions"]),
    )


def _written(topic: str, row: dict[str, Any]) -> Question:
    return Question(
        type=row["type"],
        text=row["text"].strip(),
        explanation=row["explanation"].strip(),
        topic=topic,
        difficulty=row["difficulty"],
        choices=tuple(
            Choice(text, is_right, said) for text, is_right, said in row.get("choices", ())
        ),
        answer=row.get("answer"),
        value=row.get("value"),
        tolerance=row.get("tolerance", 0),
        accepted=tuple(row.get("accepted", ())),
        items=tuple(row.get("items", ())),
        blanks=row.get("blanks", {}),
    )


def _next(
    supply: Iterator[Question], used: Collection[str], asked_already: str, source: str | None
) -> Question | None:
    for question in supply:
        is_used = text_key(question.text) in used or (question.about or question.text) in used
        rests = source is None or (question.quote and question.quote in source)
        if rests and not is_used and " ".join(question.text.split()) not in asked_already:
            return question
    return None


def _supply(kind: str, words: str, language: str, chance: random.Random) -> Iterator[Question]:
    """The written ones of the topic, those made of its facts, sums, then the other topics."""
    if language != "en":
        yield from _worded(kind, language, chance)
        return
    ranked = topics_of(words)
    for place, topic in enumerate(ranked):
        own = [question for question in topic.questions if question.type == kind]
        made = [*_of_facts(kind, topic, chance)]
        chance.shuffle(own)
        chance.shuffle(made)
        yield from own
        yield from made
        if place == 0:
            yield from _worded(kind, language, chance)


def _worded(kind: str, language: str, chance: random.Random) -> Iterator[Question]:
    for row in worded_in(language):
        if row["type"] == kind:
            yield _written(row["topic"], row)
    for said in reckon(kind, language, chance):
        yield Question(
            type=kind,
            text=said.text,
            explanation=said.explanation,
            topic="Reckoning",
            choices=tuple(Choice(text, is_right) for text, is_right in said.choices),
            answer=said.answer,
            value=said.value,
        )


def _of_facts(kind: str, topic: Topic, chance: random.Random) -> Iterator[Question]:
    make = _MAKERS.get(kind)
    if make is None:
        return
    for number in range(len(topic.facts)):
        yield make(topic, number, chance)


def _single(topic: Topic, number: int, chance: random.Random) -> Question:
    term, what = topic.facts[number]
    others = chance.sample([fact for fact in topic.facts if fact[0] != term], CHOICES - 1)
    choices = [Choice(term, is_right=True, feedback=f"{term} {what}.")]
    choices += [Choice(name, is_right=False, feedback=f"{name} {does}.") for name, does in others]
    chance.shuffle(choices)
    return Question(
        type="SINGLE",
        text=topic.ask.format(what=what),
        explanation=f"{term} {what}. {others[0][0]}, in contrast, {others[0][1]}.",
        topic=topic.name,
        difficulty="easy",
        choices=tuple(choices),
        about=term,
        quote=_sentence(topic.facts[number]),
    )


def _multiple(topic: Topic, number: int, chance: random.Random) -> Question:
    """Statements of which some have changed places."""
    chosen = [topic.facts[(number + step) % len(topic.facts)] for step in range(CHOICES)]
    is_right = [True, True, False, False]
    chance.shuffle(is_right)
    wrong = [place for place in range(CHOICES) if not is_right[place]]
    choices = []
    for place, (term, what) in enumerate(chosen):
        if is_right[place]:
            choices.append(Choice(f"{term} {what}", True, "That is what it is for."))
            continue
        other = chosen[wrong[0] if place == wrong[1] else wrong[1]]
        choices.append(Choice(f"{term} {other[1]}", False, f"No: {term} {what}."))
    right = [choice.text for choice in choices if choice.is_right]
    return Question(
        type="MULTIPLE",
        text=f"{topic.name}: what is right about {_listed([term for term, _ in chosen])}?",
        explanation=f"{right[0]}, and {right[1]}. The other two have changed places.",
        topic=topic.name,
        difficulty="medium",
        choices=tuple(choices),
        quote=_sentence(chosen[0]),
    )


def _true_false(topic: Topic, number: int, chance: random.Random) -> Question:
    term, what = topic.facts[number]
    answer = chance.random() < 0.5
    said = what if answer else topic.facts[(number + 1) % len(topic.facts)][1]
    return Question(
        type="TRUE_FALSE",
        text=f"{term} {said}.",
        explanation=f"{term} {what}.",
        topic=topic.name,
        difficulty="easy",
        answer=answer,
        about=term,
        quote=_sentence(topic.facts[number]),
    )


def _short_text(topic: Topic, number: int, chance: random.Random) -> Question:
    term, what = topic.facts[number]
    return Question(
        type="SHORT_TEXT",
        text=topic.call.format(what=what),
        explanation=f"{term} {what}.",
        topic=topic.name,
        accepted=_spellings(term),
        about=term,
        quote=_sentence(topic.facts[number]),
    )


def _fill_blanks(topic: Topic, number: int, chance: random.Random) -> Question:
    term, what = topic.facts[number]
    return Question(
        type="FILL_BLANKS",
        text=f"{topic.name}: {{{{name}}}} {what}.",
        explanation=f"{term} {what}.",
        topic=topic.name,
        blanks={"name": list(_spellings(term))},
        about=term,
        quote=_sentence(topic.facts[number]),
    )


def _matching(topic: Topic, number: int, chance: random.Random) -> Question:
    pairs = [topic.facts[(number + step) % len(topic.facts)] for step in range(PAIRS)]
    return Question(
        type="MATCHING",
        text=f"{topic.name}: match {_listed([term for term, _ in pairs])} with what each does.",
        explanation=" ".join(f"{term} {what}." for term, what in pairs[:2]),
        topic=topic.name,
        pairs=tuple(pairs),
        quote=_sentence(pairs[0]),
    )


def _essay(topic: Topic, number: int, chance: random.Random) -> Question:
    term, what = topic.facts[number]
    return Question(
        type="ESSAY",
        text=f"Explain with an example when one needs {term}, and what goes wrong without.",
        explanation=f"A good answer says that {term} {what}, and shows it in use.",
        topic=topic.name,
        difficulty="hard",
        about=term,
    )


_MAKERS: dict[str, Callable[[Topic, int, random.Random], Question]] = {
    "SINGLE": _single,
    "MULTIPLE": _multiple,
    "TRUE_FALSE": _true_false,
    "SHORT_TEXT": _short_text,
    "FILL_BLANKS": _fill_blanks,
    "MATCHING": _matching,
    "ESSAY": _essay,
}


def _about_sentence(
    kind: str, sentence: str, others: Sequence[str], chance: random.Random
) -> Question | None:
    own = sorted(set(_LONG_WORD.findall(sentence)), key=lambda word: (-len(word), word))
    word = own[0]
    foreign = [each for each in others if each.lower() not in sentence.lower()]
    if len(foreign) < CHOICES - 1:
        return None
    wrong = chance.sample(foreign, CHOICES - 1)
    gap = re.sub(rf"\b{re.escape(word)}\b", "_____", sentence)
    made = Question(
        type=kind,
        text=gap,
        explanation=f"The text says: “{sentence}”",
        topic="The text",
        quote=sentence,
    )
    match kind:
        case "TRUE_FALSE":
            answer = chance.random() < 0.5
            said = sentence if answer else sentence.replace(word, wrong[0])
            return replace(made, text=f"The text says: {said}", answer=answer)
        case "SHORT_TEXT":
            return replace(made, text=f"Which word is missing? {gap}", accepted=(word,))
        case "FILL_BLANKS":
            text = re.sub(rf"\b{re.escape(word)}\b", "{{word}}", sentence, count=1)
            return replace(made, text=text, blanks={"word": [word]})
        case "MULTIPLE" if len(own) > 1:
            beginning = " ".join(sentence.split()[:4])
            return replace(
                made,
                text=f"Which words stand in the sentence that begins with “{beginning}”?",
                choices=_mixed(own[:2], wrong[:2], chance),
            )
        case _:
            return replace(
                made,
                type="SINGLE",
                text=f"Which word completes this sentence of the text? {gap}",
                choices=_mixed([word], wrong, chance),
            )


def _mixed(right: Sequence[str], wrong: Sequence[str], chance: random.Random) -> tuple[Choice, ...]:
    choices = [Choice(each, is_right=True) for each in right]
    choices += [Choice(each, is_right=False) for each in wrong]
    chance.shuffle(choices)
    return tuple(choices)


def _sentence(fact: tuple[str, str]) -> str:
    return f"{fact[0]} {fact[1]}."


def _spellings(term: str) -> tuple[str, ...]:
    """With and without marks, brackets and article."""
    plain = term.strip("`")
    bare = re.sub(r"^(?:The|A|An) ", "", plain).strip("<>")
    return tuple(dict.fromkeys((plain, bare)))


def _listed(terms: Sequence[str]) -> str:
    return f"{', '.join(terms[:-1])} and {terms[-1]}"
