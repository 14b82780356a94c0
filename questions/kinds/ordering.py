"""Putting items into their order. Written as `items: [first, second, …]`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from questions.kinds.base import (
    MOST_CHOICES,
    RIGHT,
    WRONG,
    BadResponse,
    Choice,
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
)
from questions.kinds.choosing import ALL_OR_NOTHING, LEAST_CHOICES, PARTIAL, are_ids, chosen_ids


class Ordering(Kind):
    """Partial: the share of neighbours that follow each other as they should."""

    type = "ORDERING"
    has_choices = True

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text, rows = text_of(written, problems), list_in(written, "items", problems)
        scoring = written.get("scoring") or ALL_OR_NOTHING
        if scoring not in (ALL_OR_NOTHING, PARTIAL):
            problems.append(
                Problem(
                    "scoring",
                    _("Choose %(one)s or %(other)s.") % {"one": ALL_OR_NOTHING, "other": PARTIAL},
                )
            )
        if not LEAST_CHOICES <= len(rows) <= MOST_CHOICES:
            problems.append(
                Problem(
                    "items",
                    _("Write %(least)s to %(most)s items.")
                    % {"least": LEAST_CHOICES, "most": MOST_CHOICES},
                )
            )
        if not all(isinstance(row, str) and row.strip() for row in rows):
            problems.append(Problem("items", _("Each item is a text.")))
            return None, problems
        items = [row.strip() for row in rows]
        if len({bare(item).casefold() for item in items}) != len(items):
            problems.append(Problem("items", _("Two items say the same.")))
        if problems:
            return None, problems
        choices = tuple(Choice(n, item, place=n) for n, item in enumerate(items, start=1))
        return Outline(self.type, text, choices, key={"scoring": scoring}), []

    def write(self, outline: Outline) -> dict[str, Any]:
        ordered = sorted(outline.choices, key=lambda choice: choice.place)
        return {
            "text": outline.text,
            "items": [choice.text for choice in ordered],
            "scoring": outline.key["scoring"],
        }

    def deal(self, material: Material, *, seed: int, shuffle: bool = True) -> Deal:
        """Always shuffled, and any order may come: one that never does tells something.

        Of two items, leaving out the right order would tell all.
        """
        return Deal(choices=shuffled([choice.id for choice in material.choices], seed=seed))

    def parse(self, material: Material, raw: object) -> Response:
        order = chosen_ids(material, raw)
        if order and len(order) != len(material.choices):
            raise BadResponse(_("Put all of the items in order."))
        return order or None

    def grade(self, material: Material, response: Response) -> Grade:
        right = self.right_response(material)
        if response == right:
            return RIGHT
        if not are_ids(response) or material.key.get("scoring") != PARTIAL:
            return WRONG
        neighbours = set(pairwise(right))
        kept = sum(pair in neighbours for pair in pairwise(response))
        return Grade(Fraction(kept, max(1, len(neighbours))))

    def right_response(self, material: Material) -> Response:
        ordered = sorted(material.choices, key=lambda choice: choice.place)
        return [choice.id for choice in ordered]
