"""Taking files in, on a disk."""

import hashlib
import os
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from PIL import Image

from core.errors import Invalid, TooLarge, Unavailable
from core.files import actions
from core.files.actions import delete_files, purge, store_files
from core.files.errors import FileRefused, not_taken
from core.files.models import StoredFile
from core.files.tests.conftest import LIMIT, NOON, bytes_of, png
from core.registries import Registry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def zipped(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def picture(form: str) -> bytes:
    made = BytesIO()
    Image.new("RGB", (4, 4)).save(made, form)
    return made.getvalue()


def places() -> list[str]:
    found = []
    for folder in default_storage.listdir("files")[0]:
        found += default_storage.listdir(f"files/{folder}")[1]
    return found


def test_a_stored_file_is_known_by_what_it_is(store, student):
    content = png()
    file = store(content, "Screenshot.png")
    assert (file.owner, file.purpose, file.name) == (student, "essay", "Screenshot.png")
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (file.content_type, file.created_at, file.expires_at) == ("image/png", NOON, None)
    assert bytes_of(file) == content


def test_its_bytes_lie_under_a_name_that_nobody_outside_chose(store, media):
    file = store(b"#!/bin/sh\n", "../../etc/cron.d/run.sh")
    path = media / "files" / file.pk.hex[:2] / file.pk.hex
    assert path.read_bytes() == b"#!/bin/sh\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert file.name == "run.sh"


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (picture("PNG"), "a.png", "image/png"),
        (picture("JPEG"), "a.JPG", "image/jpeg"),
        (picture("GIF"), "a.gif", "image/gif"),
        (picture("WEBP"), "a.webp", "image/webp"),
        (b"%PDF-1.7\n", "a.pdf", "application/pdf"),
        (zipped("a.txt"), "a.zip", "application/zip"),
        (zipped("word/document.xml"), "a.docx", "application/vnd.openxmlformats-officedocument"),
        (zipped("xl/workbook.xml"), "a.xlsx", "application/vnd.openxmlformats-officedocument"),
        (b"\x1f\x8b\x08\x00rest", "a.tgz", "application/gzip"),
        ("नमस्ते\n".encode(), "a.md", "text/plain; charset=utf-8"),
        (b"<script>alert(1)</script>", "a.html", "text/plain; charset=utf-8"),
        (b"print(1)\n", "a", "text/plain; charset=utf-8"),
    ],
)
def test_the_bytes_say_what_a_file_is(store, content, name, content_type):
    assert store(content, name).content_type.startswith(content_type)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n", "holiday.png"),
        (png(), "holiday.pdf"),
        (b"<svg onload=alert(1)>", "holiday.png"),
        (b"<html>", "holiday.jpg"),
        (b"plain", "malware.exe"),
        (zipped("a.txt"), "letter.docx"),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused(store, content, name):
    with pytest.raises(FileRefused, match=name):
        store(content, name)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00\x03", b"\x7fELF\x02", b"text\x00with a hole", b"caf\xe9", b"\xff\xfe<\x00"],
)
def test_what_nobody_knows_is_refused(store, content):
    with pytest.raises(FileRefused, match="no kind that can be taken"):
        store(content, "notes.txt")


def test_a_character_may_lie_across_two_chunks(store, monkeypatch):
    monkeypatch.setattr("core.files.kinds.CHUNK", 2)
    assert store("aé😀".encode(), "a.txt").size == 7


def test_a_kind_that_the_purpose_does_not_name_is_refused(store):
    with pytest.raises(FileRefused, match="no kind that can be taken"):
        store(png(), "a.png", purpose="brief")


def test_a_few_kinds_that_are_taken_are_named_and_forty_are_not():
    few = not_taken("a.exe", [".png", ".jpg"], field="file")
    assert "Taken are .png, .jpg." in few.details["file"][0]
    many = not_taken("a.exe", [f".{n}" for n in range(40)], field="file")
    assert many.details["file"][0].endswith("of no kind that can be taken here.")


def test_one_byte_too_many_is_too_many(store):
    assert store(b"x" * LIMIT).size == LIMIT
    with pytest.raises(TooLarge, match=r"essay\.txt") as refused:
        store(b"x" * (LIMIT + 1))
    assert refused.value.details["max_bytes"] == LIMIT
    assert set(refused.value.details) == {"file", "max_bytes"}


