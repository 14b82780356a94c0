"""`{% question_answer shown %}` to answer a question, `{% question_review shown %}` to look back.

`shown` comes from `questions.showing`: from `asked` for the one, from `reviewed` for the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.markdown import render_markdown
from core.widgets import FileDrop
from questions.kinds.fill_blanks import BLANK
from questions.models.bank import QuestionType
from questions.showing import (
    EMPTY,
    PARTLY,
    RIGHT,
    WAITING,
    WRONG,
    Blank,
    Reviewed,
    Shown,
)

register = template.Library()

HEADINGS_FROM = 4
_TYPE_LABELS = dict(QuestionType.choices)
UPLOAD = "-new"
TONES = {
    RIGHT: "positive",
    PARTLY: "caution",
    WRONG: "negative",
    WAITING: "accent",
    EMPTY: "neutral",
}
SIGNS = {
    RIGHT: "check",
    PARTLY: "circle-dot",
    WRONG: "x",
    WAITING: "clock",
    EMPTY: "circle-dashed",
}
# Markup and text of what was rendered and cleaned, so that a blank never lands inside a tag.
_TAG = re.compile(r"(<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)")


@register.simple_tag
def question_answer(shown: Shown) -> SafeString:
    return render_to_string("questions/parts/answer.html", {"shown": shown, **_text_of(shown)})


@register.simple_tag
def question_review(shown: Reviewed) -> SafeString:
    return render_to_string("questions/parts/review.html", {"shown": shown, **_text_of(shown)})


@register.filter
def upload_field(shown: Shown) -> BoundField:
    """The field through which files come: sent at once, or without scripts with their form."""
    name = shown.name + UPLOAD
    form = forms.Form()
    most = shown.max_files
    form.fields[name] = forms.FileField(
        label=ngettext("Your file", "Your files, at most %(n)d", most) % {"n": most},
        widget=FileDrop(multiple=most > 1),
    )
    form.use_required_attribute = False
    return form[name]


@register.filter
def state_tone(shown: Reviewed) -> str:
    return TONES[shown.state]


@register.filter
def state_icon(shown: Reviewed) -> str:
    return SIGNS[shown.state]


@register.filter
def state_label(shown: Reviewed) -> str:
    words = {
        RIGHT: _("Right"),
        PARTLY: _("Partly right"),
        WRONG: _("Not right"),
        WAITING: _("A person looks at it"),
        EMPTY: _("Not answered"),
    }
    return words[shown.state]


@register.filter
def type_label(type_: str) -> str:
    """Files may name types that there are not."""
    return str(_TYPE_LABELS.get(type_, type_))


def _text_of(shown: Shown) -> dict[str, Any]:
    """The question; with its blanks where they belong, and those that found no place after it."""
    if not shown.blanks:
        return {"text": render_markdown(shown.text, headings_from=HEADINGS_FROM), "left_over": []}
    part = "reviews/blank" if isinstance(shown, Reviewed) else "answers/blank"

    def drawn(blank: Blank) -> str:
        context = {"shown": shown, "blank": blank, "count": len(shown.blanks)}
        return render_to_string(f"questions/parts/{part}.html", context).strip()

    text, left_over = _with_blanks(shown, drawn)
    return {"text": text, "left_over": left_over}


def _with_blanks(
    shown: Shown, drawn: Callable[[Blank], str]
) -> tuple[SafeString, list[SafeString]]:
    """Blanks travel through Markdown and colouring as a word that stands nowhere else."""
    blanks = {blank.id: blank for blank in shown.blanks}
    word = "blank"
    while word in shown.text:
        word += "x"
    stand_in = re.compile(rf"{word}(\d+)z")
    marked = BLANK.sub(
        lambda found: f"{word}{blanks[found[1]].number}z" if found[1] in blanks else found[0],
        shown.text,
    )
    by_number = {str(blank.number): blank for blank in shown.blanks}
    placed: set[str] = set()

    def put(found: re.Match[str]) -> str:
        number = found[1]
        if number not in by_number or number in placed:
            return "…"
        placed.add(number)
        return drawn(by_number[number])

    parts = _TAG.split(render_markdown(marked, headings_from=HEADINGS_FROM))
    # Text and tags take turns, text first.
    parts[::2] = [stand_in.sub(put, part) for part in parts[::2]]
    parts[1::2] = [stand_in.sub("…", part) for part in parts[1::2]]
    left_over = [drawn(blank) for number, blank in by_number.items() if number not in placed]
    return (
        mark_safe("".join(parts)),  # noqa: S308 (cleaned before; the blanks escape what they say)
        [mark_safe(each) for each in left_over],  # noqa: S308
    )
