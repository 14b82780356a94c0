"""What changed between two texts: line by line, and word by word in lines that stayed alike.

The longest common part is found with one long number a line, in which each bit is a line of the
other text. So it is exact, and takes a few milliseconds whatever the texts are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

MOST_LINES = 2_000
LARGEST = 200_000
# Beyond it a line is shown as changed, but not which of its words.
MOST_WORDS = 1_000
# Unchanged lines that are shown on either side of a change.
AROUND = 3
# How much of two lines is the same, where one is taken for a new state of the other.
ALIKE = 0.5
# So far below a removed line its new state is looked for.
NEAR = 8

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Part of a line. Marked is what its other state does not have."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Line:
    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Row:
    """A line in its old and its new state, of which one may be missing."""

    old: Line | None
    new: Line | None
    is_same: bool = False


@dataclass(frozen=True)
class Stretch:
    """Rows in a row, after so many unchanged lines that are left out."""

    left_out: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Difference:
    """`left_out` are the unchanged lines after the last stretch."""

    stretches: tuple[Stretch, ...] = ()
    left_out: int = 0
    added: int = 0
    removed: int = 0
    is_too_long: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.stretches and not self.is_too_long


def compare(old: str, new: str) -> Difference:
    """How line ends are written, and whether the last line has one, makes no difference."""
    if max(len(old.encode(errors="replace")), len(new.encode(errors="replace"))) > LARGEST:
        return Difference(is_too_long=True)
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > MOST_LINES:
        return Difference(is_too_long=True)
    rows = list(_rows(before, after))
    stretches, left_out = _stretches(rows)
    return Difference(
        stretches,
        left_out,
        added=sum(row.new is not None for row in rows if not row.is_same),
        removed=sum(row.old is not None for row in rows if not row.is_same),
    )


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Where the longest common part stands in each, in order."""
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    rest = shortest - start
    end = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    middle = _matches(old[start : len(old) - end], new[start : len(new) - end])
    return [
        *((n, n) for n in range(start)),
        *((start + one, start + other) for one, other in middle),
        *((len(old) - n, len(new) - n) for n in range(end, 0, -1)),
    ]


def _matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """By Hyyrö's bit vectors: a cleared bit is where the common part grows by one."""
    places: defaultdict[Hashable, int] = defaultdict(int)
    for at, item in enumerate(old):
        places[item] |= 1 << at
    every = (1 << len(old)) - 1
    vector, vectors = every, []
    for item in new:
        common = vector & places.get(item, 0)
        vector = ((vector + common) | (vector - common)) & every
        vectors.append(vector)
    return list(reversed(list(_walked_back(vectors, len(old)))))


def _walked_back(vectors: list[int], width: int) -> Iterator[tuple[int, int]]:
    row, column = len(vectors), width
    while row and column:
        if vectors[row - 1] >> (column - 1) & 1:
            column -= 1
            continue
        row -= 1
        if row and not vectors[row - 1] >> (column - 1) & 1:
            continue
        column -= 1
        yield column, row


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if not lines[-1] else lines


def _rows(before: list[str], after: list[str]) -> Iterator[Row]:
    old = new = 0
    for one, other in [*matches(before, after), (len(before), len(after))]:
        yield from _changed(
            [(at, before[at]) for at in range(old, one)],
            [(at, after[at]) for at in range(new, other)],
        )
        if one < len(before):
            whole = (Piece(before[one]),)
            yield Row(Line(one + 1, whole), Line(other + 1, whole), is_same=True)
        old, new = one + 1, other + 1


_Numbered = tuple[int, str]


def _changed(removed: list[_Numbered], added: list[_Numbered]) -> Iterator[Row]:
    """Each removed line beside the added one that it became, if there is one near."""
    counts = [_counted(text) for _at, text in added]
    done = 0
    for at, text in removed:
        found = _nearest(_counted(text), counts, done)
        if found is None:
            yield Row(_whole(at, text), None)
            continue
        yield from (Row(None, _whole(*line)) for line in added[done:found])
        yield _beside((at, text), added[found])
        done = found + 1
    yield from (Row(None, _whole(*line)) for line in added[done:])


def _nearest(words: Counter[str], others: list[Counter[str]], start: int) -> int | None:
    near = range(start, min(start + NEAR, len(others)))
    likeness, place = max(((_likeness(words, others[at]), -at) for at in near), default=(0.0, 0))
    return -place if likeness >= ALIKE else None


def _counted(text: str) -> Counter[str]:
    """How many letters of a line are of which word."""
    counted: Counter[str] = Counter()
    for word in _WORDS.findall(text):
        if not word.isspace():
            counted[word] += len(word)
    return counted


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of letters that stand in both, from 0 to 1."""
    every = one.total() + other.total()
    if not every:
        return 0.0
    return 2 * sum(min(one[word], other[word]) for word in one.keys() & other.keys()) / every


def _beside(old: _Numbered, new: _Numbered) -> Row:
    words, others = _WORDS.findall(old[1]), _WORDS.findall(new[1])
    if max(len(words), len(others)) > MOST_WORDS:
        return Row(_whole(*old), _whole(*new))
    same = matches(words, others)
    return Row(
        Line(old[0] + 1, _pieces(words, {one for one, _other in same})),
        Line(new[0] + 1, _pieces(others, {other for _one, other in same})),
    )


def _pieces(words: list[str], same: set[int]) -> tuple[Piece, ...]:
    """What changed on both sides of a blank changed as one."""
    marked = [at not in same for at in range(len(words))]
    for at in range(1, len(words) - 1):
        if words[at].isspace() and marked[at - 1] and marked[at + 1]:
            marked[at] = True
    together = groupby(zip(words, marked, strict=True), key=lambda pair: pair[1])
    return tuple(
        Piece("".join(word for word, _marked in pairs), is_marked) for is_marked, pairs in together
    )


def _whole(at: int, text: str) -> Line:
    return Line(at + 1, (Piece(text),))


def _stretches(rows: list[Row]) -> tuple[tuple[Stretch, ...], int]:
    """Changes and what stands around them, and how many rows come after the last."""
    shown: set[int] = set()
    for at, row in enumerate(rows):
        if not row.is_same:
            shown.update(range(max(0, at - AROUND), min(len(rows), at + AROUND + 1)))
    stretches, left_out = [], 0
    for is_shown, together in groupby(range(len(rows)), key=shown.__contains__):
        numbers = list(together)
        if is_shown:
            stretches.append(Stretch(left_out, tuple(rows[at] for at in numbers)))
        left_out = 0 if is_shown else len(numbers)
    return tuple(stretches), left_out
