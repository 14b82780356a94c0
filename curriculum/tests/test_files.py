"""Files of work from hand-in to review, on a disk and in an S3-compatible store."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from core.bodies import WholeBody
from core.callers import Caller
from core.clock import now
from core.files.actions import purge
from core.files.errors import FileRefused
from core.files.models import FOLDER, StoredFile
from core.files.purposes import MB, file_scanners
from core.files.tests.buckets import bucket_at, keys_in, s3_server, stored_at
from curriculum.actions import submissions
from curriculum.models import DeliverableKind, Submission
from curriculum.tests.factories import enrolled, make_track

SUBMISSIONS, FILES = "/api/curriculum/submissions/", "/api/curriculum/files/"
BOUNDARY = "between-the-parts"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture(params=["disk", "s3"])
def keys(request, settings, tmp_path):
    """Under what names bytes lie in the store."""
    if request.param == "disk":
        settings.MEDIA_ROOT = tmp_path / "media"
        folder = settings.MEDIA_ROOT
        yield lambda: [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
        return
    address = request.getfixturevalue("server")
    settings.STORAGES = settings.STORAGES | {"default": stored_at(address)}
    with bucket_at(address) as client:
        yield lambda: keys_in(client)


@pytest.fixture
def track():
    return make_track("FSD", projects=1, deliverables=1, kinds=[DeliverableKind.FILE])


@pytest.fixture
def deliverable(track):
    return track.projects.get().deliverables.get()


@pytest.fixture
def student(track):
    return enrolled(track)


def text(name, content=b"# Mine\n"):
    return SimpleUploadedFile(name, content)


def read(api, file):
    answer = api.get(file["url"])
    return answer, b"".join(answer.streaming_content) if answer.status_code == 200 else b""


def form_of(name, content, **fields):
    """A form as a browser sends it, whatever stands in the name."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
    parts += [head, name, b'"\r\n\r\n', content, f"\r\n--{BOUNDARY}--\r\n".encode()]
    return b"".join(parts)


def test_work_with_files_from_hand_in_to_review(
    api_of, student, trainer, admin, deliverable, keys, django_capture_on_commit_callbacks
):
    assign_trainer(student, trainer=trainer, by=admin, caller=Caller(), at=now())
    body = {
        "deliverable": deliverable.pk,
        "note": "Two files.",
        "file": [text("a.md"), text("b.md")],
    }
    handed_in = api_of(student).post(SUBMISSIONS, body, format="multipart").json()
    assert [file["name"] for file in handed_in["files"]] == ["a.md", "b.md"]
    assert len(keys()) == 2

    kept, _left_out = handed_in["files"]
    body = {"files": [kept["id"]], "file": [text("c.md", b"# New\n")]}
    revised = (
        api_of(student).put(f"{SUBMISSIONS}{handed_in['id']}/", body, format="multipart").json()
    )
    assert [file["name"] for file in revised["files"]] == ["a.md", "c.md"]
    assert len(keys()) == 3

    for reader in (student, trainer, admin):
        answer, content = read(api_of(reader), revised["files"][1])
        assert content == b"# New\n"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
    stranger, other = UserFactory(), UserFactory(trainer=True, tracks=["FSD"])
    for reader in (stranger, other):
        assert read(api_of(reader), kept)[0].status_code == 404
        assert api_of(reader).delete(kept["url"]).status_code in {403, 404}
    assert api_of(student).delete(kept["url"]).status_code == 409
    assert len(keys()) == 3


def test_nothing_lies_under_a_name_that_anybody_could_guess(api_of, student, keys):
    body = {"file": text("salaries.md")}
    sent = api_of(student).post(FILES, body, format="multipart").json()
    (key,) = keys()
    assert re.fullmatch(rf"{FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{32}}", key)
    assert "salaries" not in key
    for address in (f"/media/{key}", f"/static/{key}", f"/{key}"):
        assert api_of(student).get(address).status_code == 404
    assert read(api_of(student), sent)[1] == b"# Mine\n"


def test_an_upload_that_is_cut_off_leaves_nothing(api_of, student, deliverable, keys):
    body = form_of(b"a.md", b"x" * 100_000, deliverable=deliverable.pk)
    for path in (FILES, SUBMISSIONS):
        answer = api_of(student).generic(
            "POST",
            path,
            body,
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            **{"wsgi.input": WholeBody(BytesIO(body[:50_000]), len(body))},
        )
        assert answer.status_code == 400
    assert keys() == []
    assert not StoredFile.objects.exists()
    assert not Submission.objects.exists()


