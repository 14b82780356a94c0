"""Pictures in the texts of questions: how they are made, and how a text names them.

Pure. A text shows one by its address, which also says how large it is, so that nothing moves when
it comes: `![what it shows](/api/files/<uuid>/?w=640&h=480)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from core.files.pictures import bare

# Wider than any text column on any screen is nothing but weight.
LONGEST_SIDE = 2_000
QUALITY = 88
_PATH = r"/api/files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
_NAMED = re.compile(_PATH)
# One of ours, and not the end of a longer address that leads elsewhere.
ADDRESS = re.compile(rf"(?<![\w.:/-]){_PATH}")
_NO_WORDS = re.compile(r"[\[\]\\\s]+")


@dataclass(frozen=True)
class Picture:
    content: bytes
    extension: str
    width: int
    height: int


def remake(opened: Any) -> Picture:
    """Ours, without what a camera wrote down; of what moves, the first picture.

    Drawings stay sharp: only what came as a photograph is stored as one.
    """
    format_ = opened.format
    fresh = bare(opened)
    fresh.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    made = BytesIO()
    if format_ == "JPEG":
        fresh.convert("RGB").save(made, "JPEG", quality=QUALITY, optimize=True)
    elif format_ == "WEBP":
        fresh.save(made, "WEBP", quality=QUALITY, method=4)
    else:
        fresh.save(made, "PNG")
    extension = {"JPEG": ".jpg", "WEBP": ".webp"}.get(format_, ".png")
    return Picture(made.getvalue(), extension, fresh.width, fresh.height)


def markdown_of(*, path: str, picture: Picture, words: str) -> str:
    return f"![{plain_words(words)}]({path}?w={picture.width}&h={picture.height})"


def plain_words(words: str) -> str:
    """What stands between the brackets, without what would end it."""
    return _NO_WORDS.sub(" ", words).strip()


def address_of(mark: UUID) -> str:
    return f"/api/files/{mark}/"


def named_in(texts: Iterable[str]) -> set[UUID]:
    """The pictures that these texts show."""
    return {UUID(mark) for text in texts for mark in _NAMED.findall(text)}
