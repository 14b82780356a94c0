"""Pictures from strangers: read with care, and written anew by us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from core.files.errors import FileRefused, too_large

# A picture of few bytes may unpack to very many: this much is held in memory at most, times four.
MAX_PIXELS = 25_000_000
# Each pass over a JPEG goes through all its pixels, however few bytes it has; cameras and editors
# make a dozen.
MAX_PASSES = 100
# No SVG, which is a program; nothing rare either, whose decoders nobody looks at.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
ACCEPT = ".png,.jpg,.jpeg,.gif,.webp"

_Made = TypeVar("_Made")


def made_anew(upload: Any, make: Callable[[Any], _Made], *, max_bytes: int, field: str) -> _Made:
    """What `make` makes of the picture, which it is given opened and not yet unpacked.

    Raises `FileTooLarge` or `FileRefused`, whatever the file pretends to be.
    """
    if upload.size > max_bytes:
        raise too_large(upload.name, max_bytes, field=field)
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  (heavy)

    if _passes_of_jpeg(upload) > MAX_PASSES:
        raise FileRefused(_broken(), field=field)
    upload.seek(0)
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise FileRefused(_too_many_pixels(), field=field)
            return make(picture)
    except UnidentifiedImageError:
        raise FileRefused(_no_picture(), field=field) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise FileRefused(_too_many_pixels(), field=field) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        # What Pillow says of files that begin as a picture and go on as something else.
        raise FileRefused(_broken(), field=field) from None


def bare(picture: Any) -> Any:
    """Upright, on a fresh ground: profiles, places and comments are bound to the old one."""
    from PIL import Image, ImageOps  # noqa: PLC0415  (heavy)

    upright = ImageOps.exif_transpose(picture)
    has_holes = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_holes else "RGB")
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _passes_of_jpeg(upload: Any) -> int:
    """0 for another format. Between the marks of a JPEG the bytes of one never stand together."""
    upload.seek(0)
    content: bytes = upload.read()
    return content.count(b"\xff\xda") if content.startswith(b"\xff\xd8") else 0


def _no_picture() -> str:
    return _("This is no picture that we can read. Take a PNG, JPEG, GIF or WebP file.")


def _broken() -> str:
    return _("This picture is damaged, or in truth another file. Save it once more and try again.")


def _too_many_pixels() -> str:
    text = _("This picture has more than %(n)d million pixels. Make it smaller and try again.")
    return text % {"n": MAX_PIXELS // 1_000_000}
