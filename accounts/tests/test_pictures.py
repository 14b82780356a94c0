"""Pictures of people: what is taken, what becomes of it, and what is refused."""

import struct
import zlib
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.avatars import MAX_BYTES, SIDE
from accounts.models import User
from core.clock import now
from core.events.models import Event
from core.files.actions import purge

ME = "/api/users/profile/"
PAGE = "/profile/picture/"
ORIENTATION, GPS = 0x0112, 0x8825

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def encoded(picture, form="PNG", **how) -> bytes:
    made = BytesIO()
    picture.save(made, form, **how)
    return made.getvalue()


def upload(content: bytes, name="me.png", content_type="image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def red(size=(600, 400), mode="RGB"):
    return Image.new(mode, size, "red")


def stored(user) -> Image.Image:
    user.refresh_from_db()
    with default_storage.open(user.avatar.name) as content:
        picture = Image.open(BytesIO(content.read()))
        picture.load()
    return picture


@pytest.fixture
def send(api_of, student):
    def sent(content: bytes, **named):
        return api_of(student).patch(ME, {"avatar": upload(content, **named)}, format="multipart")

    return sent


def test_the_address_of_pictures_leads_back_to_the_profile(client_of, student):
    assert client_of(student).get(PAGE)["Location"] == "/profile/"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_becomes_a_small_square_of_our_own_making(send, student, form):
    answer = send(encoded(red(), form))
    assert answer.status_code == 200
    picture = stored(student)
    assert (picture.format, picture.size) == ("WEBP", (SIDE, SIDE))
    assert answer.json()["avatar"] == f"http://testserver{student.avatar_url}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_whatever_way_it_holds_its_colours(send, student, mode):
    assert send(encoded(Image.new(mode, (300, 300)))).status_code == 200
    assert stored(student).size == (SIDE, SIDE)


def test_what_can_be_seen_through_stays_so(send, student):
    send(encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0))))
    assert stored(student).getpixel((9, 9))[3] == 0


def test_a_photograph_stands_upright(send, student):
    picture = red((400, 400))
    ImageDraw.Draw(picture).rectangle((0, 0, 400, 200), fill="blue")
    exif = Image.Exif()
    exif[ORIENTATION] = 3  # upside down
    send(encoded(picture, "JPEG", exif=exif))
    shown = stored(student)
    top, bottom = shown.getpixel((128, 20)), shown.getpixel((128, 236))
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_where_it_was_taken_is_nobodys_business(send, student):
    exif = Image.Exif()
    exif[0x010E] = "my street"
    exif.get_ifd(GPS)[1] = "N"
    send(encoded(red(), "JPEG", exif=exif, comment=b"secret", icc_profile=b"profile of a screen"))
    user = User.objects.get(pk=student.pk)
    with default_storage.open(user.avatar.name) as content:
        kept = content.read()
    for trace in (b"EXIF", b"XMP", b"ICCP", b"my street", b"secret", b"profile of"):
        assert trace not in kept


def test_of_a_film_the_first_picture_is_taken(send, student):
    frames = [red((300, 300)), Image.new("RGB", (300, 300), "blue")]
    send(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), name="me.gif")
    picture = stored(student)
    assert getattr(picture, "n_frames", 1) == 1
    assert picture.convert("RGB").getpixel((128, 128))[0] > 200


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be a wall."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(5001, 5000), (50_000, 50_000), (2**31 - 1, 1)])
def test_a_picture_that_would_burst_memory_is_never_unpacked(send, monkeypatch, size):
    def load(*_args, **_named):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(Image.Image, "load", load)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    answer = send(bomb(*size))
    assert answer.status_code == 400
    assert "million pixels" in answer.json()["error"]["details"]["avatar"][0]


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"MZ\x90\x00",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0 and nothing more",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"BM" + bytes(60),
        encoded(red(), "TIFF"),
        encoded(red(), "ICO"),
        encoded(red(), "JPEG")[:600],
    ],
)
def test_what_only_pretends_to_be_a_picture_is_refused_with_a_hint(send, student, content):
    answer = send(content)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"avatar"}
    assert answer.json()["error"]["details"]["avatar"][0].startswith("This picture is damaged") or (
        "PNG, JPEG, GIF or WebP" in answer.json()["error"]["details"]["avatar"][0]
    )
    student.refresh_from_db()
    assert not student.avatar


def test_a_page_behind_a_picture_is_lost_on_the_way(send, student):
    send(encoded(red()) + b"<script>alert(1)</script>")
    user = User.objects.get(pk=student.pk)
    with default_storage.open(user.avatar.name) as content:
        assert b"<script" not in content.read()


def test_two_megabytes_are_enough_and_one_byte_more_is_not(send):
    whole = encoded(red())
    assert send(whole + bytes(MAX_BYTES - len(whole))).status_code == 200
    answer = send(whole + bytes(MAX_BYTES - len(whole) + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("away", ["https://elsewhere.org/me.png", "avatars/x.webp", 7, ["x"], {}])
def test_a_picture_is_never_fetched_from_an_address(api_of, student, away):
    answer = api_of(student).patch(ME, {"avatar": away})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {"avatar"}


def test_what_one_got_can_be_sent_back_with_its_picture(api_of, send, student):
    send(encoded(red()))
    Event.objects.all().delete()
    api = api_of(student)
    before = api.get(ME).json()
    assert api.put(ME, before).json() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("body", "form"), [({"avatar": None}, "json"), ({"avatar": ""}, "multipart")]
)
def test_a_picture_can_be_removed(
    api_of, send, student, body, form, django_capture_on_commit_callbacks
):
    send(encoded(red()))
    student.refresh_from_db()
    name, url = student.avatar.name, student.avatar_url
    with django_capture_on_commit_callbacks(execute=True):
        assert api_of(student).patch(ME, body, format=form).json()["avatar"] is None
    assert not default_storage.exists(name)
    assert api_of(student).get(url).status_code == 404


def test_another_picture_has_another_address_and_the_old_one_goes(
    send, student, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first = send(encoded(red())).json()["avatar"]
        student.refresh_from_db()
        name = student.avatar.name
        second = send(encoded(red((50, 50)))).json()["avatar"]
    assert first != second
    assert not default_storage.exists(name)


def test_it_is_kept_by_browsers_for_long(client, send, student):
    send(encoded(red()))
    student.refresh_from_db()
    answer = client.get(student.avatar_url)
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "mark", ["x" * 32, "../../etc/passwd", "0" * 31, pytest.param(str(uuid4()), id="another")]
)
def test_nobody_guesses_a_picture(client, mark):
    assert client.get(f"/avatars/{mark}.webp").status_code == 404


def test_the_page_takes_a_picture_and_shows_it(client_of, student):
    client = client_of(student)
    answer = client.post(PAGE, {"avatar": upload(encoded(red()))})
    assert answer.status_code == 302, answer.context["picture"].errors
    student.refresh_from_db()
    page = client.get("/profile/").content.decode()
    assert page.count(student.avatar_url) == 2  # in the bar and beside its form
    assert client.post("/profile/picture/remove/").status_code == 302
    assert student.avatar_url not in client.get("/profile/").content.decode()


def test_the_page_says_why_a_picture_is_refused(client_of, student):
    answer = client_of(student).post(PAGE, {"avatar": upload(b"<svg/>", "me.svg")})
    assert answer.status_code == 200
    assert "PNG, JPEG, GIF or WebP" in answer.content.decode()


def test_pictures_are_none_of_the_purges_business(send, student):
    send(encoded(red()))
    purge(at=now())
    assert stored(student)
