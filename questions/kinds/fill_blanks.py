"""A text with gaps: `{{name}}` in it, and `blanks: {name: {accepted, case_sensitive?}}` beside it.

A blank may be written as its accepted answers alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from questions.kinds.base import (
    MOST_CHOICES,
    WRONG,
    BadResponse,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    as_text,
    flag_in,
    text_of,
)
from questions.kinds.short_text import LONGEST, is_accepted, read_accepted

BLANK = re.compile(r"\{\{\s*([A-Za-z0-9_-]{1,30})\s*\}\}")


class FillBlanks(Kind):
    """Each blank is worth its share."""

    type = "FILL_BLANKS"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text = text_of(written, problems)
        names = BLANK.findall(text)
        given = written.get("blanks")
        if not isinstance(given, Mapping):
            problems.append(Problem("blanks", _("Write the answers for each blank.")))
            return None, problems
        if not names or len(names) > MOST_CHOICES:
            problems.append(
                Problem(
                    "text",
                    _("Mark 1 to %(most)s blanks in the text, as {{name}}.")
                    % {"most": MOST_CHOICES},
                )
            )
        if len(set(names)) != len(names):
            problems.append(Problem("text", _("Two blanks have the same name.")))
        if set(names) != set(given):
            problems.append(Problem("blanks", _("The blanks of the text and the answers differ.")))
        key = {name: _read_blank(name, given[name], problems) for name in names if name in given}
        if problems:
            return None, problems
        body = {"blanks": [{"id": name} for name in names]}
        return Outline(self.type, text, body=body, key={"blanks": key}), []

    def write(self, outline: Outline) -> dict[str, Any]:
        blanks = outline.key["blanks"]
        return {
            "text": outline.text,
            "blanks": {
                name: {
                    "accepted": blank["accepted"],
                    **({"case_sensitive": True} if blank["case_sensitive"] else {}),
                }
                for name, blank in blanks.items()
            },
        }

    def parse(self, material: Material, raw: object) -> Response:
        if raw is None:
            return None
        if not isinstance(raw, Mapping):
            raise BadResponse(_("Answer with a text for each blank."))
        names = {blank["id"] for blank in material.body["blanks"]}
        if set(raw) - names:
            raise BadResponse(_("One of these is no blank of this question."))
        said = {name: as_text(text, longest=LONGEST) for name, text in raw.items()}
        return {name: text for name, text in sorted(said.items()) if text is not None} or None

    def grade(self, material: Material, response: Response) -> Grade:
        blanks = material.key.get("blanks") or {}
        if not isinstance(response, Mapping) or not blanks:
            return WRONG
        right = sum(
            isinstance(response.get(name), str) and is_accepted(response[name], blank)
            for name, blank in blanks.items()
        )
        return Grade(Fraction(right, len(blanks)))

    def right_response(self, material: Material) -> Response:
        blanks = material.key["blanks"]
        return {name: blank["accepted"][0] for name, blank in sorted(blanks.items())}


def _read_blank(name: str, given: object, problems: list[Problem]) -> dict[str, Any]:
    row = {"accepted": given} if isinstance(given, list) else given
    if not isinstance(row, Mapping):
        problems.append(
            Problem("blanks", _("%(name)s: write the answers that count.") % {"name": name})
        )
        return {}
    found: list[Problem] = []
    accepted = read_accepted(row, found)
    if not accepted and not found:
        found.append(Problem("accepted", _("write at least one answer that counts.")))
    case_sensitive = flag_in(row, "case_sensitive", found)
    problems += [
        Problem("blanks", _("%(name)s: %(problem)s") % {"name": name, "problem": each.message})
        for each in found
    ]
    return {"accepted": accepted, "case_sensitive": case_sensitive}
