"""How people and times look: initials, a colour that stays, moments in the reader's own zone."""

from __future__ import annotations

from zlib import crc32

from django import template

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
