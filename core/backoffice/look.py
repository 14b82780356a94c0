"""How the admin looks: the scales of its theme in the roles of our own stylesheet.

The theme takes light steps of a scale in the light and dark ones in the dark. A step that means
one thing in both is that role; one that means two things has a role for each.
"""

from django.http import HttpRequest
from django.templatetags.static import static


def _turning(light: str, dark: str) -> str:
    return f"light-dark(var(--{light}), var(--{dark}))"


COLOURS = {
    "base": {
        "50": "var(--surface)",
        "100": _turning("sunken", "text"),
        "200": _turning("line", "text"),
        "300": _turning("edge", "text"),
        "400": "var(--muted)",
        "500": "var(--muted)",
        "600": _turning("text", "edge"),
        "700": _turning("text", "line"),
        "800": _turning("text", "line"),
        "900": _turning("text", "surface"),
        "950": _turning("text", "sunken"),
    },
    "primary": {
        "50": "var(--accent-soft)",
        "100": "var(--accent-soft)",
        "200": "var(--accent-soft)",
        "300": "var(--accent)",
        "400": "var(--accent)",
        "500": "var(--accent)",
        # The ground of buttons, whose words are white in both themes.
        "600": _turning("accent", "accent-turned"),
        "700": _turning("accent-strong", "accent-turned"),
        "800": "var(--accent-soft)",
        "900": "var(--accent-soft)",
        "950": "var(--accent-soft)",
    },
    "font": {
        "subtle-light": "var(--muted)",
        "subtle-dark": "var(--muted)",
        "default-light": "var(--text)",
        "default-dark": "var(--text)",
        "important-light": "var(--text)",
        "important-dark": "var(--text)",
    },
}


def mark(request: HttpRequest) -> str:
    return static("img/mark.svg")
