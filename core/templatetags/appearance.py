"""How people and times look: initials, a colour that stays, moments in the reader's own zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zlib import crc32

from django import template
from django.core.paginator import Page
from django.utils.formats import date_format
from django.utils.timesince import timesince, timeuntil
from django.utils.timezone import localtime
from django.utils.translation import gettext

from core.clock import now

register = template.Library()

HUES = 6


@register.filter
def initials(name: str) -> str:
    """Two letters at most: of the first and the last word."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    picked = words if len(words) < 3 else [words[0], words[-1]]
    return "".join(word[0] for word in picked).upper() or "?"


@register.filter
def hue(name: str) -> int:
    """One of the avatars' colours, the same for the same name everywhere."""
    return crc32(str(name).encode()) % HUES + 1


@register.filter
def plain(value: float | Decimal) -> str:
    """A number as HTML wants it, in every language."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


@register.filter
def share(value: float | Decimal, most: float | Decimal = 100) -> str:
    """How much of the most it is, in hundredths, within 0 and 100."""
    return plain(_hundredths(value, most))


@register.filter
def percent(value: float | Decimal, most: float | Decimal = 100) -> str:
    """Never 100 before the end, never 0 after the start."""
    exact = _hundredths(value, most)
    shown = round(exact) if exact in {0, 100} else min(99, max(1, round(exact)))
    return gettext("{n}%").format(n=shown)


@register.filter
def elided(page: Page[object]) -> Iterator[int | str]:
    """The page numbers worth showing."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def tone(level: str) -> str:
    """Of Django's message levels."""
    return {"success": "positive", "warning": "caution", "error": "negative"}.get(level, "neutral")


@register.filter
def ago(at: datetime) -> str:
    """Near moments by distance, far ones by date."""
    distance = now() - at
    if abs(distance) < timedelta(minutes=1):
        return gettext("just now")
    if abs(distance) > timedelta(days=7):
        return date_format(localtime(at), "DATE_FORMAT")
    if distance > timedelta(0):
        return gettext("{time} ago").format(time=timesince(at, now(), depth=1))
    return gettext("in {time}").format(time=timeuntil(at, now(), depth=1))


def _hundredths(value: float | Decimal, most: float | Decimal) -> float:
    return min(100.0, max(0.0, 100 * float(value) / float(most))) if most else 0.0
