"""What changed between two texts, in lines and words."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.differences import (
    AROUND,
    LARGEST,
    MOST_LINES,
    MOST_WORDS,
    Difference,
    Line,
    compare,
    matches,
)
from core.tests.runaways import not_running_away

lines = st.lists(st.sampled_from(["", "a", "a b", "a b c", "x y", "x  y", "{", "}"]), max_size=12)
items = st.text(alphabet="abc", max_size=12)


def shown(line: Line | None) -> str | None:
    """With brackets around what is marked."""
    if line is None:
        return None
    return "".join(f"[{each.text}]" if each.is_marked else each.text for each in line.pieces)


def rows(old: str, new: str) -> list[tuple[str | None, str | None]]:
    """Those that changed."""
    return [
        (shown(row.old), shown(row.new))
        for stretch in compare(old, new).stretches
        for row in stretch.rows
        if not row.is_same
    ]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("a\nb\nc", "a\nc", [("b", None)]),
        ("a\nc", "a\nb\nc", [(None, "b")]),
        ("", "a", [(None, "a")]),
        ("a", "", [("a", None)]),
        ("wholly new", "other words", [("wholly new", None), (None, "other words")]),
        (
            "SELECT name FROM people",
            "SELECT name, email FROM people",
            [("SELECT name FROM people", "SELECT name[, email] FROM people")],
        ),
        (
            "return the first big number",
            "return the last small number",
            [("return the [first big] number", "return the [last small] number")],
        ),
        ("x = f(a, b)", "x = f(a,  b)", [("x = f(a,[ ]b)", "x = f(a,[  ]b)")]),
    ],
)
def test_what_changed(old, new, changed):
    assert rows(old, new) == changed


def test_a_line_stands_beside_what_it_became_though_others_came_between():
    old = "def load(path):\n    return open(path)"
    new = "def load(path):\n    # It is closed.\n    with open(path) as f:\n        return f.read()"
    assert rows("total = a + b", "# Both of them.\ntotal = a + b + c") == [
        (None, "# Both of them."),
        ("total = a + b", "total = a + b[ + c]"),
    ]
    assert next(row for row in rows(old, new) if row[0] is None) == (None, "    # It is closed.")


def test_lines_bear_the_numbers_of_their_texts():
    difference = compare("a\nb\nc\nd", "b\nnew\nc\nd")
    numbers = [
        (row.old and row.old.number, row.new and row.new.number)
        for row in difference.stretches[0].rows
    ]
    assert numbers == [(1, None), (2, 1), (None, 2), (3, 3), (4, 4)]
    assert (difference.added, difference.removed) == (1, 1)


def test_what_stayed_is_left_out_but_for_what_is_near():
    old = [str(number) for number in range(40)]
    new = [*old[:10], "ten", *old[11:30], "thirty", *old[31:]]
    difference = compare("\n".join(old), "\n".join(new))
    assert [stretch.left_out for stretch in difference.stretches] == [10 - AROUND, 19 - 2 * AROUND]
    assert difference.left_out == 9 - AROUND


@pytest.mark.parametrize(
    ("old", "new"), [("", ""), ("a\nb", "a\nb"), ("a\r\nb\r\n", "a\nb"), ("a\rb", "a\nb\n")]
)
def test_the_same_is_the_same_however_its_lines_end(old, new):
    assert compare(old, new) == Difference(left_out=len(new.split()))
    assert compare(old, new).is_empty


def test_an_empty_line_more_is_a_difference():
    assert rows("a", "a\n\n") == [(None, "")]


def test_other_separators_end_no_line():
    assert rows("a\u2028b\x0cc", "a\u2028b\x0cd") == [("a\u2028b\x0c[c]", "a\u2028b\x0c[d]")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("a\n" * (MOST_LINES + 1), "a"), ("a", "b" * (LARGEST + 1)), ("न" * LARGEST, "a")],
)
def test_texts_that_are_too_long_are_not_compared(old, new):
    assert compare(old, new) == Difference(is_too_long=True)
    assert not compare(old, new).is_empty


def test_the_longest_texts_are_compared():
    assert not compare("a\n" * MOST_LINES, "b\n" * MOST_LINES).is_too_long
    assert not compare("a" * LARGEST, "b" * LARGEST).is_too_long


def test_of_a_very_long_line_no_words_are_marked():
    old = "a " * MOST_WORDS
    assert rows(old, f"{old}b") == [(old, f"{old}b")]


def test_halves_of_characters_are_compared_too():
    assert rows("\ud800", "\udfff") == [("\ud800", None), (None, "\udfff")]


@settings(max_examples=300)
@given(lines, lines)
def test_both_texts_can_be_read_from_it(old, new):
    difference = compare("\n".join([*old, "end"]), "\n".join([*new, "end"]))
    found = [row for stretch in difference.stretches for row in stretch.rows]
    left_out = sum(stretch.left_out for stretch in difference.stretches) + difference.left_out
    for side, text in (("old", old), ("new", new)):
        there = [getattr(row, side) for row in found if getattr(row, side)]
        whole = [*text, "end"]
        for line in there:
            assert whole[line.number - 1] == "".join(piece.text for piece in line.pieces)
        assert all(before.number < after.number for before, after in pairwise(there))
        assert len(there) + left_out == len(whole)


@settings(max_examples=300)
@given(items, items)
def test_nothing_longer_is_common(old, new):
    found = matches(old, new)
    assert all(old[one] == new[other] for one, other in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))
    assert len(found) == longest_common(old, new)


def longest_common(old: str, new: str) -> int:
    """As every textbook has it."""
    above = [0] * (len(new) + 1)
    for letter in old:
        row = [0]
        for at, other in enumerate(new):
            row.append(above[at] + 1 if letter == other else max(row[at], above[at + 1]))
        above = row
    return above[-1]


def shuffled(words: list[str], seed: int) -> list[str]:
    Random(seed).shuffle(words)
    return words


NUMBERED = [f"line {number} of it" for number in range(MOST_LINES)]
LONG = [f"w{number}" for number in range(MOST_WORDS // 2)]
BOMBS = {
    "all the same": ("a\n" * MOST_LINES, "a\n" * (MOST_LINES - 1)),
    "all other": ("a\n" * MOST_LINES, "b\n" * MOST_LINES),
    "turned around": ("\n".join(NUMBERED), "\n".join(reversed(NUMBERED))),
    "shuffled": ("\n".join(NUMBERED), "\n".join(shuffled(NUMBERED[:], 1))),
    "two kinds of line": (
        "\n".join(shuffled(["a", "b"] * 1_000, 1)),
        "\n".join(shuffled(["a", "b"] * 1_000, 2)),
    ),
    "alike": ("a b c d e\n" * MOST_LINES, "a b c d f\n" * MOST_LINES),
    "lines of many words": (
        "\n".join(" ".join(LONG) for _ in range(80)),
        "\n".join(" ".join(shuffled(LONG[:], seed)) for seed in range(80)),
    ),
    "one line of many words": ("a b " * (MOST_WORDS // 4), "b a " * (MOST_WORDS // 4)),
    "one line without an end": ("ab" * (LARGEST // 2), "ba" * (LARGEST // 2)),
    "one line of signs": ("()" * (LARGEST // 2), ")(" * (LARGEST // 2)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_soon_done_with_anything(name):
    old, new = BOMBS[name]
    with not_running_away():
        assert not compare(old, new).is_too_long
