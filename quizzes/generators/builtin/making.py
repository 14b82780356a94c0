"""Makers of questions: each turns one fact of a text into candidates, or into none."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quizzes.generators.builtin.facts import Definition, numbers_in, worth_of
from quizzes.generators.builtin.reading import Listing, Sentence
from quizzes.generators.builtin.terms import Term, terms_in

GAP = "_____"
CHOICES = 4
# How much longer the longest choice may be than the shortest one, so that none stands out.
WIDEST = 2.6
_OPPOSITES = (
    ("before", "after"),
    ("always", "never"),
    ("at least", "at most"),
    ("more than", "fewer than"),
    ("minimum", "maximum"),
    ("smallest", "largest"),
    ("faster", "slower"),
    ("larger", "smaller"),
    ("higher", "lower"),
    ("increases", "decreases"),
    ("optional", "required"),
    ("public", "private"),
    ("inside", "outside"),
    ("ascending", "descending"),
    ("synchronous", "asynchronous"),
    ("encrypted", "unencrypted"),
    ("mutable", "immutable"),
    ("cannot", "can"),
    ("must not", "must"),
    ("does not", "does"),
    ("is not", "is"),
    ("are not", "are"),
)
# Flipping one of these in a sentence of ours is safe one way only: “is” says too many things.
_ONE_WAY = frozenset({"can", "must", "does", "is", "are"})
_NEGATION = re.compile(r"\b(?:no|not|nor|never|neither|nothing|nobody|none|without|cannot|n't)\b")


@dataclass(frozen=True)
class Candidate:
    """`facts` are the sentences that it uses up; `score` is how good a question of its type is."""

    type: str
    written: dict[str, Any]
    span: str
    section: str
    score: float
    facts: tuple[str, ...]


class Maker:
    """`known` are all terms of the text, from which wrong choices are taken."""

    def __init__(self, known: Sequence[Term], definitions: Sequence[Definition], seed: int) -> None:
        self._known = known
        self._definitions = definitions
        self._seed = seed

    def of_sentence(self, sentence: Sentence) -> Iterator[Candidate]:
        chance = self._chance(sentence.text)
        terms, worth = self._terms_of(sentence), worth_of(sentence)
        made: list[Candidate] = []
        for term in terms:
            made += self._gaps(sentence, term, chance)
        for found in numbers_in(sentence)[:1]:
            made += self._numbers(sentence, found, chance)
        made += self._statements(sentence, terms, chance)
        yield from (replace(each, score=each.score + worth) for each in made)

    def of_definition(self, definition: Definition) -> Iterator[Candidate]:
        chance = self._chance(definition.rest)
        others = [
            each
            for each in self._definitions
            if each.term.plain.casefold() != definition.term.plain.casefold()
            and each.is_plural == definition.is_plural
            and not _share_words(each.term.plain, definition.term.plain)
            # What a proxy is, is true of a load balancer too, if that is a proxy.
            and not _is_named_in(each.term.plain, definition.rest)
            and not _is_named_in(definition.term.plain, each.rest)
        ]
        yield from self._what_is(definition, others, chance)
        yield from self._which_term(definition, others, chance)

    def of_definitions(self) -> Iterator[Candidate]:
        """Four that belong together, as pairs to match."""
        usable = [each for each in self._definitions if len(each.rest) <= 140]
        chance = self._chance("pairs")
        for start in range(0, len(usable) - 3, 4):
            group = usable[start : start + 4]
            if len({each.rest.casefold() for each in group}) < 4:
                continue
            said = "; ".join(f"{each.term.shown}: {each.rest}" for each in group)
            yield Candidate(
                "MATCHING",
                {
                    "type": "MATCHING",
                    "text": "Match each term with what the text says of it.",
                    "pairs": [
                        {"left": each.term.shown, "right": _capital(each.rest)} for each in group
                    ],
                    "explanation": f"The text has them so: {said}.",
                },
                group[0].sentence.span,
                group[0].sentence.section,
                4 + chance.random(),
                tuple(each.sentence.text for each in group),
            )

    def of_listing(self, listing: Listing, others: Sequence[Listing]) -> Iterator[Candidate]:
        chance = self._chance(listing.intro + "".join(listing.items))
        yield from self._order(listing, chance)
        yield from self._belonging(listing, others, chance)

    def _chance(self, about: str) -> random.Random:
        """The same for the same text and seed, whatever else is in the text."""
        return random.Random(f"{self._seed}:{about}")  # noqa: S311 (a draw, not a secret)

    def _terms_of(self, sentence: Sentence) -> list[Term]:
        found = terms_in(sentence.text)
        have = {term.plain.casefold() for term in found}
        words = [
            term
            for term in self._known
            if term.sort == "word"
            and term.plain not in have
            and len(re.findall(rf"\b{re.escape(term.plain)}\b", sentence.text)) == 1
        ]
        return found + words[:2]

    def _others(self, term: Term, sentence: Sentence, chance: random.Random) -> list[Term]:
        """Of the same sort, like it in form, and nowhere in the sentence."""
        if term.sort == "code other":
            return []
        text = sentence.text.casefold()
        fitting = [
            each
            for each in self._known
            if each.sort == term.sort
            and each.plain.casefold() not in text
            and not _share_words(each.plain, term.plain)
            and _is_like(each.plain, term.plain)
        ]
        chance.shuffle(fitting)
        fitting.sort(key=lambda each: abs(len(each.plain) - len(term.plain)) // 4)
        return fitting

    def _gaps(self, sentence: Sentence, term: Term, chance: random.Random) -> Iterator[Candidate]:
        opened = _opened(sentence.text, term)
        if opened is None:
            return
        score = {"word": 1.0, "name": 2.0}.get(term.sort, 3.5) + chance.random()
        base = Candidate("", {}, sentence.span, sentence.section, score, (sentence.text,))
        is_code = term.sort.startswith("code")
        if len(term.plain) <= 30 and opened.count(GAP) == 1:
            blank = {"accepted": _accepted(term), **({"case_sensitive": True} if is_code else {})}
            # For a common word others would do as well, which a list of choices says.
            weight = 0.6 if term.sort == "word" else 0.0
            yield _with(
                replace(base, score=score - weight),
                "FILL_BLANKS",
                f"Fill the gap as the text has it.\n\n{opened.replace(GAP, '{{gap}}')}",
                _says(sentence),
                blanks={"gap": blank},
            )
        others = self._others(term, sentence, chance)[: CHOICES - 1]
        if len(others) == CHOICES - 1:
            yield _with(
                base,
                "SINGLE",
                f"Which of these belongs in the gap?\n\n{opened}",
                _says(sentence),
                choices=_choices(term.shown, [each.shown for each in others], chance),
            )

    def _numbers(
        self, sentence: Sentence, found: re.Match[str], chance: random.Random
    ) -> Iterator[Candidate]:
        said, text = found[1], sentence.text
        opened = f"{text[: found.start()]}{GAP}{text[found.end() :]}"
        if said in opened:
            return
        score = 3 + chance.random()
        base = Candidate("", {}, sentence.span, sentence.section, score, (sentence.text,))
        yield _with(
            base,
            "NUMERIC",
            f"Which number belongs in the gap?\n\n{opened}",
            _says(sentence),
            value=said.replace(",", ""),
        )
        near = _near(said, chance)
        yield _with(
            base,
            "SINGLE",
            f"Which number belongs in the gap?\n\n{opened}",
            _says(sentence),
            choices=_choices(said, near, chance),
        )

    def _statements(
        self, sentence: Sentence, terms: Sequence[Term], chance: random.Random
    ) -> Iterator[Candidate]:
        """As it stands, and turned into its opposite where that can be done with certainty."""
        base = Candidate("", {}, sentence.span, sentence.section, 2.0, (sentence.text,))
        ask = "Is this so, according to the text?\n\n"
        wrong = self._turned(sentence, terms, chance)
        if wrong is not None and chance.random() < 0.6:
            said, what, score = wrong
            yield _with(
                replace(base, score=score + chance.random()),
                "TRUE_FALSE",
                ask + said,
                f"{what} {_says(sentence)}",
                answer=False,
            )
        else:
            score = 2.2 if wrong is not None else 1.2
            yield _with(
                replace(base, score=score + chance.random()),
                "TRUE_FALSE",
                ask + sentence.text,
                _says(sentence),
                answer=True,
            )

    def _turned(
        self, sentence: Sentence, terms: Sequence[Term], chance: random.Random
    ) -> tuple[str, str, float] | None:
        """A false statement, what was changed, and how good it is."""
        turned = _opposite(sentence.text)
        if turned is not None:
            return (*turned, 4.0)
        for found in numbers_in(sentence)[:1]:
            other = _near(found[1], chance)[0]
            text = sentence.text
            said = f"{text[: found.start()]}{other}{text[found.end() :]}"
            return said, f"It is {found[1]}, not {other}.", 3.0
        for term in terms:
            swapped = None if term.sort == "word" else self._swapped(sentence, term, chance)
            if swapped is not None:
                return (*swapped, 3.2)
        return None

    def _swapped(
        self, sentence: Sentence, term: Term, chance: random.Random
    ) -> tuple[str, str] | None:
        opened = _opened(sentence.text, term, keeps_article=True)
        if opened is None or opened.count(GAP) != 1:
            return None
        is_after_article = _article(opened)
        for other in self._others(term, sentence, chance)[:4]:
            if not is_after_article or _vowel(other.plain) == _vowel(term.plain):
                said = opened.replace(GAP, other.shown)
                return said, f"It is {term.shown}, not {other.shown}."
        return None

    def _what_is(
        self, definition: Definition, others: Sequence[Definition], chance: random.Random
    ) -> Iterator[Candidate]:
        fitting = [each.rest for each in others if _is_as_long(each.rest, definition.rest)]
        fitting = list(dict.fromkeys(fitting))
        if len(fitting) < CHOICES - 1:
            return
        wrong = [_capital(each) for each in chance.sample(fitting, CHOICES - 1)]
        verb = "are" if definition.is_plural else "is"
        yield _with(
            _of(definition, 5 + chance.random()),
            "SINGLE",
            f"What {verb} {_named(definition)}, according to the text?",
            _says(definition.sentence),
            choices=_choices(_capital(definition.rest), wrong, chance),
        )

    def _which_term(
        self, definition: Definition, others: Sequence[Definition], chance: random.Random
    ) -> Iterator[Candidate]:
        verb = "are" if definition.is_plural else "is"
        text = f"What {verb} this, according to the text?\n\n> {_capital(definition.rest)}"
        base = _of(definition, 4.2 + chance.random())
        if len(definition.term.plain) <= 30:
            yield _with(
                base,
                "SHORT_TEXT",
                text,
                _says(definition.sentence),
                accepted=_accepted(definition.term),
            )
        fitting = [
            each.term.shown
            for each in others
            if each.term.sort.split()[0] == definition.term.sort.split()[0]
            and _is_as_long(each.term.plain, definition.term.plain)
        ]
        if len(fitting) >= CHOICES - 1:
            wrong = chance.sample(fitting, CHOICES - 1)
            yield _with(
                base,
                "SINGLE",
                text,
                _says(definition.sentence),
                choices=_choices(definition.term.shown, wrong, chance),
            )

    def _order(self, listing: Listing, chance: random.Random) -> Iterator[Candidate]:
        items = [_first_sentence(item) for item in listing.items]
        is_short = all(8 <= len(item) <= 140 for item in items)
        is_clear = is_short and len({item.casefold() for item in items}) == len(items)
        if not listing.is_numbered or not 3 <= len(items) <= 7 or not is_clear:
            return
        intro = listing.intro if listing.intro.endswith(":") else listing.section
        intro = intro.rstrip(": ")
        where = f", under “{intro}”" if 0 < len(intro) <= 120 else ""
        yield Candidate(
            "ORDERING",
            {
                "type": "ORDERING",
                "text": f"Put these into the order in which the text has them{where}.",
                "items": items,
                "scoring": "partial",
                "explanation": f"The text numbers them so, from “{items[0]}” to “{items[-1]}”.",
            },
            listing.span,
            listing.section,
            4 + chance.random(),
            listing.items,
        )

    def _belonging(
        self, listing: Listing, others: Sequence[Listing], chance: random.Random
    ) -> Iterator[Candidate]:
        intro = listing.intro.rstrip(": ").strip()
        own = _short_items(listing)
        is_told = listing.intro.endswith(":") and 12 <= len(intro) <= 160
        if not is_told or len(own) < 2 or len(own) < len(listing.items) - 1:
            return
        have = {item.casefold() for item in own}
        foreign = [
            item
            for each in others
            if each is not listing and each.section != listing.section
            for item in _short_items(each)
            if item.casefold() not in have and _is_alike(item, own)
        ]
        foreign = list({item.casefold(): item for item in foreign}.values())
        if len(foreign) < 2:
            return
        right = own if len(own) <= 3 else chance.sample(own, 3)
        wrong = chance.sample(foreign, 2)
        rows = [{"text": each, "correct": True} for each in right]
        rows += [{"text": each, "correct": False} for each in wrong]
        chance.shuffle(rows)
        yield Candidate(
            "MULTIPLE",
            {
                "type": "MULTIPLE",
                "text": f"Which of these does the text name here?\n\n> {intro}: …",
                "choices": rows,
                "scoring": "partial",
                "explanation": f"The text names there: {'; '.join(own)}.",
            },
            listing.span,
            listing.section,
            3.5 + chance.random(),
            listing.items,
        )


def _of(definition: Definition, score: float) -> Candidate:
    sentence = definition.sentence
    return Candidate("", {}, sentence.span, sentence.section, score, (sentence.text,))


def _with(base: Candidate, type_: str, text: str, explanation: str, **key: Any) -> Candidate:
    written = {"type": type_, "text": text, "explanation": explanation, **key}
    return replace(base, type=type_, written=written)


def _says(sentence: Sentence) -> str:
    where = f", under “{sentence.section}”" if sentence.section else ""
    return f"The text says{where}: “{sentence.text}”"


def _opened(text: str, term: Term, *, keeps_article: bool = False) -> str | None:
    """With a gap wherever the term stands; None where the rest would still tell it."""
    shown = re.escape(term.shown)
    edge = "" if term.shown[:1] in "`*" else r"\b"
    opened, times = re.subn(rf"{edge}{shown}{edge}", GAP, text)
    if not times or times > 2 or term.plain.casefold() in opened.casefold():
        return None
    stem = term.plain.casefold().rstrip("s")
    if len(stem) >= 5 and stem[: max(5, len(stem) - 2)] in opened.casefold():
        return None
    if keeps_article:
        return opened
    return re.sub(rf"\b([Aa])n? {GAP}", rf"\1(n) {GAP}", opened)


def _article(opened: str) -> bool:
    return re.search(rf"\b[Aa]n? {GAP}", opened) is not None


def _opposite(text: str) -> tuple[str, str] | None:
    """Only where the turned word is the only one that could turn the sentence."""
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if one in _ONE_WAY:
                continue
            found = list(re.finditer(rf"(?<=[\w)`] ){one}(?= [\w`])", text))
            rest = text.replace(one, " ", 1)
            if len(found) != 1 or re.search(rf"\b{other}\b", rest) or _NEGATION.search(rest):
                continue
            said = f"{text[: found[0].start()]}{other}{text[found[0].end() :]}"
            return said, f"It is “{one}”, not “{other}”."
    return None


def _near(said: str, chance: random.Random) -> list[str]:
    """Three other numbers of the same sort, on both sides of it."""
    value = float(said.replace(",", ""))
    if "." in said:
        places = len(said.partition(".")[2])
        steps = [value * factor for factor in (0.5, 0.8, 1.25, 1.5, 2.0)]
        texts = [f"{step:.{places}f}" for step in steps]
    elif value <= 12:
        texts = [str(int(value) + step) for step in (-2, -1, 1, 2, 3) if value + step > 0]
    else:
        whole = int(value)
        unit = 10 ** max(0, len(str(whole)) - 2)
        steps = [whole // 2, whole * 2, whole + 5 * unit, whole - 5 * unit, whole + 10 * unit]
        texts = [f"{step:,}" if "," in said else str(step) for step in steps if step > 0]
    fitting = sorted(set(texts) - {said})
    return chance.sample(fitting, 3)


def _choices(right: str, wrong: Sequence[str], chance: random.Random) -> list[dict[str, Any]]:
    rows = [{"text": right, "correct": True}, *({"text": each, "correct": False} for each in wrong)]
    chance.shuffle(rows)
    return rows


def _accepted(term: Term) -> list[str]:
    plain = term.plain
    bare = plain.removesuffix("()")
    return list(dict.fromkeys([plain, bare]))


def _named(definition: Definition) -> str:
    shown = definition.term.shown
    match = re.match(r"(An?|The)\s", definition.sentence.text)
    return f"{match[1].lower()} {shown}" if match else shown


def _is_like(one: str, other: str) -> bool:
    """In number and in length."""
    is_plural = one.endswith("s") and not one.endswith("ss")
    other_is_plural = other.endswith("s") and not other.endswith("ss")
    return is_plural == other_is_plural and abs(len(one) - len(other)) <= 12


def _is_as_long(one: str, other: str) -> bool:
    small, large = sorted((len(one), len(other)))
    return large <= WIDEST * small or large <= 12


def _is_alike(item: str, own: Sequence[str]) -> bool:
    return item.startswith("`") == own[0].startswith("`") and any(
        _is_as_long(item, each) for each in own
    )


def _share_words(one: str, other: str) -> bool:
    words = {word.rstrip("s") for word in re.findall(r"\w+", one.casefold())}
    return bool(words & {word.rstrip("s") for word in re.findall(r"\w+", other.casefold())})


def _is_named_in(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word.casefold())}s?\b", text.casefold()) is not None


def _vowel(word: str) -> bool:
    return word[:1].casefold() in "aeiou"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_sentence(item: str) -> str:
    return re.split(r"(?<=[.!?])\s", item)[0].rstrip(".;,")


def _short_items(listing: Listing) -> list[str]:
    items = {item.casefold(): item for item in map(_first_sentence, listing.items)}
    return [item for item in items.values() if 3 <= len(item) <= 90]