def test_one_bad_file_among_good_ones_leaves_nothing(api_of, student, deliverable, keys):
    body = {"deliverable": deliverable.pk, "file": [text("a.md"), text("b.md", b"\x00\x01")]}
    answer = api_of(student).post(SUBMISSIONS, body, format="multipart")
    assert answer.status_code == 400
    assert "b.md" in answer.json()["error"]["message"]
    assert keys() == []


def test_bytes_of_a_hand_in_that_failed_are_swept_away(
    api_of, student, deliverable, keys, monkeypatch
):
    def burst(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(submissions, "_add_revision", burst)
    api = api_of(student)
    api.raise_request_exception = False
    body = {"deliverable": deliverable.pk, "file": text("a.md")}
    assert api.post(SUBMISSIONS, body, format="multipart").status_code == 500
    assert not StoredFile.objects.exists()
    assert len(keys()) == 1
    purge(at=now() + timedelta(days=2))
    assert keys() == []


def test_what_was_never_handed_in_is_forgotten_after_a_day(
    api_of, student, deliverable, keys, django_capture_on_commit_callbacks
):
    api = api_of(student)
    used, _unused = (
        api.post(FILES, {"file": text(name)}, format="multipart").json()
        for name in ("a.md", "b.md")
    )
    body = {"deliverable": deliverable.pk, "files": [used["id"]]}
    assert api.post(SUBMISSIONS, body, format="json").status_code == 201
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(at=now() + timedelta(hours=12)) == 0
        purge(at=now() + timedelta(days=2))
    assert len(keys()) == 1
    assert read(api, used)[1] == b"# Mine\n"


def test_a_zip_that_would_burst_a_disk_is_kept_closed(api_of, student, keys, monkeypatch):
    packed = BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros", "w", force_zip64=True) as zeros,
    ):
        for _ in range(256):
            zeros.write(bytes(MB))
    bomb = packed.getvalue()
    assert len(bomb) < MB

    def refuse(*_, **__):
        raise AssertionError("somebody unpacks it")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZipFile", refuse)
        sent = api_of(student).post(FILES, {"file": text("b.zip", bomb)}, format="multipart").json()
        assert (sent["size"], sent["content_type"]) == (len(bomb), "application/zip")
        answer, content = read(api_of(student), sent)
    assert content == bomb
    assert answer["Content-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"../../../../etc/passwd.md", "passwd.md"),
        (b"..\\..\\..\\boot.md", "boot.md"),
        (b"/etc/cron.d/job.md", "job.md"),
        (b".htaccess", "htaccess.txt"),
        (b"a%0d%0aSet-Cookie: x=1.md", "a%0d%0aSet-Cookie_ x=1.md"),
        (b"a\x00b.md", "ab.md"),
        (b"a\x1b[2Jb.md", "a[2Jb.md"),
        ("\u202eFDP.md".encode(), "FDP.md"),
        ("रिपोर्ट.md".encode(), "रिपोर्ट.md"),
        ("😀 plan.md".encode(), "😀 plan.md"),
        (b"con.md", "_con.md"),
        (b"<script>alert(1)<.md", "_script_alert(1)_.md"),
    ],
)
def test_a_name_from_any_client_does_no_harm(api_of, student, media_on_disk, name, kept):
    api = api_of(student)
    answer = api.post(
        FILES,
        form_of(name, b"# Mine\n"),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
    )
    assert answer.status_code == 201, answer.json()
    assert answer.json()["name"] == kept
    header = read(api, answer.json())[0]["Content-Disposition"]
    assert header.isascii()
    assert header.isprintable()
    (path,) = [path for path in media_on_disk.rglob("*") if path.is_file()]
    assert re.fullmatch("[0-9a-f]{32}", path.name)


@pytest.fixture
def media_on_disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def test_what_a_scanner_refuses_is_never_stored(api_of, student, deliverable, keys, monkeypatch):
    def find_harm(content, name):
        if b"EICAR" in content.read():
            raise FileRefused(f"{name} holds a virus.")

    monkeypatch.setitem(file_scanners._entries, "test", find_harm)
    body = {"deliverable": deliverable.pk, "file": [text("a.md"), text("b.md", b"EICAR")]}
    answer = api_of(student).post(SUBMISSIONS, body, format="multipart")
    assert answer.status_code == 400
    assert "b.md holds a virus" in answer.json()["error"]["message"]
    assert keys() == []
