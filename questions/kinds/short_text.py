"""A few words. Written as `accepted: [text, …]` and perhaps a `pattern`.

Case and repeated spaces count only where `case_sensitive` and `keep_spaces` say so. A pattern is
matched against the whole answer in linear time (RE2), so that none can run away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import re2
from django.utils.translation import gettext as _

from questions.kinds.base import (
    RIGHT,
    WRONG,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    as_text,
    bare,
    flag_in,
    list_in,
    text_of,
    without_hidden,
    words_in,
)

LONGEST = 1_000
MOST_ACCEPTED = 50
LONGEST_PATTERN = 500
MOST_MEMORY = 1 << 20


class ShortText(Kind):
    type = "SHORT_TEXT"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text = text_of(written, problems)
        accepted = read_accepted(written, problems)
        pattern = words_in(written, "pattern", problems)
        if pattern and compiled(pattern, case_sensitive=True) is None:
            problems.append(
                Problem("pattern", _("This is no pattern that we can match (RE2, no look-around)."))
            )
        if not accepted and not pattern and not problems:
            problems.append(Problem("accepted", _("Write at least one answer that counts.")))
        key = {
            "accepted": accepted,
            "pattern": pattern,
            "case_sensitive": flag_in(written, "case_sensitive", problems),
            "keep_spaces": flag_in(written, "keep_spaces", problems),
        }
        if problems:
            return None, problems
        return Outline(self.type, text, key=key), []

    def write(self, outline: Outline) -> dict[str, Any]:
        key = outline.key
        return {
            "text": outline.text,
            **{name: key[name] for name in key if key[name]},
        }

    def parse(self, material: Material, raw: object) -> Response:
        return as_text(raw, longest=LONGEST)

    def grade(self, material: Material, response: Response) -> Grade:
        if not isinstance(response, str):
            return WRONG
        return RIGHT if is_accepted(response, material.key) else WRONG

    def right_response(self, material: Material) -> Response:
        accepted = material.key["accepted"]
        return accepted[0] if accepted else None


def is_accepted(said: str, key: Mapping[str, Any]) -> bool:
    case_sensitive, keep_spaces = key.get("case_sensitive", False), key.get("keep_spaces", False)

    def plain(text: str) -> str:
        text = without_hidden(unicodedata.normalize("NFC", text))
        text = text if keep_spaces else " ".join(text.split())
        return text if case_sensitive else text.casefold()

    if plain(said) in {plain(text) for text in key.get("accepted", ())}:
        return True
    pattern = compiled(key.get("pattern", ""), case_sensitive=case_sensitive)
    if pattern is None:
        return False
    asked = without_hidden(unicodedata.normalize("NFC", said))
    return pattern.fullmatch(asked if keep_spaces else " ".join(asked.split())) is not None


def compiled(pattern: str, *, case_sensitive: bool) -> Any:
    """None for no pattern, and for one that RE2 does not take."""
    if not pattern or len(pattern) > LONGEST_PATTERN:
        return None
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = (
        MOST_MEMORY,
        False,
        case_sensitive,
    )
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def read_accepted(written: Mapping[str, Any], problems: list[Problem]) -> list[str]:
    rows: Sequence[Any] = list_in(written, "accepted", problems)
    if not all(isinstance(row, str) and bare(row) and len(row) <= LONGEST for row in rows):
        problems.append(
            Problem(
                "accepted",
                _("Each answer is a text of at most %(most)s characters.") % {"most": LONGEST},
            )
        )
        return []
    if len(rows) > MOST_ACCEPTED:
        problems.append(
            Problem("accepted", _("Write at most %(most)s answers.") % {"most": MOST_ACCEPTED})
        )
    return list(dict.fromkeys(row.strip() for row in rows))
