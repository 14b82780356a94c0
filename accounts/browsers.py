"""What a browser or an app calls itself, in two words that its owner knows."""

import re

# The first that fits: browsers name those that they descend from as well.
_PROGRAMS = (
    ("ApraNova", r"ApraNova/"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPad", r"iPad"),
    ("iPhone", r"iPhone|iOS"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def describe(user_agent: str) -> str:
    """`Firefox, Windows`; the first word of a program that nobody knows."""
    found = [name for names in (_PROGRAMS, _SYSTEMS) if (name := _first(names, user_agent))]
    return ", ".join(found) or user_agent.partition(" ")[0].partition("/")[0]


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), None)
