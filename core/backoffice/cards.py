"""What the admin's first page shows: cards with a figure and small bars, by whoever has some."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise

from core.registries import Registry

BAR_HEIGHT = 48
BAR_WIDTH = 14
GAP = 4
DAYS = 14

Text = str | Promise


@dataclass(frozen=True)
class Bar:
    label: Text
    value: int


@dataclass(frozen=True)
class Drawn:
    """A bar as the SVG draws it."""

    bar: Bar
    x: int
    y: int
    height: int
    width: int = BAR_WIDTH


@dataclass(frozen=True)
class Card:
    title: Text
    figure: int
    caption: Text
    bars: Sequence[Bar] = ()
    link: str = ""
    height: int = BAR_HEIGHT

    @property
    def width(self) -> int:
        return max(1, len(self.bars) * (BAR_WIDTH + GAP) - GAP)

    @property
    def largest(self) -> int:
        return max((bar.value for bar in self.bars), default=0)

    @property
    def drawn(self) -> Iterator[Drawn]:
        """Bars to scale; what is not nothing can be seen, however small it is beside the rest."""
        for place, bar in enumerate(self.bars):
            height = max(2, round(BAR_HEIGHT * bar.value / self.largest)) if bar.value else 0
            yield Drawn(bar, x=place * (BAR_WIDTH + GAP), y=BAR_HEIGHT - height, height=height)


def bars_by_day(
    rows: models.QuerySet[Any], moment: str, *, at: datetime, ahead: bool = False
) -> list[Bar]:
    """How many rows had their moment on each of the last days, or have it on each of the next."""
    today = timezone.localdate(at)
    days = [today + timedelta(days=away if ahead else -away) for away in range(DAYS)]
    first, last = min(days), max(days)
    counted = dict(
        rows.filter(**{f"{moment}__gte": _midnight(first), f"{moment}__lt": _midnight(last, 1)})
        .order_by()
        .values_list(TruncDate(moment))
        .annotate(rows=Count("pk"))
    )
    return [Bar(date_format(day, "M j"), counted.get(day, 0)) for day in sorted(days)]


def _midnight(day: date, later: int = 0) -> datetime:
    """Where a day begins for whoever looks, as bounds that an index knows."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=later), time.min))


# By name, which is also their order; each makes its card at the moment it is asked.
admin_cards: Registry[Callable[[datetime], Card]] = Registry("admin cards")
