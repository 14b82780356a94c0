"""Pictures in questions: sent while one writes, seen by whoever sees the question."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.clock import now
from core.files.actions import purge
from core.files.models import StoredFile
from core.markdown import render_markdown
from questions.actions.saving import Facts, delete_question, revise_question
from questions.files import IMAGE, IMAGE_FILES
from questions.kinds import kind_of
from questions.models import Question, VersionImage
from questions.tests.factories import make_question

IMAGES = "/api/questions/images/"
GPS = 0x8825

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def encoded(form="PNG", size=(64, 48), mode="RGB", **how) -> bytes:
    made = BytesIO()
    Image.new(mode, size, "red").save(made, form, **how)
    return made.getvalue()


@pytest.fixture
def send(api_of, trainer):
    def sent(content=None, name="plan.png", **fields):
        upload = SimpleUploadedFile(name, encoded() if content is None else content)
        return api_of(trainer).post(IMAGES, {"file": upload, **fields}, format="multipart")

    return sent


def opened(answer) -> Image.Image:
    file = StoredFile.objects.get(pk=answer.json()["id"])
    with default_storage.open(file.place) as content:
        picture = Image.open(BytesIO(content.read()))
        picture.load()
    return picture


def in_texts(answer) -> dict[str, str]:
    return {"text": f"What is this?\n\n{answer.json()['markdown']}"}


def test_a_picture_is_kept_and_its_markdown_shows_it(send):
    answer = send(alt="A plan [with] two joins")

    assert answer.status_code == 201
    found = answer.json()
    assert found["name"] == "plan.png"
    assert found["content_type"] == "image/png"
    assert found["url"].endswith(f"/api/files/{found['id']}/")
    path = f"/api/files/{found['id']}/?w=64&h=48"
    assert found["markdown"] == f"![A plan with two joins]({path})"
    html = render_markdown(found["markdown"])
    assert 'width="64"' in html
    assert 'height="48"' in html
    assert 'loading="lazy"' in html
    assert 'alt="A plan with two joins"' in html


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/png"),
        ("WEBP", "image/webp"),
    ],
)
def test_what_it_is_its_bytes_say(send, form, content_type):
    answer = send(encoded(form), name="me.exe.png")
    assert answer.json()["content_type"] == content_type
    assert opened(answer).size == (64, 48)


def test_what_a_camera_noted_is_gone(send):
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif.get_ifd(GPS)[1] = "N"
    answer = send(encoded("JPEG", exif=exif), name="holiday.jpg")
    assert not dict(opened(answer).getexif())
    with default_storage.open(StoredFile.objects.get().place) as content:
        assert b"at home" not in content.read()


def test_what_is_larger_than_any_screen_becomes_smaller(send):
    found = send(encoded(size=(3000, 600))).json()
    assert (found["width"], found["height"]) == (2000, 400)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7",
        encoded()[:60],
        encoded(size=(6000, 6000), mode="1"),
    ],
)
def test_what_is_no_sound_picture_is_refused(send, content):
    assert send(content).status_code == 400
    assert not StoredFile.objects.exists()


def test_what_is_too_large_is_refused(send):
    assert send(b"\x89PNG" + b"\x00" * IMAGE_FILES.max_bytes).status_code == 413


def test_without_a_file_one_is_asked_for(api_of, trainer):
    answer = api_of(trainer).post(IMAGES, {}, format="multipart")
    assert answer.status_code == 400
    assert "file" in answer.json()["error"]["details"]


def test_whoever_was_shown_its_address_sees_it(send, api_of, client, student):
    address = send().json()["url"]
    answer = api_of(student).get(address)
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert client.get(address).status_code == 401


def test_students_send_none(api_of, student):
    upload = SimpleUploadedFile("a.png", encoded())
    assert api_of(student).post(IMAGES, {"file": upload}, format="multipart").status_code == 403


def test_it_stays_as_long_as_a_version_shows_it(send, trainer):
    answer = send()
    question = make_question(owner=trainer, written=in_texts(answer))
    outline, _problems = kind_of("ESSAY").read({"text": "What was it?"})
    revise_question(question, outline=outline, facts=Facts(), by=trainer, at=now(), seed=1)

    purge(at=now() + timedelta(days=30))

    assert StoredFile.objects.of(IMAGE).exists()
    delete_question(Question.objects.get(), by=trainer, at=now())
    purge(at=now() + timedelta(days=30))
    assert not StoredFile.objects.of(IMAGE).exists()


def test_one_that_no_question_shows_goes_after_a_week(send):
    send()
    purge(at=now() + timedelta(days=6))
    assert StoredFile.objects.of(IMAGE).exists()
    purge(at=now() + timedelta(days=8))
    assert not StoredFile.objects.of(IMAGE).exists()


@pytest.mark.parametrize("where", ["text", "explanation", "choice", "feedback", "key"])
def test_wherever_a_question_shows_it_is_known(send, trainer, where):
    shown = send().json()["markdown"]
    choices = [
        {"text": shown if where == "choice" else "Right", "correct": True},
        {"text": "Wrong", "feedback": shown if where == "feedback" else ""},
    ]
    if where == "key":
        make_question("ESSAY", owner=trainer, written={"model_answer": shown})
    else:
        make_question(
            owner=trainer,
            explanation=shown if where == "explanation" else "",
            written={"text": shown if where == "text" else "What?", "choices": choices},
        )
    assert VersionImage.objects.count() == 1


def test_a_file_of_another_purpose_is_not_taken_for_a_picture(trainer):
    file = StoredFile.objects.create(
        purpose="quiz answer", owner=trainer, name="a.png", size=1, created_at=now()
    )
    make_question(owner=trainer, written={"text": f"![a](/api/files/{file.pk}/)"})
    assert not VersionImage.objects.exists()
