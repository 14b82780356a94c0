"""The tokens as the stylesheet has them, so that what is shown is what is used."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

_TOKEN = re.compile(r"^ {2}--([a-z0-9-]+): ([^;]+);", re.MULTILINE)
_PAIR = re.compile(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
NAMES = {
    "surface": "Paper",
    "raised": "Sheet",
    "sunken": "Well",
    "text": "Ink",
    "muted": "Graphite",
    "line": "Hairline",
    "edge": "Edge",
    "accent": "Cyanotype",
    "positive": "Verdigris",
    "caution": "Ochre",
    "negative": "Vermilion",
}
_SCALES = {
    "type": ("note", "body", "lead", "title", "head", "display"),
    "space": tuple(f"space-{n}" for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)),
}


def tokens() -> dict[str, str]:
    """Those of `:root`, before any preference changes them."""
    folder = Path(settings.BASE_DIR) / "static" / "css" / "tokens"
    css = (folder / "tokens.css").read_text().partition(":root {")[2].partition("\n}")[0]
    return dict(_TOKEN.findall(css))


def pairs() -> dict[str, tuple[str, str]]:
    """Colour roles, light and dark."""
    found = {name: _PAIR.fullmatch(value) for name, value in tokens().items()}
    return {name: (match[1], match[2]) for name, match in found.items() if match}


def palette() -> list[dict[str, str]]:
    known = pairs()
    return [
        {"role": role, "name": name, "light": known[role][0], "dark": known[role][1]}
        for role, name in NAMES.items()
    ]


def scales() -> dict[str, list[tuple[str, str]]]:
    known = tokens()
    return {scale: [(name, known[name]) for name in names] for scale, names in _SCALES.items()}
