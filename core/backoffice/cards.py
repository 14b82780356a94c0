"""What the admin's first page shows: cards with a figure and small bars, by whoever has some."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from core.registries import Registry

BAR_HEIGHT = 48
BAR_WIDTH = 14
GAP = 4

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


# By name, which is also their order; each makes its card at the moment it is asked.
admin_cards: Registry[Callable[[datetime], Card]] = Registry("admin cards")
