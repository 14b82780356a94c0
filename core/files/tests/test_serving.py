"""Reading private files by their address."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from core.clock import now
from core.files.tests.conftest import NOON, png

pytestmark = pytest.mark.django_db

CONTENT = b"0123456789"


def address(file) -> str:
    return f"/api/files/{file.pk}/"


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_comes_back_as_it_was_handed_in(store, client_of, student):
    file = store(CONTENT, "Résumé.txt")
    answer = client_of(student).get(address(file), headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert body_of(answer) == CONTENT
    assert answer["Content-Length"] == "10"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"Resume.txt\"; filename*=UTF-8''R%C3%A9sum%C3%A9.txt"
    )


def test_nothing_in_a_file_can_run_or_be_kept_for_others(store, client_of, student):
    file = store(b"<script>alert(1)</script>", "page.html")
    answer = client_of(student).get(address(file))
    body_of(answer)
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Cookie" in answer["Vary"]


def test_a_picture_is_shown_unless_one_wants_to_save_it(store, client_of, student):
    file = store(png(), "a.png")
    client = client_of(student)
    shown, saved = client.get(address(file)), client.get(f"{address(file)}?download")
    assert shown["Content-Disposition"].startswith("inline; ")
    assert saved["Content-Disposition"].startswith("attachment; ")
    body_of(shown)
    body_of(saved)


def test_for_all_others_there_is_no_such_file(store, client_of, trainer, superadmin, client):
    file = store()
    for other in (trainer, superadmin):
        assert client_of(other).get(address(file)).status_code == 404
    assert client.get(address(file)).status_code == 401


def test_a_file_of_a_purpose_that_is_gone_is_nobodys(store, client_of, student):
    file = store()
    type(file).objects.update(purpose="long ago")
    assert client_of(student).get(address(file)).status_code == 404


def test_a_file_whose_time_is_over_is_gone_before_the_purge(store, client_of, student):
    kept = store(purpose="brief", at=now())
    over = store(purpose="brief", at=now() - timedelta(days=8))
    client = client_of(student)
    answer = client.get(address(kept))
    body_of(answer)
    assert answer.status_code == 200
    assert client.get(address(over)).status_code == 404


def test_who_has_it_already_is_told_so_as_long_as_they_may_read_it(
    store, client_of, student, trainer
):
    file = store(CONTENT)
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    answer = client_of(student).get(address(file), headers={"if-none-match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    other = client_of(trainer).get(address(file), headers={"if-none-match": etag})
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-400", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-9", 200, CONTENT, None),
        ("bytes=-400", 200, CONTENT, None),
        ("bytes=5-2", 200, CONTENT, None),
        ("bytes=0-1,4-5", 200, CONTENT, None),
        ("bytes=-", 200, CONTENT, None),
        ("lines=1-2", 200, CONTENT, None),
        ("bytes=99999999999999999999-", 200, CONTENT, None),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
    ],
)
def test_a_download_that_broke_off_can_go_on(
    store, client_of, student, asked, status, part, content_range
):
    answer = client_of(student).get(address(store(CONTENT)), headers={"range": asked})
    got = body_of(answer) if answer.streaming else answer.content
    assert (answer.status_code, got, answer.get("Content-Range")) == (status, part, content_range)


def test_parts_of_two_versions_are_never_joined(store, client_of, student):
    headers = {"range": "bytes=5-", "if-range": '"of-an-older-one"'}
    answer = client_of(student).get(address(store(CONTENT)), headers=headers)
    assert (answer.status_code, body_of(answer)) == (200, CONTENT)


def test_bytes_that_are_lost_are_a_404_and_a_store_that_is_away_a_503(
    store, client_of, student, monkeypatch
):
    file = store(at=NOON)
    client = client_of(student)

    def away(*_args, **_named):
        raise OSError("it does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "stream", away)
        assert client.get(address(file)).status_code == 503
    default_storage.delete(file.place)
    assert client.get(address(file)).status_code == 404


def test_a_file_is_never_served_as_it_lies_there(store, client_of, student, settings):
    file = store()
    client = client_of(student)
    for path in (f"/{file.place}", f"/media/{file.place}", f"{settings.STATIC_URL}{file.place}"):
        assert client.get(path).status_code == 404
    assert settings.MEDIA_URL in {"", "/"}
