"""Subject and chapter as Moodle's categories: a path whose parts are parted by slashes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ROOTS = re.compile(r"^(\$(course|module|system|cat\d+)\$|top)$")


def category_of(written: Mapping[str, Any]) -> str:
    """A slash within a name is doubled, as Moodle does."""
    places = [written.get("subject", ""), written.get("chapter", "")]
    return "/".join(["$course$/top", *(each.replace("/", "//") for each in places if each)])


def place_in(category: str) -> dict[str, str]:
    parts = [
        part.replace("//", "/").strip()
        for part in re.split(r"(?<!/)/(?!/)", " ".join(category.split()))
    ]
    names = [part for part in parts if part and not _ROOTS.match(part)]
    return dict(zip(("subject", "chapter"), names, strict=False))
