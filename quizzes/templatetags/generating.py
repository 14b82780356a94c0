"""How the making of a quiz is said: what was wished for, how far it is, why it failed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.generating import Draft
from quizzes.models import Generation, GenerationState

register = template.Library()

TONES = {
    GenerationState.RUNNING: "accent",
    GenerationState.SUCCEEDED: "positive",
    GenerationState.FAILED: "negative",
    GenerationState.CANCELLED: "neutral",
}
CENT = Decimal("0.01")


@register.filter
def generation_tone(state: str) -> str:
    return TONES[GenerationState(state)]


@register.filter
def wished_for(generation: Generation) -> str:
    count = generation.asked_count
    said = ngettext("%(n)d question, %(how)s", "%(n)d questions, %(how)s", count)
    how = str(generation.get_type_display())
    return said % {"n": count, "how": how[:1].lower() + how[1:]}


@register.filter
def dollars(cost: Decimal) -> str:
    """What costs less than a cent is not free."""
    return _("under 1 ct") if cost < CENT else f"${cost.quantize(CENT)}"


@register.filter
def step_name(name: str) -> str:
    names = {
        "asked": _("asked for"),
        "received": _("received"),
        "checked": _("sound"),
        "saved": _("saved"),
    }
    return names[name]


@register.filter
def why_not(generation: Generation) -> str:
    """In the words of whoever failed; a fault of ours says so."""
    said = (generation.error or {}).get("message", "")
    return str(said or _("It was interrupted, and nobody knows at what."))


@register.filter
def what_to_do(generation: Generation) -> str:
    """By the kind of failure."""
    advice = {
        "GENERATOR_AWAY": _("Nothing is lost: try again in a few minutes, with the same wish."),
        "GENERATOR_REFUSED": _("Trying again will not help before an admin has looked at it."),
        "AI_NOT_CONFIGURED": _("Questions from a text or a file work without."),
        "VALIDATION_ERROR": _("Choose another file, or paste its text."),
        "THROTTLED": _("Try again when there is room."),
    }
    code = (generation.error or {}).get("code", "")
    return str(advice.get(code) or _("Try again. If it fails once more, change the wish."))


@register.filter
def needs_another_wish(generation: Generation) -> bool:
    """The same one would come to the same, and the message says what to change."""
    return (generation.error or {}).get("code", "") in {"BLOCKED", "NOTHING_MADE"}


@register.filter
def fault_words(fault: str) -> str:
    """`field: message` without the field, which means something to programs only."""
    field, found, message = fault.partition(": ")
    return message if found and field.isidentifier() else fault


@register.filter
def change_address(generation: Generation) -> str:
    return f"{reverse('quiz_generate')}?{urlencode({'from': str(generation.pk)})}"


@register.filter
def edit_address(draft: Draft, generation: Generation) -> str:
    """The editor's address, from which one comes back to this draft."""
    key = draft.question.pk
    here = f"{reverse('quiz_generation', args=[generation.pk])}#question-{key}"
    return f"{reverse('question_edit', args=[key])}?{urlencode({'next': here})}"


@register.filter
def both(one: Any, other: Any) -> bool:
    return bool(one and other)