def test_nothing_is_no_file(store):
    with pytest.raises(Invalid, match="is empty"):
        store(b"")


def test_files_that_belong_together_are_taken_all_or_none(student):
    good = ("a.txt", ContentFile(b"good"))
    bad = ("b.png", ContentFile(b"bad"))
    with pytest.raises(FileRefused, match=r"b\.png") as refused:
        store_files(uploads=[good, bad], purpose="essay", owner=student, at=NOON, field="files")
    assert set(refused.value.details) == {"files"}
    assert not StoredFile.objects.exists()
    assert not default_storage.exists("files")


@pytest.mark.parametrize(
    ("sizes", "error"), [([1, 1, 1], None), ([1, 1, 1, 1], Invalid), ([LIMIT, LIMIT, 1], TooLarge)]
)
def test_together_they_have_limits_too(student, sizes, error):
    uploads = [(f"{n}.txt", ContentFile(b"x" * size)) for n, size in enumerate(sizes)]
    if error is None:
        stored = store_files(uploads=uploads, purpose="essay", owner=student, at=NOON)
        assert [file.name for file in stored] == ["0.txt", "1.txt", "2.txt"]
        return
    with pytest.raises(error):
        store_files(uploads=uploads, purpose="essay", owner=student, at=NOON)


def test_a_large_upload_is_never_held_in_memory(store, student, monkeypatch):
    upload = TemporaryUploadedFile("a.txt", "text/plain", LIMIT, None)
    upload.write(b"x" * LIMIT)
    largest = []
    read = upload.file.read

    def watched(size=-1):
        largest.append(size)
        return read(size)

    monkeypatch.setattr(upload.file, "read", watched)
    (file,) = store_files(uploads=[("a.txt", upload)], purpose="essay", owner=student, at=NOON)
    upload.close()
    assert file.size == LIMIT
    assert largest
    assert all(0 < size <= 256 * 1024 for size in largest)


def test_a_scanner_has_the_last_word(store, monkeypatch):
    def scan(content, name):
        if b"EICAR" in content.read():
            raise FileRefused(f"{name} carries something harmful.")

    scanners = Registry("scanners of files")
    scanners.register("any", scan)
    monkeypatch.setattr(actions, "file_scanners", scanners)
    with pytest.raises(FileRefused, match="harmful"):
        store(b"EICAR")
    assert bytes_of(store(b"harmless")) == b"harmless"


def test_a_store_that_is_away_is_told_as_such(store, monkeypatch):
    def away(*_args, **_named):
        raise OSError("no space left")

    monkeypatch.setattr(default_storage, "save", away)
    with pytest.raises(Unavailable):
        store()
    assert not StoredFile.objects.exists()


def test_bytes_go_once_their_row_is_gone_for_certain(store, django_capture_on_commit_callbacks):
    file = store()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        assert delete_files([file]) == 1
        assert default_storage.exists(file.place)
    assert not default_storage.exists(file.place)
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_taken_back_leaves_the_bytes(store):
    file = store()
    with transaction.atomic():
        delete_files([file])
        transaction.set_rollback(True)
    assert default_storage.exists(file.place)
    assert StoredFile.objects.exists()


def test_the_purge_forgets_what_is_over_and_what_nobody_uses(
    store, django_capture_on_commit_callbacks
):
    kept = store(at=NOON)
    expired = store(purpose="brief", at=NOON - 8 * DAY)
    unused = store(purpose="brief", name="nobody.txt", at=NOON - 2 * DAY)
    fresh = store(purpose="brief", name="nobody-yet.txt", at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(at=NOON) == 2
    assert set(StoredFile.objects.all()) == {kept, fresh}
    assert not default_storage.exists(expired.place)
    assert not default_storage.exists(unused.place)


@pytest.mark.django_db(transaction=True)
def test_the_purge_finds_bytes_whose_transaction_failed(store, media):
    with transaction.atomic():
        lost = store(b"lost")
        transaction.set_rollback(True)
    kept = store(b"kept")
    at = NOON + 2 * DAY
    old = (NOON - DAY).timestamp()
    for path in media.rglob("*"):
        os.utime(path, (old, old))
    assert purge(at=NOON - DAY) == 0
    assert purge(at=at) == 1
    assert places() == [kept.pk.hex]
    assert not default_storage.exists(lost.place)
