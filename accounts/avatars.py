"""Pictures of people: whatever is handed in becomes a small WebP of our own making."""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from core.files.errors import FileRefused, too_large

MAX_BYTES = 2 * 1024 * 1024
# A picture of few bytes may unpack to very many: this much is held in memory at most, times four.
MAX_PIXELS = 25_000_000
# Each pass over a JPEG goes through all its pixels, however few bytes it has; cameras and editors
# make a dozen.
MAX_PASSES = 100
SIDE = 256
QUALITY = 82
# No SVG, which is a program; nothing rare either, whose decoders nobody looks at.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
ACCEPT = ".png,.jpg,.jpeg,.gif,.webp"


def make_avatar(upload: Any, *, field: str = "avatar") -> ContentFile:
    """A square of 256 pixels, upright, of the first frame, without what the camera wrote down.

    Raises `FileTooLarge` or `FileRefused`, whatever the file pretends to be.
    """
    if upload.size > MAX_BYTES:
        raise too_large(upload.name, MAX_BYTES, field=field)
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415  (heavy)

    if _passes_of_jpeg(upload) > MAX_PASSES:
        raise _refused(_broken(), field)
    upload.seek(0)
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _refused(_too_many_pixels(), field)
            return ContentFile(_square(picture))
    except UnidentifiedImageError:
        raise _refused(_no_picture(), field) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(_too_many_pixels(), field) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        # What Pillow says of files that begin as a picture and go on as something else.
        raise _refused(_broken(), field) from None


def _passes_of_jpeg(upload: Any) -> int:
    """0 for another format. Between the marks of a JPEG the bytes of one never stand together."""
    upload.seek(0)
    content: bytes = upload.read()
    return content.count(b"\xff\xda") if content.startswith(b"\xff\xd8") else 0


def _square(picture: Any) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415  (heavy)

    upright = ImageOps.exif_transpose(picture)
    has_holes = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    fitted = ImageOps.fit(upright.convert("RGBA" if has_holes else "RGB"), (SIDE, SIDE))
    # Onto a fresh one: profiles, places and comments are bound to the old.
    bare = Image.new(fitted.mode, fitted.size)
    bare.paste(fitted)
    made = BytesIO()
    bare.save(made, "WEBP", quality=QUALITY, method=4)
    return made.getvalue()


def _refused(reason: str, field: str) -> FileRefused:
    return FileRefused(reason, field=field)


def _no_picture() -> str:
    return _("This is no picture that we can read. Take a PNG, JPEG, GIF or WebP file.")


def _broken() -> str:
    return _("This picture is damaged, or in truth another file. Save it once more and try again.")


def _too_many_pixels() -> str:
    text = _("This picture has more than %(n)d million pixels. Make it smaller and try again.")
    return text % {"n": MAX_PIXELS // 1_000_000}
