"""How work looks to those who review it: waits and the hands that work is in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.timesince import timesince
from django.utils.translation import gettext

from accounts.models import User
from core.clock import now
from curriculum.models import Submission
from curriculum.review_queue import urgency_of

register = template.Library()

MINUTE = timedelta(minutes=1)


@register.filter
def wait_tone(since: datetime) -> str:
    return urgency_of(since, at=now())


@register.filter
def waited(since: datetime) -> str:
    """How long, in one unit: `3 days`."""
    at = now()
    return timesince(since, at, depth=1) if at - since >= MINUTE else gettext("under a minute")


@register.filter
def in_hands_of_another(submission: Submission, user: User) -> bool:
    return submission.is_claimed_from(user, at=now())


@register.filter
def with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


@register.filter
def name_of(person: User | None) -> str:
    return person.get_full_name() if person else gettext("Somebody who is no longer here")


@register.filter
def at_key(rows: Mapping[int, Any], key: int) -> Any:
    return rows.get(key, ())


@register.filter
def percent_label(percent: int) -> str:
    return gettext("{n}%").format(n=percent)
