"""Pictures that are small to send and long to unpack."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.avatars import make_avatar
from core.files.errors import FileRefused
from core.tests.runaways import not_running_away

SIDE = 2000


def progressive() -> bytes:
    made = BytesIO()
    Image.new("L", (SIDE, SIDE), 128).save(made, "JPEG", progressive=True, quality=50)
    return made.getvalue()


def with_passes(count: int) -> bytes:
    """The last pass over the picture, with its table, once more and once more."""
    whole = progressive()
    last = whole.rindex(b"\xff\xc4")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("me.jpg", content, "image/jpeg")


def test_a_picture_of_thousands_of_passes_is_refused_before_it_is_unpacked():
    """Each costs 64 bytes to send, and one pass through all pixels to read: minutes in 400 KB."""
    bomb = with_passes(1000)
    assert len(bomb) < 400_000
    with not_running_away(), pytest.raises(FileRefused):
        make_avatar(upload(bomb))


def test_what_cameras_and_editors_make_is_taken():
    assert make_avatar(upload(progressive())).size
    assert make_avatar(upload(with_passes(20))).size
