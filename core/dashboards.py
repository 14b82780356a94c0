"""The first page behind the sign-in: cards that apps put there, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core.policies import can
from core.registries import dashboard_cards

if TYPE_CHECKING:
    from core.policies import Person


class Place(StrEnum):
    """Where on the page. Of the cards for `NEXT`, the first that has something is the only one."""

    NEXT = "next"
    STATS = "stats"
    MAIN = "main"
    ASIDE = "aside"


@dataclass(frozen=True)
class DashboardCard:
    """Registered in `AppConfig.ready`; shown to whom the policy allows it, in the order of `order`.

    `fill` looks up what the template shows as `card`; nothing means that there is no such card for
    this person now.
    """

    place: Place
    template: str
    policy: str
    order: int
    fill: Callable[[Any, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True)
class FilledCard:
    template: str
    content: Mapping[str, Any]


def dashboard_of(user: Person, *, at: datetime) -> dict[str, list[FilledCard]]:
    """What this person sees now, by place."""
    filled: dict[str, list[FilledCard]] = {place: [] for place in Place}
    for card in sorted((card for _name, card in dashboard_cards), key=lambda card: card.order):
        is_taken = card.place is Place.NEXT and filled[Place.NEXT]
        if is_taken or not can(user, card.policy):
            continue
        content = card.fill(user, at)
        if content is not None:
            filled[card.place].append(FilledCard(card.template, content))
    return filled
