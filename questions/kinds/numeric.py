"""A number, within a tolerance, perhaps with a unit.

Written as `value`, `tolerance` (a number, or a text such as `2%`), `units: [{unit, factor}]` where
one of another unit counts `factor` of the value's own, and `unit_required`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from questions.kinds.base import (
    RIGHT,
    WRONG,
    BadResponse,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
    as_kept,
    flag_in,
    list_in,
    text_of,
)

LONGEST = 100
MOST_UNITS = 10
MOST_DIGITS = 40
# What is taken is never given back: else spaces could be parted in very many ways.
_ANSWER = re.compile(
    r"(?P<number>[-+]?(?:\d[\d ]*+(?:[.,]\d*+)?+|[.,]\d++)(?:[eE][-+]?\d{1,3}+)?+)"
    r"\s*+(?P<unit>[^\d\s].{0,30}|)",
    re.DOTALL,
)


class Numeric(Kind):
    type = "NUMERIC"

    def read(self, written: Mapping[str, Any]) -> tuple[Outline | None, list[Problem]]:
        problems: list[Problem] = []
        text = text_of(written, problems)
        value = _decimal(written.get("value"))
        if value is None:
            problems.append(Problem("value", _("Write a number.")))
        tolerance = _read_tolerance(written.get("tolerance"), value, problems)
        units = _read_units(written, problems)
        unit_required = flag_in(written, "unit_required", problems)
        if unit_required and not units:
            problems.append(Problem("units", _("Write the units that count.")))
        if problems:
            return None, problems
        key = {
            "value": str(value),
            "tolerance": str(tolerance),
            "units": units,
            "unit_required": unit_required,
        }
        return Outline(self.type, text, body={"has_units": bool(units)}, key=key), []

    def write(self, outline: Outline) -> dict[str, Any]:
        key = outline.key
        return {
            "text": outline.text,
            "value": key["value"],
            "tolerance": key["tolerance"],
            **({"units": key["units"]} if key["units"] else {}),
            **({"unit_required": True} if key["unit_required"] else {}),
        }

    def parse(self, material: Material, raw: object) -> Response:
        """A number, or words such as `9.81 m/s²`; kept as they were given."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise BadResponse(_("Answer with a number."))
        said = as_kept(raw).strip() if isinstance(raw, str) else repr(raw)
        if not said:
            return None
        if len(said) > LONGEST or _split(said) is None:
            raise BadResponse(_("Answer with a number such as 0.5, -3 or 1.2e6."))
        return said

    def grade(self, material: Material, response: Response) -> Grade:
        found = _split(response) if isinstance(response, str) else None
        if found is None:
            return WRONG
        number, unit = found
        factor = self._factor(material, unit)
        if factor is None:
            return WRONG
        value = Decimal(material.key["value"])
        tolerance = Decimal(material.key["tolerance"])
        return RIGHT if abs(number * factor - value) <= tolerance else WRONG

    def right_response(self, material: Material) -> Response:
        units = material.key["units"]
        own = next((each["unit"] for each in units if Decimal(each["factor"]) == 1), "")
        return f"{material.key['value']} {own}".strip()

    @staticmethod
    def _factor(material: Material, unit: str) -> Decimal | None:
        units = {_plain(each["unit"]): Decimal(each["factor"]) for each in material.key["units"]}
        if not unit:
            return None if material.key["unit_required"] else Decimal(1)
        return units.get(_plain(unit))


def number_and_unit(said: str) -> tuple[str, str]:
    """As they were written; all of it is the number where it is none."""
    found = _found_in(said)
    return (found["number"].strip(), found["unit"].strip()) if found else (said, "")


def _split(said: str) -> tuple[Decimal, str] | None:
    found = _found_in(said)
    if found is None:
        return None
    number = _decimal(found["number"].replace(" ", "").replace(",", "."))
    return None if number is None else (number, found["unit"].strip())


def _found_in(said: str) -> re.Match[str] | None:
    return _ANSWER.fullmatch(said.strip()) if len(said) <= LONGEST else None


def _decimal(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    text = repr(raw) if isinstance(raw, float) else str(raw).strip()
    if len(text) > MOST_DIGITS:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    is_sane = number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS
    return number if is_sane else None


def _read_tolerance(raw: object, value: Decimal | None, problems: list[Problem]) -> Decimal:
    """Absolute, from a number, or from a share of the value such as `2%`."""
    if raw is None or raw == "":
        return Decimal(0)
    is_share = isinstance(raw, str) and raw.strip().endswith("%")
    number = _decimal(raw.strip().removesuffix("%") if isinstance(raw, str) else raw)
    if number is None or number < 0:
        problems.append(Problem("tolerance", _("Write a number from 0, or a share such as 2%.")))
        return Decimal(0)
    return abs(value or Decimal(0)) * number / 100 if is_share else number


def _read_units(written: Mapping[str, Any], problems: list[Problem]) -> list[dict[str, str]]:
    rows, units = list_in(written, "units", problems), []
    for row in rows[:MOST_UNITS]:
        given = {"unit": row, "factor": 1} if isinstance(row, str) else row
        unit = given.get("unit") if isinstance(given, Mapping) else None
        factor = _decimal(given.get("factor", 1)) if isinstance(given, Mapping) else None
        is_unit = isinstance(unit, str) and 0 < len(unit.strip()) <= 30 and not unit[0].isdigit()
        if not is_unit or factor is None or factor == 0:
            problems.append(Problem("units", _("Each unit has a name, and a factor other than 0.")))
            continue
        units.append({"unit": str(unit).strip(), "factor": str(factor)})
    if len(rows) > MOST_UNITS:
        problems.append(Problem("units", _("Write at most %(most)s units.") % {"most": MOST_UNITS}))
    if len({_plain(each["unit"]) for each in units}) != len(units):
        problems.append(Problem("units", _("Two units have the same name.")))
    return units


def _plain(unit: str) -> str:
    return "".join(unit.split())
