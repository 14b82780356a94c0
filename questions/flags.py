"""What answers say of a question that its author should hear, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.statistics import ItemStatistics, is_key_doubtful


@dataclass(frozen=True)
class Flag:
    """`label` is what a list calls them, `badge` what stands at one; `tip` is what to do."""

    name: str
    label: str | Promise
    badge: str | Promise
    tone: str
    title: str | Promise
    tip: str | Promise
    found: Callable[[Any], Any]


FLAGS = {
    flag.name: flag
    for flag in (
        Flag(
            "key",
            _("Key looks wrong"),
            _("Key?"),
            "negative",
            _("Look at the key"),
            _(
                "Those who do well elsewhere do worse here. Often the wrong choice is marked as "
                "right, or the question can be read in two ways."
            ),
            lambda versions: versions.with_doubtful_key(),
        ),
        Flag(
            "easy",
            _("Too easy"),
            _("Too easy"),
            "caution",
            _("Nearly everybody gets this right"),
            _(
                "It tells nobody apart. Make the wrong choices more tempting, ask for a reason, or "
                "keep it to warm up."
            ),
            lambda versions: versions.too_easy(),
        ),
        Flag(
            "hard",
            _("Too hard"),
            _("Too hard"),
            "caution",
            _("Hardly anybody gets this right"),
            _(
                "Look whether the key is right and the question says all that one needs. If both "
                "are sound, it asks for something that was not taught yet."
            ),
            lambda versions: versions.too_hard(),
        ),
        Flag(
            "unused",
            _("Never answered"),
            "",
            "neutral",
            _("Nobody has answered this yet"),
            _(
                "Put these into a quiz or into a chapter that one draws from, or retire what you "
                "do not mean to ask."
            ),
            lambda versions: versions.never_answered(),
        ),
    )
}


def flags_of(statistics: ItemStatistics, *, type_: str) -> list[Flag]:
    """What one question is flagged for. One that nobody answered says so by itself."""
    raised = {
        "key": is_key_doubtful(statistics, type_=type_),
        "easy": statistics.is_too_easy,
        "hard": statistics.is_too_hard,
    }
    return [FLAGS[name] for name, is_raised in raised.items() if is_raised]
