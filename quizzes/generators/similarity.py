"""Whether two questions ask the same, by their words: exactly, or nearly."""

from __future__ import annotations

from collections.abc import Iterable

from questions.actions.saving import bare_words, text_digest_of

LENGTH = 4
# The share of shingles in common from which two texts count as one question.
ALIKE = 0.8


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

    def __init__(self, texts: Iterable[str] = (), digests: Iterable[str] = ()) -> None:
        self._digests = set(digests)
        self._shingles: list[frozenset[str]] = []
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        self._digests.add(text_digest_of(text))
        self._shingles.append(shingles_of(text))

    def knows(self, text: str) -> bool:
        if text_digest_of(text) in self._digests:
            return True
        own = shingles_of(text)
        return any(
            _may_be_alike(own, other) and likeness(own, other) >= ALIKE for other in self._shingles
        )


def _may_be_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Sets of too different sizes cannot have enough in common."""
    small, large = sorted((len(one), len(other)))
    return small >= ALIKE * large
