"""How quizzes and points are said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import ngettext

from quizzes import standing
from quizzes.models import Attempt

register = template.Library()


@register.filter
def points(value: Decimal) -> str:
    """Without zeros that say nothing: 7, 7.5, 7.25."""
    plain = value.normalize()
    return number_format(plain.quantize(Decimal(1)) if plain == plain.to_integral() else plain)


@register.filter
def marks(value: Decimal) -> str:
    return ngettext("%(n)s point", "%(n)s points", 1 if value == 1 else 2) % {"n": points(value)}


@register.filter
def numbered(pattern: str, place: int) -> str:
    """A name with its `{n}` filled in; scripts fill it in anew where the place changes."""
    return pattern.replace("{n}", str(place))


@register.filter
def questions_count(quiz: Any) -> int:
    """With those drawn by chance; of a quiz that was fetched `with_counts`."""
    return int(quiz.listed_count) + sum(rule.count for rule in quiz.draw_rules.all())


@register.filter
def has_passed(attempt: Attempt) -> bool:
    return standing.has_passed(attempt, attempt.quiz)
