"""What Gemini answered, read with care: what is whole is taken, also out of what is broken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quizzes.generators.gemini.cleaning import cleaned
from quizzes.generators.gemini.talk import Said
from quizzes.generators.port import Draft

MOST_STARTS = 5_000
# No question is as long: what is, is neither taken nor sent back to be mended.
LONGEST_QUESTION = 60_000
LONGEST_ANSWER, MOST_ANSWERS = 1_000, 50
_FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_WORDS = (
    *("type", "text", "choices", "answer", "value", "tolerance", "accepted", "pairs", "items"),
    *("explanation", "difficulty"),
)


def drafts_in(said: Said) -> tuple[list[Draft], bool]:
    """The questions of an answer, and whether any were lost in it."""
    whole = _json(said.text)
    if isinstance(whole, Mapping) and isinstance(whole.get("questions"), list):
        rows, is_whole = whole["questions"], True
    elif isinstance(whole, list):
        rows, is_whole = whole, True
    else:
        rows, is_whole = list(_objects(said.text)), False
    found = [_draft(cleaned(row)) for row in rows if _is_question(row)]
    return found, not is_whole or len(found) < len(rows)


def answers_in(said: Said, *, count: int) -> list[list[str] | None]:
    """By their numbers; None for each that is not there."""
    whole = _json(said.text)
    rows = whole.get("answers") if isinstance(whole, Mapping) else None
    answers: list[list[str] | None] = [None] * count
    for row in rows if isinstance(rows, list) else _objects(said.text):
        if isinstance(row, Mapping) and _is_answer(row, count):
            said_so = [str(each)[:LONGEST_ANSWER] for each in row["answer"][:MOST_ANSWERS]]
            answers[row["number"] - 1] = cleaned(said_so)
    return answers


def sources_for(quote: str, notes: Said) -> tuple[Mapping[str, str], ...]:
    """Those that the passage rests on; all where that cannot be told."""
    words = set(quote.casefold().split())
    best: tuple[int, ...] = ()
    most = 0
    for support in notes.supports:
        common = len(words & set(support.text.casefold().split()))
        if common > most:
            best, most = support.sources, common
    chosen = [notes.sources[index] for index in best] or list(notes.sources)
    unique = {source["url"]: source for source in chosen if _is_web(source["url"])}
    return tuple(unique.values())


def _json(text: str) -> Any:
    fenced = _FENCED.match(text)
    try:
        return json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return None


def _objects(text: str) -> Iterator[Any]:
    """Whole objects in a broken text, the outermost ones that can be read."""
    decoder, end = json.JSONDecoder(), 0
    for number, found in enumerate(re.finditer(r"\{", text)):
        if number > MOST_STARTS:
            return
        if found.start() < end:
            continue
        try:
            row, end = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            continue
        yield row


def _is_question(row: Any) -> bool:
    is_one = isinstance(row, Mapping) and isinstance(row.get("type"), str) and "text" in row
    return is_one and len(str(row)) <= LONGEST_QUESTION


def _is_answer(row: Mapping[str, Any], count: int) -> bool:
    number = row.get("number")
    return isinstance(number, int) and 1 <= number <= count and isinstance(row.get("answer"), list)


def _draft(row: Mapping[str, Any]) -> Draft:
    written = {name: row[name] for name in _WORDS if row.get(name) is not None}
    blanks = row.get("blanks")
    if isinstance(blanks, list):
        written["blanks"] = _blanks(blanks)
    quote = row.get("quote")
    return Draft(written, quote if isinstance(quote, str) else "")


def _blanks(rows: Sequence[Any]) -> dict[str, Any]:
    return {
        str(row.get("name")): {"accepted": row.get("accepted")}
        for row in rows
        if isinstance(row, Mapping)
    }


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) < 2_000
