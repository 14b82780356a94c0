"""The way around: what apps put into the side navigation, as far as a person may go there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import Promise

from core.policies import can
from core.registries import navigation

if TYPE_CHECKING:
    from core.policies import Person

ON_PHONES = 4


@dataclass(frozen=True)
class NavigationItem:
    """Registered in `AppConfig.ready`; shown to whom the policy allows it.

    Items of one `group` stand together, groups and items in the order of `order`. Phones have room
    for the first few that are `on_phone`. `count` is asked on every page: it must be cheap.
    `elsewhere` are the beginnings of addresses that belong to it, though they do not lie under it.
    """

    label: str | Promise
    icon: str
    url: str
    policy: str
    order: int
    group: str | Promise = ""
    on_phone: bool = False
    count: Callable[[Any], int] | None = None
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    label: str
    icon: str
    href: str
    is_current: bool
    on_phone: bool = False
    count: int = 0


@dataclass(frozen=True)
class PlaceGroup:
    title: str
    items: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Navigation:
    groups: list[PlaceGroup]

    @property
    def for_phones(self) -> list[Place]:
        places = [place for group in self.groups for place in group.items if place.on_phone]
        return places[:ON_PHONES]


def navigation_of(user: Person, path: str) -> Navigation:
    """What this person sees while they are at this path."""
    entries = sorted((item for _name, item in navigation), key=lambda item: item.order)
    open_to_them = [(item, reverse(item.url)) for item in entries if can(user, item.policy)]
    here = _nearest(
        {part: href for item, href in open_to_them for part in (href, *item.elsewhere)}, path
    )
    places = [(item.group, _place(item, href, here, user)) for item, href in open_to_them]
    return Navigation(
        [
            PlaceGroup(str(title), [place for _title, place in members])
            for title, members in groupby(places, key=lambda each: each[0])
        ]
    )


def _nearest(addresses: Mapping[str, str], path: str) -> str:
    """Of the longest beginning that the path has, the place; a start page is only ever itself."""
    beginnings = (each for each in addresses if path.startswith(each))
    return addresses.get(max(beginnings, key=len, default=""), "")


def _place(item: NavigationItem, href: str, here: str, user: Person) -> Place:
    return Place(
        label=str(item.label),
        icon=item.icon,
        href=href,
        is_current=href == here,
        on_phone=item.on_phone,
        count=item.count(user) if item.count else 0,
    )
