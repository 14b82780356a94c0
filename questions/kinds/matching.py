"""Finding what belongs together. Written as `pairs: [{left, right}]` and more `distractors`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from questions.kinds.base import (
    MOST_CHOICES,
    WRONG,
    BadResponse,
    Deal,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    bare,
    list_in,
    shuffled,
    text_of,
    words_in,
)

LEAST_PAIRS = 2


class Matching(Kind):
    """Each left side is worth its share. Several left sides may belong to one right side.

    Right sides are named in the order of their words, so that no name tells what it belongs to.
    """

    type = "MATCHING"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text = text_of(written, problems)
        pairs = _read_pairs(written, problems)
        distractors = _read_distractors(written, problems)
        if not LEAST_PAIRS <= len(pairs) <= MOST_CHOICES:
            problems.append(
                Problem(
                    "pairs",
                    _("Write %(least)s to %(most)s pairs.")
                    % {"least": LEAST_PAIRS, "most": MOST_CHOICES},
                )
            )
        if len({bare(left).casefold() for left, _right in pairs}) != len(pairs):
            problems.append(Problem("pairs", _("Two left sides say the same.")))
        rights = sorted({right for _left, right in pairs} | set(distractors))
        if len(rights) < LEAST_PAIRS and not problems:
            problems.append(Problem("pairs", _("All belong to the same right side.")))
        if len(rights) > MOST_CHOICES:
            problems.append(
                Problem("distractors", _("At most %(most)s right sides.") % {"most": MOST_CHOICES})
            )
        if problems:
            return None, problems
        names = {right: f"r{number}" for number, right in enumerate(rights, start=1)}
        body = {
            "left": [{"id": f"l{n}", "text": left} for n, (left, _) in enumerate(pairs, start=1)],
            "right": [{"id": name, "text": right} for right, name in names.items()],
        }
        key = {"pairs": {f"l{n}": names[right] for n, (_, right) in enumerate(pairs, start=1)}}
        return Outline(self.type, text, body=body, key=key), []

    def write(self, outline: Outline) -> dict[str, Any]:
        rights = {each["id"]: each["text"] for each in outline.body["right"]}
        pairs: Mapping[str, str] = outline.key["pairs"]
        unused = [text for name, text in rights.items() if name not in pairs.values()]
        return {
            "text": outline.text,
            "pairs": [
                {"left": each["text"], "right": rights[pairs[each["id"]]]}
                for each in outline.body["left"]
            ],
            **({"distractors": unused} if unused else {}),
        }

    def deal(self, material: Material, *, seed: int, shuffle: bool = True) -> Deal:
        names = [each["id"] for each in material.body["right"]]
        return Deal(right=shuffled(names, seed=seed) if shuffle else tuple(names))

    def parse(self, material: Material, raw: object) -> Response:
        if raw is None:
            return None
        if not isinstance(raw, Mapping):
            raise BadResponse(_("Answer with a right side for each left side."))
        lefts = {each["id"] for each in material.body["left"]}
        rights = {each["id"] for each in material.body["right"]}
        answer: dict[str, str] = {}
        for left, right in raw.items():
            if left not in lefts:
                raise BadResponse(_("One of these is no left side of this question."))
            if right is None or right == "":
                continue
            if not isinstance(right, str) or right not in rights:
                raise BadResponse(_("One of these is no right side of this question."))
            answer[left] = right
        return dict(sorted(answer.items())) or None

    def grade(self, material: Material, response: Response) -> Grade:
        pairs = material.key.get("pairs") or {}
        if not isinstance(response, Mapping) or not pairs:
            return WRONG
        right = sum(response.get(left) == name for left, name in pairs.items())
        return Grade(Fraction(right, len(pairs)))

    def right_response(self, material: Material) -> Response:
        return dict(sorted(material.key["pairs"].items()))


def _read_pairs(written: Mapping[str, Any], problems: list[Problem]) -> list[tuple[str, str]]:
    pairs = []
    rows = list_in(written, "pairs", problems)
    for number, row in enumerate(rows[: MOST_CHOICES + 1], start=1):
        found: list[Problem] = []
        sides = row if isinstance(row, Mapping) else {}
        left, right = words_in(sides, "left", found), words_in(sides, "right", found)
        if found or not left or not right:
            problems.append(
                Problem(
                    "pairs",
                    _("Pair %(number)s: write a left and a right side.") % {"number": number},
                )
            )
        pairs.append((left, right))
    return pairs


def _read_distractors(written: Mapping[str, Any], problems: list[Problem]) -> list[str]:
    rows = list_in(written, "distractors", problems)
    if not all(isinstance(row, str) and row.strip() for row in rows):
        problems.append(Problem("distractors", _("Each of these is a text.")))
        return []
    return [row.strip() for row in rows]
