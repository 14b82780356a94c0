"""Finds the places in docs/ that are generated, and fills them.

A place stands between `<!-- generated: name -->` and `<!-- end of name -->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.registries import generated_docs

_PLACE = re.compile(
    r"(?P<start><!-- generated: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Page:
    """`fresh` is the text as it ought to be."""

    path: Path
    text: str
    fresh: str

    @property
    def is_stale(self) -> bool:
        return self.text != self.fresh


def pages_of(folder: Path) -> Iterator[Page]:
    parts: dict[str, str] = {}
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text()
        yield Page(path, text, _PLACE.sub(lambda place: _filled(place, parts), text))


def homeless_parts(folder: Path) -> list[str]:
    """Parts that no page has a place for."""
    there = {place["name"] for page in pages_of(folder) for place in _PLACE.finditer(page.text)}
    return [name for name, _part in generated_docs if name not in there]


def _filled(place: re.Match[str], parts: dict[str, str]) -> str:
    name = place["name"]
    if name not in parts:
        part = generated_docs.get(name)
        if part is None:
            raise LookupError(f"nothing generates {name!r}: no app has registered it")
        parts[name] = part()
    return f"{place['start']}\n{parts[name]}\n\n{place['end']}"
