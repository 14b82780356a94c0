"""Charts: what is drawn, and the same numbers as the rows of the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy

from core.tables import Heading

# One for each ink of the stylesheet. More lines than that nobody tells apart: sum up the rest.
MOST_SERIES = 5
HEAT_STEPS = 5
Value = float | Decimal | None


class ChartKind(StrEnum):
    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    # A dot for each label: the first series runs across, the second upward.
    SCATTER = "scatter"
    # The table itself, with a ground that is the stronger the larger the value.
    HEAT = "heat"


@dataclass(frozen=True)
class Series:
    """A value for each label of the chart; None where there is none."""

    name: str | Promise
    values: Sequence[Value]


@dataclass(frozen=True)
class Cell:
    label: str | Promise
    value: Value
    step: int


@dataclass(frozen=True)
class Chart:
    """`of` says what the labels are, such as weeks; `unit` is written after each value."""

    kind: ChartKind
    of: str | Promise
    labels: Sequence[str | Promise]
    series: Sequence[Series]
    unit: str = ""

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError("Every series of a chart has a value for each of its labels")
        if self.kind != ChartKind.HEAT and len(self.series) > MOST_SERIES:
            raise ValueError(f"A chart has {MOST_SERIES} series at most")
        if self.kind == ChartKind.SCATTER and len(self.series) != 2:
            raise ValueError("Dots are scattered by two series")

    @property
    def is_drawn(self) -> bool:
        """By the chart library; a heat map is a table."""
        return self.kind != ChartKind.HEAT

    @property
    def has_keys(self) -> bool:
        """One series needs no legend, and the two of a scatter are the axes."""
        return len(self.series) > 1 and self.kind != ChartKind.SCATTER

    @property
    def headings(self) -> list[Heading]:
        named = [_with_unit(each.name, self.unit) for each in self.series]
        return [
            Heading(self.of, "text", "", ""),
            *(Heading(name, "number", "", "") for name in named),
        ]

    @property
    def rows(self) -> Iterator[tuple[str | Promise, list[Cell]]]:
        known = [float(value) for each in self.series for value in each.values if value is not None]
        least, most = min(known, default=0.0), max(known, default=0.0)
        for index, label in enumerate(self.labels):
            cells = [(each.name, each.values[index]) for each in self.series]
            yield label, [Cell(name, value, _step(value, least, most)) for name, value in cells]

    @property
    def drawing(self) -> dict[str, Any]:
        """As the browser gets it."""
        return {
            "kind": self.kind,
            "of": self.of,
            "unit": self.unit,
            "labels": list(self.labels),
            "series": [
                {"name": each.name, "values": [_number(value) for value in each.values]}
                for each in self.series
            ],
        }


def spark(values: Sequence[Value], *, width: int, height: int) -> list[tuple[float, float]]:
    """Points of a small line from edge to edge, the largest value at the top."""
    known = [float(value) for value in values if value is not None]
    least, most = min(known, default=0.0), max(known, default=0.0)
    span = (most - least) or 1.0
    across = width / max(1, len(known) - 1)
    return [
        (round(index * across, 1), round(height * (1 - (value - least) / span), 1))
        for index, value in enumerate(known)
    ]


def _with_unit(name: str | Promise, unit: str) -> str | Promise:
    return format_lazy("{} ({})", name, unit) if unit else name


def _step(value: Value, least: float, most: float) -> int:
    """From 0 for the least to the last step for the most; 0 too where all are alike or none is."""
    if value is None or most == least:
        return 0
    return round(HEAT_STEPS * (float(value) - least) / (most - least))


def _number(value: Value) -> float | None:
    return None if value is None else float(value)
