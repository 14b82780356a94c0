"""Charts: what browsers get, what the table says, and inks that any eyes tell apart."""

import math
from decimal import Decimal
from itertools import combinations

import pytest
from django.template import Context, Template

from core.charts import MOST_SERIES, Chart, ChartKind, Series, spark
from core.styleguide.tokens import pairs

WEEKS = ("1", "2", "3")
# How colour-blind people see linear light (Machado, Oliveira, Fernandes 2009).
EYES = {
    "most": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# In OKLab, where 0.02 is what one just sees side by side.
APART = 0.1


def chart(kind=ChartKind.LINE, *series: Series, **options) -> Chart:
    return Chart(
        kind, "Week", WEEKS, series or [Series("Hours", (1, None, Decimal("2.5")))], **options
    )


def test_browsers_get_plain_numbers_and_gaps_where_there_are_none():
    assert chart().drawing["series"] == [{"name": "Hours", "values": [1.0, None, 2.5]}]


def test_the_table_says_the_same_with_the_unit_in_its_headings():
    page = Template(
        '{% load components %}{% component "chart_table" chart=chart caption="Hours" / %}'
    ).render(Context({"chart": chart(unit="h")}))
    for expected in ("Hours (h)", ">2.5</td>", ">–</td>"):  # noqa: RUF001
        assert expected in page


def test_the_strongest_ground_is_the_largest_value_and_nothing_has_none():
    days = chart(ChartKind.HEAT, Series("Mon", (0, 5, 10)), Series("Tue", (None, 10, 10)))
    assert [[cell.step for cell in cells] for _label, cells in days.rows] == [
        [0, 0],
        [2, 5],
        [5, 5],
    ]


@pytest.mark.parametrize(
    ("kind", "series"),
    [
        (ChartKind.LINE, [Series("Short", (1, 2))]),
        (ChartKind.LINE, [Series(str(n), (1, 2, 3)) for n in range(MOST_SERIES + 1)]),
        (ChartKind.SCATTER, [Series("Alone", (1, 2, 3))]),
    ],
)
def test_what_cannot_be_drawn_well_is_refused(kind, series):
    with pytest.raises(ValueError, match="series"):
        chart(kind, *series)


def test_a_small_line_reaches_from_edge_to_edge():
    assert spark((2, 4, 3), width=96, height=24) == [(0, 24), (48, 0), (96, 12)]
    assert spark((3, None, 3), width=96, height=24) == [(0, 24), (96, 24)]
    assert spark((), width=96, height=24) == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_any_two_series_look_different_to_all_eyes(theme, eyes):
    inks = [pairs()[f"series-{number}"][theme] for number in range(1, MOST_SERIES + 1)]
    alike = [
        (one, other)
        for one, other in combinations(inks, 2)
        if math.dist(seen(one, eyes), seen(other, eyes)) < APART
    ]
    assert not alike


def seen(colour: str, eyes: str) -> tuple[float, ...]:
    """In OKLab."""
    light = [linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    red, green, blue = (min(1.0, max(0.0, dot(row, light))) for row in EYES[eyes])
    cones = [
        math.cbrt(dot(row, (red, green, blue)))
        for row in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    ]
    return tuple(
        dot(row, cones)
        for row in (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        )
    )


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def dot(row, vector) -> float:
    return sum(one * other for one, other in zip(row, vector, strict=True))
