"""Pictures of people: whatever is handed in becomes a small WebP of our own making."""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile

from core.files.pictures import ACCEPT, bare, made_anew

MAX_BYTES = 2 * 1024 * 1024
SIDE = 256
QUALITY = 82

__all__ = ["ACCEPT", "MAX_BYTES", "SIDE", "make_avatar"]


def make_avatar(upload: Any, *, field: str = "avatar") -> ContentFile:
    """A square of 256 pixels, upright, of the first frame, without what the camera wrote down.

    Raises `FileTooLarge` or `FileRefused`, whatever the file pretends to be.
    """
    return ContentFile(made_anew(upload, _square, max_bytes=MAX_BYTES, field=field))


def _square(picture: Any) -> bytes:
    from PIL import ImageOps  # noqa: PLC0415  (heavy)

    made = BytesIO()
    ImageOps.fit(bare(picture), (SIDE, SIDE)).save(made, "WEBP", quality=QUALITY, method=4)
    return made.getvalue()
