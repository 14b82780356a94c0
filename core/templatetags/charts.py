"""Small drawings that the server makes: no script, no library."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.formats import number_format

from core import charts
from core.templatetags.appearance import plain

register = template.Library()

WIDTH, HEIGHT = 96, 24


@register.filter
def figure(value: charts.Value) -> str:
    """As the reader writes numbers, with two decimals at most."""
    return "–" if value is None else number_format(Decimal(plain(value)), force_grouping=True)  # noqa: RUF001


@register.filter
def spark(values: Sequence[charts.Value]) -> list[tuple[float, float]]:
    return charts.spark(values, width=WIDTH, height=HEIGHT)


@register.filter
def polyline(points: list[tuple[float, float]]) -> str:
    """As SVG wants it, in every language."""
    return " ".join(f"{x:g},{y:g}" for x, y in points)


@register.filter
def graduations(count: int) -> range:
    """Every division of a rule, both ends with it."""
    return range(int(count) + 1)
