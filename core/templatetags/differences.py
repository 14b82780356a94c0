"""A line of a difference, with marks around what its other state does not have."""

from __future__ import annotations

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.differences import Line

register = template.Library()


@register.filter
def marked(line: Line) -> SafeString:
    shown = (
        f"<mark>{escape(piece.text)}</mark>" if piece.is_marked else escape(piece.text)
        for piece in line.pieces
    )
    return mark_safe("".join(shown))  # noqa: S308  (each piece is escaped)
