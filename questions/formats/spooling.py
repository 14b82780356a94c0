"""Rows that are gone through twice: first to learn how wide they are, then to write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile

from questions.formats.cells import widths_of

IN_MEMORY = 4 * 1024 * 1024


@contextmanager
def spooled(
    rows: Iterable[Mapping[str, str]],
) -> Iterator[tuple[Iterator[dict[str, str]], int, int]]:
    """The rows again, how many choices they have at most, and how many right sides."""
    width = matches = 0
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8") as kept:
        for row in rows:
            choices, sides = widths_of(row)
            width, matches = max(width, choices), max(matches, sides)
            kept.write(json.dumps(row) + "\n")
        kept.seek(0)
        yield (json.loads(line) for line in kept), width, matches
