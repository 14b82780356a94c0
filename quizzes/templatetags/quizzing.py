"""What those who teach are told of quizzes: states, shares, times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.tables import Heading
from questions.models import Difficulty
from quizzes.models import DrawRule, QuizStatus

register = template.Library()

MINUTES_THAT_ARE_COUNTED = 100
TONES = {
    QuizStatus.DRAFT: "neutral",
    QuizStatus.PUBLISHED: "positive",
    QuizStatus.ARCHIVED: "caution",
}


@register.filter
def quiz_tone(status: str) -> str:
    return TONES[QuizStatus(status)]


@register.filter
def menu_id(quiz: Any) -> str:
    return f"quiz-menu-{quiz.pk}"


@register.filter
def difficulty_label(rule: DrawRule) -> str:
    return str(Difficulty(rule.difficulty).label)


@register.filter
def change_rule_address(rule: DrawRule, editor: str) -> str:
    """The editor's page, with the form of this rule in its place."""
    return f"{editor}?rule={rule.pk}#rule-{rule.pk}"


@register.filter
def whole_percent(value: float) -> int:
    """Rounded down, as what counts for passing is."""
    return int(value)


@register.filter
def percent_or_none(value: float | None) -> str:
    return "–" if value is None else str(int(value))  # noqa: RUF001


@register.filter
def how_long(time: timedelta | None) -> str:
    if time is None:
        return ""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < MINUTES_THAT_ARE_COUNTED:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


@register.simple_tag
def item_headings() -> list[Heading]:
    """Of the table of questions, which nobody sorts: the hardest come first."""
    return [
        Heading(_("Question"), "text", "", ""),
        Heading(_("Facility"), "number", "", ""),
        Heading(_("Discrimination"), "number", "", ""),
        Heading(_("Answers"), "number", "", ""),
        Heading(_("Most chosen wrong"), "text", "", ""),
    ]
