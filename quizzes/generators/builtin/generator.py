"""The generator that needs nothing but a text."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quizzes.generators.builtin.facts import definitions_in, stands_alone
from quizzes.generators.builtin.making import Candidate, Maker
from quizzes.generators.builtin.reading import read
from quizzes.generators.builtin.terms import known_terms
from quizzes.generators.port import MADE_TYPES, Draft, Faulty, Made, Watch, Wish
from quizzes.generators.similarity import Asked

# Rather fewer questions than such as nobody would ask.
LEAST_SCORE = 1.0
# Where no types are wished for, these come first.
GOOD_AT = ("SINGLE", "FILL_BLANKS", "TRUE_FALSE")


class BuiltinGenerator:
    name = "builtin"
    model = ""
    second_opinion = False

    def make(self, wish: Wish, watch: Watch) -> Made:
        candidates = candidates_in(wish.source, seed=wish.seed)
        chosen = _chosen(candidates, wish)
        drafts = tuple(_draft(each, wish) for each in chosen)
        return Made(drafts, tuple(_notes(chosen, wish)))

    def repair(self, wish: Wish, faulty: Sequence[Faulty], watch: Watch) -> Made:
        """By rules nothing comes out better the second time."""
        return Made(())

    def answer(self, wish: Wish, asked: Sequence[Mapping[str, Any]], watch: Watch) -> list[Any]:
        return []


def candidates_in(source: str, *, seed: int) -> list[Candidate]:
    """All that could be asked about a text, in its order."""
    reading = read(source)
    definitions = definitions_in(reading)
    sentences = [each for each in reading.sentences if stands_alone(each)]
    maker = Maker(known_terms(reading.sentences), definitions, seed)
    found: list[Candidate] = []
    for definition in definitions:
        found += maker.of_definition(definition)
    found += maker.of_definitions()
    for sentence in sentences:
        found += maker.of_sentence(sentence)
    for listing in reading.listings:
        found += maker.of_listing(listing, reading.listings)
    worth_it = [each for each in found if each.score >= LEAST_SCORE]
    return sorted(worth_it, key=lambda each: source.find(each.span))


def _chosen(candidates: Sequence[Candidate], wish: Wish) -> list[Candidate]:
    """In the order of the text; other types stand in only where the wished ones give too few."""
    wished = [each for each in wish.types if each in MADE_TYPES] or list(GOOD_AT)
    choosing = _Choosing(candidates, wish)
    choosing.take(wished)
    choosing.take([each for each in wish.spare if each in MADE_TYPES and each not in wished])
    chosen = {id(each) for each in choosing.chosen}
    return [each for each in candidates if id(each) in chosen]


class _Choosing:
    """The best of each type in turn, spread over the text; no fact is asked about twice."""

    def __init__(self, candidates: Sequence[Candidate], wish: Wish) -> None:
        self.chosen: list[Candidate] = []
        self._count = wish.count
        self._chance = random.Random(wish.seed)  # noqa: S311 (a draw, not a secret)
        self._asked, self._sections = Asked(wish.avoid), Counter[str]()
        self._facts = {_plain(span) for span in wish.used}
        self._left = [each for each in candidates if _plain(each.span) not in self._facts]

    def take(self, types: Sequence[str]) -> None:
        open_types = list(types)
        self._chance.shuffle(open_types)
        while open_types:
            for type_ in list(open_types):
                best = self._best(type_) if len(self.chosen) < self._count else None
                if best is None:
                    open_types.remove(type_)
                else:
                    self._choose(best)

    def _best(self, type_: str) -> Candidate | None:
        self._left = [each for each in self._left if not self._facts & set(each.facts)]
        ranked = sorted(
            (each for each in self._left if each.type == type_), key=self._worth, reverse=True
        )
        # To know a text is dear, so only the best ones are compared.
        return next((each for each in ranked if not self._asked.knows(each.written["text"])), None)

    def _worth(self, candidate: Candidate) -> float:
        return candidate.score - 1.5 * self._sections[candidate.section]

    def _choose(self, best: Candidate) -> None:
        self.chosen.append(best)
        self._asked.add(best.written["text"])
        self._facts.update(best.facts)
        self._sections[best.section] += 1


def _plain(span: str) -> str:
    return " ".join(span.split())


def _draft(candidate: Candidate, wish: Wish) -> Draft:
    difficulty = {"difficulty": wish.difficulty} if wish.difficulty else {}
    return Draft({**candidate.written, **difficulty}, candidate.span)


def _notes(chosen: Sequence[Candidate], wish: Wish) -> list[str]:
    """What it is, and what it could not do."""
    notes = [
        _(
            "Made by rules from the text alone, without any AI: read each question before you "
            "publish."
        )
    ]
    if len(chosen) < wish.count:
        notes.append(
            _(
                "The text gave %(made)d of %(asked)d questions of these types: a longer text with "
                "more definitions, terms and numbers gives more, and so do more types."
            )
            % {"made": len(chosen), "asked": wish.count}
        )
    if wish.language != "en":
        notes.append(
            _("What stands around the text is English: questions in other words take an AI.")
        )
    if wish.prompt:
        notes.append(_("What the prompt says could not be followed: that takes an AI."))
    if wish.difficulty:
        notes.append(_("How difficult they are was not weighed: that takes an AI."))
    return notes
