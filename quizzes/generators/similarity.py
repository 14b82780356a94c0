"""Whether two questions ask the same, by their words: exactly, or nearly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import log

from questions.actions.saving import bare_words, text_digest_of

LENGTH = 4
# The share of shingles in common from which two texts count as one question.
ALIKE = 0.8
# And from which one is worth a look beside the other, where what is rare counts for more: of the
# 52,000 pairs of the bank that comes with the platform, one has as much in common.
RESEMBLING = 0.5


def shingles_of(text: str) -> frozenset[str]:
    plain = bare_words(text)
    if len(plain) <= LENGTH:
        return frozenset({plain})
    return frozenset(plain[start : start + LENGTH] for start in range(len(plain) - LENGTH + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0 for nothing in common to 1 for the same."""
    together = len(one | other)
    return len(one & other) / together if together else 1.0


class Asked:
    """What is asked already: in the bank, in the quiz, and by the drafts taken so far."""

    def __init__(
        self,
        texts: Iterable[str] = (),
        digests: Iterable[str] = (),
        questions: Iterable[tuple[int, str]] = (),
    ) -> None:
        """`questions` are texts with the key by which each can be looked at."""
        self._digests = set(digests)
        self._shingles: list[frozenset[str]] = []
        self._keys: list[tuple[int, frozenset[str]]] = []
        self._frequency = Counter[str]()
        for text in texts:
            self.add(text)
        for key, text in questions:
            self.add(text)
            self._keys.append((key, self._shingles[-1]))

    def add(self, text: str) -> None:
        self._digests.add(text_digest_of(text))
        self._shingles.append(shingles_of(text))
        self._frequency.update(self._shingles[-1])

    def knows(self, text: str) -> bool:
        if text_digest_of(text) in self._digests:
            return True
        own = shingles_of(text)
        return any(
            _may_be_alike(own, other) and likeness(own, other) >= ALIKE for other in self._shingles
        )

    def resembled_by(self, text: str) -> int | None:
        """The key of the question that has most in common with it, where that is enough."""
        own = shingles_of(text)
        weight = self._weight(own)
        shares = ((self._share(own, weight, other), key) for key, other in self._keys)
        share, key = max(shares, default=(0.0, 0))
        return key if share >= RESEMBLING else None

    def _share(self, own: frozenset[str], weight: float, other: frozenset[str]) -> float:
        common = self._weight(own & other)
        if common < RESEMBLING * weight:
            return 0.0
        return common / (weight + self._weight(other) - common)

    def _weight(self, shingles: Iterable[str]) -> float:
        """What many questions begin with says little, what few have in common says more."""
        all_of_them = 1 + len(self._shingles)
        return sum(log(all_of_them / max(1, self._frequency[each])) for each in shingles)


def _may_be_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Sets of too different sizes cannot have enough in common."""
    small, large = sorted((len(one), len(other)))
    return small >= ALIKE * large
