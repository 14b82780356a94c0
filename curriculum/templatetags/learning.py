"""How work and dates look: icons of kinds, tones of states, days in words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from core.files.kinds import SHOWN_TYPES
from core.files.models import StoredFile
from curriculum.models import DeliverableKind, RubricPoint, SubmissionStatus

register = template.Library()

ICONS = {
    DeliverableKind.LINK: "link",
    DeliverableKind.REPOSITORY: "git-branch",
    DeliverableKind.PULL_REQUEST: "git-pull-request",
    DeliverableKind.FILE: "paperclip",
    DeliverableKind.DASHBOARD: "chart-column",
    DeliverableKind.DEPLOYED_URL: "globe",
    DeliverableKind.TEXT: "file-text",
}
TONES = {
    SubmissionStatus.PENDING: "accent",
    SubmissionStatus.CHANGES_REQUESTED: "caution",
    SubmissionStatus.APPROVED: "positive",
    SubmissionStatus.REJECTED: "negative",
}
SIGNS = {
    SubmissionStatus.PENDING: "clock",
    SubmissionStatus.CHANGES_REQUESTED: "undo-2",
    SubmissionStatus.APPROVED: "check",
    SubmissionStatus.REJECTED: "x",
}
# Of the minor units that amounts are in; currencies without any are not offered.
MINOR = 100


@register.filter
def kind_icon(kind: str) -> str:
    return ICONS[DeliverableKind(kind)]


@register.filter
def status_tone(status: str) -> str:
    return TONES[SubmissionStatus(status)]


@register.filter
def status_icon(status: str) -> str:
    return SIGNS[SubmissionStatus(status)]


@register.filter
def is_picture(file: StoredFile) -> bool:
    """What a browser may show by itself."""
    return file.content_type in SHOWN_TYPES


@register.filter
def days_away(days: int) -> str:
    """How far a day is: what is past is said as plainly, and without blame."""
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days == -1:
        return gettext("yesterday")
    if days > 0:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}


@register.filter
def points_given(points: Iterable[RubricPoint]) -> int:
    return sum(point.points for point in points)


@register.filter
def points_possible(points: Iterable[RubricPoint]) -> int:
    return sum(point.most_points for point in points)


@register.filter
def price(plan: dict[str, Any]) -> str:
    amount = number_format(Decimal(plan["amount"]) / MINOR, 2, force_grouping=True)
    return f"{plan['currency']} {amount}".upper()
