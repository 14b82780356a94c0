"""Pictures travel with questions: out with formats that have room for them, in from anybody."""

from __future__ import annotations

import base64
import io
import json
import random
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.tests.factories import UserFactory
from core.clock import now
from core.files.models import StoredFile
from core.jobs.running import run_job
from questions.actions import import_pictures
from questions.actions.images import keep_image
from questions.actions.importing import apply_import
from questions.actions.saving import Facts, revise_question
from questions.errors import FileUnreadable
from questions.exporting import drafts_of, pictures_of
from questions.files import IMAGE
from questions.formats import FORMATS, rows_in, written_as
from questions.formats import pictures as pictures_module
from questions.formats.pictures import PIECE, BankPicture, Shelf
from questions.images import address_of, markdown_of, named_in
from questions.kinds import kind_of
from questions.models import ImportBatch, ImportedImage, Question, QuestionVersion, VersionImage
from questions.planning import plan_import, read_rows
from questions.tests.factories import make_question
from questions.tests.test_importing import EXPORT, IMPORTS, counts, imported, ran, saved, send

CARRYING = [name for name, format_ in FORMATS.items() if format_.has_pictures]
OTHERS = [name for name in FORMATS if name not in CARRYING]
GPS = 0x8825

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def painted(color="red", form="PNG", size=(64, 48), **how) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, color).save(made, form, **how)
    return made.getvalue()


def photographed() -> bytes:
    """With what a camera noted, and noise, so that writing it anew makes other bytes of it."""
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif.get_ifd(GPS)[1] = "N"
    noise = random.Random(3).randbytes(80 * 60 * 3)
    made = io.BytesIO()
    Image.frombytes("RGB", (80, 60), noise).save(made, "JPEG", exif=exif, quality=95)
    return made.getvalue()


def sent(owner, content=None, words="A plan", name="plan.png") -> str:
    upload = ContentFile(painted() if content is None else content, name)
    kept = keep_image(upload=upload, owner=owner, at=now())
    return markdown_of(path=address_of(kept.file.pk), picture=kept.picture, words=words)


def illustrated(owner, **facts) -> Question:
    red, photo = sent(owner), sent(owner, photographed(), "At home", "p.jpg")
    return make_question(
        owner=owner,
        reference="r-1",
        explanation=f"Because of this.\n\n{red}",
        written={
            "text": f"What is this?\n\n{photo}\n\nAnd this: {red}",
            "choices": [
                {"text": red, "correct": True, "feedback": f"So it is. {photo}"},
                {"text": "Nothing"},
            ],
        },
        **facts,
    )


def exported(api, format_) -> bytes:
    return saved(api.get(f"{EXPORT}?format={format_}"))


def taken_in(api, content, format_, **how):
    return imported(api, content, f"a{FORMATS[format_].extensions[0]}", **how)


def shown_by(question) -> list[StoredFile]:
    rows = VersionImage.objects.filter(version__question=question).select_related("file")
    return [row.file for row in rows.order_by("file__created_at", "file__pk")]


def bytes_of(file) -> bytes:
    with default_storage.open(file.place) as stored:
        return stored.read()


def problems_of(result) -> list[str]:
    return [each["message"] for row in result["rows"] for each in row["problems"]]


def notes_of(result) -> list[str]:
    return [each["message"] for row in result["rows"] for each in row["notes"]]


@pytest.mark.parametrize("format_", CARRYING)
class TestThereAndBack:
    def test_what_one_exports_is_here_already(self, api_of, trainer, format_):
        illustrated(trainer)
        api = api_of(trainer)

        result = taken_in(api, exported(api, format_), format_)

        assert counts(result) == {"identical": 1}
        assert notes_of(result) == []
        assert StoredFile.objects.of(IMAGE).count() == 2

    def test_elsewhere_they_are_new_and_belong_to_whoever_took_them_in(
        self, api_of, trainer, student, format_
    ):
        illustrated(trainer, is_shared=False)
        content = exported(api_of(trainer), format_)
        other = UserFactory(trainer=True)
        api = api_of(other)

        result = taken_in(api, content, format_)

        assert counts(result) == {"new": 1}
        question = Question.objects.get(owner=other)
        files = shown_by(question)
        assert {file.owner for file in files} == {other}
        assert sorted(file.content_type for file in files) == ["image/jpeg", "image/png"]
        version = question.versions.get()
        assert version.text.count("/api/files/") == 2
        assert "?w=80&h=60)" in version.text
        for file in files:
            answer = api_of(student).get(address_of(file.pk))
            assert b"".join(answer.streaming_content) == bytes_of(file)
            assert b"at home" not in bytes_of(file)

    def test_the_same_file_again_changes_nothing(self, api_of, trainer, format_):
        illustrated(trainer, is_shared=False)
        content = exported(api_of(trainer), format_)
        api = api_of(UserFactory(trainer=True))
        taken_in(api, content, format_)
        before = set(StoredFile.objects.of(IMAGE).values_list("pk", flat=True))

        again = taken_in(api, content, format_)
        back = taken_in(api, exported(api, format_), format_)

        assert (counts(again), counts(back)) == ({"identical": 1}, {"identical": 1})
        assert set(StoredFile.objects.of(IMAGE).values_list("pk", flat=True)) == before

    def test_a_dry_run_stores_nothing_and_is_taken_in_later(self, api_of, trainer, format_):
        illustrated(trainer, is_shared=False)
        content = exported(api_of(trainer), format_)
        api = api_of(UserFactory(trainer=True))

        found = taken_in(api, content, format_, query="?dry_run=1")

        assert counts(found) == {"new": 1}
        assert StoredFile.objects.of(IMAGE).count() == 2
        assert not ImportedImage.objects.exists()
        answer = api.post(f"{IMPORTS}{found['import']}/apply/", {}, format="json")
        assert answer.status_code == 202
        assert ran(api, answer)["state"] == "applied"
        assert StoredFile.objects.of(IMAGE).count() == 4

    def test_taking_it_back_takes_its_pictures_too(
        self, api_of, trainer, format_, django_capture_on_commit_callbacks
    ):
        illustrated(trainer, is_shared=False)
        content = exported(api_of(trainer), format_)
        other = UserFactory(trainer=True)
        api = api_of(other)
        found = taken_in(api, content, format_)
        places = [file.place for file in StoredFile.objects.of(IMAGE).filter(owner=other)]

        with django_capture_on_commit_callbacks(execute=True):
            assert api.post(f"{IMPORTS}{found['import']}/undo/").status_code == 200

        assert len(places) == 2
        assert not StoredFile.objects.of(IMAGE).filter(owner=other).exists()
        assert not any(default_storage.exists(place) for place in places)
        assert StoredFile.objects.of(IMAGE).filter(owner=trainer).count() == 2

    def test_what_another_question_shows_stays_when_it_is_taken_back(
        self, api_of, trainer, format_
    ):
        illustrated(trainer, is_shared=False)
        content = exported(api_of(trainer), format_)
        other = UserFactory(trainer=True)
        api = api_of(other)
        found = taken_in(api, content, format_)
        kept = shown_by(Question.objects.get(owner=other))[0]
        make_question("ESSAY", owner=other, written={"text": f"And? ![]({address_of(kept.pk)})"})

        api.post(f"{IMPORTS}{found['import']}/undo/")

        assert [file.pk for file in StoredFile.objects.of(IMAGE).filter(owner=other)] == [kept.pk]

    def test_one_whose_bytes_are_gone_is_said_to_be_lost(self, api_of, trainer, format_):
        question = illustrated(trainer)
        default_storage.delete(shown_by(question)[0].place)

        content = exported(api_of(trainer), format_)

        assert named_in([content.decode(errors="ignore")]) or format_ == "qti"
        chosen = Question.objects.filter(pk=question.pk)
        losses = []
        taken = pictures_of(chosen)
        assert b"".join(written_as(FORMATS[format_], drafts_of(chosen), losses, taken))
        assert [loss.parts for loss in losses] == [("pictures",)]

    def test_the_page_says_that_they_travel(self, client_of, trainer, format_):
        illustrated(trainer)

        page = client_of(trainer).get("/questions/export/", {"format": format_})

        assert page.context["report"].losses == []

    def test_a_changed_picture_makes_another_version(self, api_of, trainer, format_):
        question = make_question(
            "ESSAY", owner=trainer, reference="r-1", written={"text": f"What? {sent(trainer)}"}
        )
        api = api_of(trainer)
        first = exported(api, format_)
        outline, _problems = kind_of("ESSAY").read(
            {"text": f"What? {sent(trainer, painted('blue'))}"}
        )
        facts = Facts(explanation="Because it is so.")
        revise_question(question, outline=outline, facts=facts, by=trainer, at=now(), seed=1)

        result = taken_in(api, first, format_)

        assert counts(result) == {"changed": 1}
        first_text, _second, third = question.versions.order_by("number")
        assert third.text == first_text.text


@pytest.mark.parametrize("format_", OTHERS)
def test_a_format_without_room_for_them_says_so(trainer, format_):
    illustrated(trainer)
    losses = []

    content = b"".join(written_as(FORMATS[format_], drafts_of(Question.objects.all()), losses))

    assert content
    assert "pictures" in losses[0].parts


@pytest.mark.parametrize("format_", CARRYING)
def test_no_two_pictures_are_in_memory_at_once(format_):
    """Each is opened when it is written, and what is written goes on in small pieces."""
    opened: list[UUID] = []
    most = 0

    def pieces(mark: UUID) -> Iterator[bytes]:
        nonlocal most
        opened.append(mark)
        most = max(most, len(opened))
        for _number in range(20):
            yield b"\x89PNG" * 4_000
        opened.remove(mark)

    marks = [uuid4() for _ in range(12)]
    taken = {
        mark: BankPicture(f"{mark}.png", "image/png", lambda m=mark: pieces(m)) for mark in marks
    }
    texts = "".join(f"![x]({address_of(mark)}?w=1&h=1)" for mark in marks)
    draft = {"type": "ESSAY", "text": texts, "marks": "1", "difficulty": "medium"}

    written = [len(piece) for piece in written_as(FORMATS[format_], [("q", draft)], [], taken)]

    assert most == 1
    assert sum(written) > 12 * 20 * 16_000
    assert max(written) <= 2 * PIECE


def test_an_export_takes_as_many_queries_for_many_pictures(api_of, trainer):
    found = []
    for _ in range(2):
        for number in range(3):
            make_question("ESSAY", owner=trainer, written={"text": f"{number} {sent(trainer)}"})
        with CaptureQueriesContext(connection) as queries:
            exported(api_of(trainer), "json")
        found.append(len(queries))

    assert found[0] == found[1]


def test_a_package_is_one_that_others_read(api_of, trainer):
    """Files in it, named as resources; items depend on them and show them as elements."""
    question = illustrated(trainer)
    files = shown_by(question)

    with zipfile.ZipFile(io.BytesIO(exported(api_of(trainer), "qti"))) as archive:
        names = archive.namelist()
        manifest, item = archive.read("imsmanifest.xml").decode(), archive.read(names[0]).decode()

        for file in files:
            name = f"pictures/{file.pk}.{'jpg' if 'jpeg' in file.content_type else 'png'}"
            assert archive.read(name) == bytes_of(file)
            assert names.count(name) == 1
            assert f'type="webcontent" href="{name}"' in manifest
            assert f'<dependency identifierref="picture-{file.pk}"' in manifest
            assert f'src="../{name}"' in item
    assert 'alt="At home" width="80" height="60"' in item
    assert "/api/files/" not in item


def test_moodle_finds_them_beside_the_texts_that_show_them(api_of, trainer):
    question = illustrated(trainer)
    content = exported(api_of(trainer), "moodlexml").decode()

    for file in shown_by(question):
        data = base64.b64encode(bytes_of(file)).decode()
        assert f'path="/" encoding="base64">{data}</file>' in content
    assert content.count("<file ") == 5
    assert "@@PLUGINFILE@@/" in content
    assert "/api/files/" not in content


def moodle(text: str, files: str = "", form: str = "html") -> bytes:
    return (
        f'<quiz><question type="essay"><questiontext format="{form}">'
        f"<text>{escape(text)}</text>{files}</questiontext></question></quiz>"
    ).encode()


def file(name: str, content: bytes | str, path: str = "/") -> str:
    said = content if isinstance(content, str) else base64.b64encode(content).decode()
    return f'<file name="{name}" path="{path}" encoding="base64">{said}</file>'


def qti(shown: str, members: dict[str, bytes], name: str = "items/a.xml") -> bytes:
    made = io.BytesIO()
    manifest = (
        f'<manifest><resources><resource type="imsqti_item_xmlv2p1" href="{name}"/>'
        "</resources></manifest>"
    )
    item = (
        f"<assessmentItem><itemBody><p>What is {shown} this?</p>"
        "<extendedTextInteraction/></itemBody></assessmentItem>"
    )
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", manifest)
        archive.writestr(name, item)
        for member, content in members.items():
            archive.writestr(member, content)
    return made.getvalue()


def own(text: str, *pictures: dict[str, object]) -> bytes:
    questions = [{"type": "ESSAY", "text": text}]
    return json.dumps({"questions": questions, "pictures": pictures}).encode()


def listed(name: str, content: bytes | str) -> dict[str, object]:
    said = content if isinstance(content, str) else base64.b64encode(content).decode()
    return {"name": name, "type": "image/png", "base64": said}


def in_each_format(content: bytes) -> list[tuple[str, bytes]]:
    """The same picture, as each format holds it."""
    return [
        ("json", own("![x](pictures/a.png)", listed("a.png", content))),
        ("moodlexml", moodle('<img src="@@PLUGINFILE@@/a.png">', file("a.png", content))),
        ("qti", qti('<img src="a.png" alt="x"/>', {"items/a.png": content})),
    ]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def vast(side: int) -> bytes:
    """A few bytes that say they are so many pixels wide and high."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


NOISE = random.Random(2).randbytes(1024 * 1024)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BAD = {
    "no picture": (b"%PDF-1.7 and so on", "no picture that can be taken"),
    "a drawing with a script": (SVG, "no picture that can be taken"),
    "nothing": (b"", "is empty"),
    "the beginning of one": (painted(size=(300, 200))[:80], "damaged"),
    "a bomb": (vast(50_000), "million pixels"),
    "one that claims too much": (vast(6_000), "million pixels"),
    "one that is too large": (painted() + NOISE * 6, "larger than"),
}


class TestWhatStrangersSend:
    @pytest.mark.parametrize("name", BAD)
    @pytest.mark.parametrize("place", range(3))
    def test_what_is_no_sound_picture_makes_its_row_wrong(self, api_of, trainer, name, place):
        content, said = BAD[name]
        format_, whole = in_each_format(content)[place]

        result = taken_in(api_of(trainer), whole, format_, mode="good")

        assert counts(result) == {"wrong": 1}
        assert said in problems_of(result)[0]
        assert not StoredFile.objects.of(IMAGE).exists()

    @pytest.mark.parametrize("place", range(3))
    def test_a_sound_one_is_taken(self, api_of, trainer, place):
        format_, whole = in_each_format(painted())[place]

        result = taken_in(api_of(trainer), whole, format_)

        assert (counts(result), notes_of(result)) == ({"new": 1}, [])
        stored = StoredFile.objects.of(IMAGE).get()
        assert f"{address_of(stored.pk)}?w=64&h=48)" in QuestionVersion.objects.get().text

    def test_a_picture_of_50_mb_is_not_unpacked(self, api_of, trainer):
        noise = random.Random(1).randbytes(12_000)
        content = (b"\x89PNG\r\n\x1a\n" + noise + b"\0" * 1_000_000) * 50

        result = taken_in(
            api_of(trainer), qti('<img src="a.png"/>', {"items/a.png": content}), "qti"
        )

        assert "larger than" in problems_of(result)[0]

    def test_ten_thousand_pictures_are_more_than_a_file_may_have(self, monkeypatch):
        monkeypatch.setattr(pictures_module, "MOST_PICTURES", 20)
        files = [listed(f"{n}.png", painted((n, 0, 0))) for n in range(21)]
        text = "".join(f"![](pictures/{n}.png)" for n in range(21))

        with pytest.raises(FileUnreadable, match="more than 20 pictures"):
            list(rows_in(io.BytesIO(own(text, *files)), FORMATS["json"]))

    @pytest.mark.parametrize("form", ["PNG", "JPEG"])
    def test_pictures_that_take_too_long_together_are_refused(
        self, api_of, trainer, monkeypatch, form
    ):
        """By their pixels; those of a JPEG in many passes count once more for each dozen."""
        monkeypatch.setattr(import_pictures, "MOST_PIXELS", 64 * 48)
        monkeypatch.setattr(import_pictures, "USUAL_PASSES", 4)
        how = {"progressive": True} if form == "JPEG" else {}
        files = [
            listed(f"{n}.png", painted((n, 0, 0), form, **how))
            for n in range(1 if form == "JPEG" else 2)
        ]
        body = own(" ".join(f"![](pictures/{n}.png)" for n in range(len(files))), *files)
        api = api_of(trainer)

        answer = send(api, body, "a.json")
        run_job(answer.json()["id"])

        job = api.get(f"/api/jobs/{answer.json()['id']}/").json()
        assert (job["status"], "too many" in job["error"]["message"]) == ("failed", True)

    @pytest.mark.parametrize(
        "address", ["b.png", "../../a.png", "/etc/passwd", "..\\a.png", "items/a.png", ""]
    )
    def test_a_picture_that_is_not_in_the_package_is_said(self, api_of, trainer, address):
        content = qti(f'<img src="{address}"/>', {"items/a.png": painted(), "../a.png": painted()})

        result = taken_in(api_of(trainer), content, "qti")

        assert "is not in the file" in problems_of(result)[0]

    @pytest.mark.parametrize("address", ["a.png", "./a.png", "../items/a.png", "%61.png?v=2"])
    def test_a_name_is_looked_up_from_where_its_item_is(self, api_of, trainer, address):
        content = qti(f'<img src="{address}"/>', {"items/a.png": painted()})

        assert counts(taken_in(api_of(trainer), content, "qti")) == {"new": 1}

    def test_a_link_in_a_package_is_only_its_words(self, api_of, trainer):
        made = io.BytesIO(qti('<img src="a.png"/>', {}))
        link = zipfile.ZipInfo("items/a.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(made, "a") as archive:
            archive.writestr(link, "/etc/passwd")

        result = taken_in(api_of(trainer), made.getvalue(), "qti")

        assert "no picture that can be taken" in problems_of(result)[0]

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_of_one_name_are_neither(self, api_of, trainer):
        red, blue = painted("red"), painted("blue")
        api = api_of(trainer)
        packed = io.BytesIO(qti('<img src="a.png"/>', {"items/a.png": red}))
        with zipfile.ZipFile(packed, "a") as archive:
            archive.writestr("items/a.png", blue)
        both = file("a.png", red) + file("a.png", blue)
        for content, format_ in (
            (own("![](pictures/a.png)", listed("a.png", red), listed("a.png", blue)), "json"),
            (moodle('<img src="@@PLUGINFILE@@/a.png">', both), "moodlexml"),
            (packed.getvalue(), "qti"),
        ):
            result = taken_in(api, content, format_)
            assert "Two pictures in the file" in problems_of(result)[0]

    @pytest.mark.parametrize("said", ["@@@", "abc", "é" * 40, "Zm9v\u200b"])
    def test_base64_that_is_none_is_said(self, api_of, trainer, said):
        api = api_of(trainer)
        for content, format_ in (
            (own("![](pictures/a.png)", listed("a.png", said)), "json"),
            (moodle('<img src="@@PLUGINFILE@@/a.png">', file("a.png", said)), "moodlexml"),
        ):
            assert "base64" in problems_of(taken_in(api, content, format_))[0]

    @pytest.mark.parametrize("said", [None, 7, [], {}])
    def test_a_picture_without_words_in_json_is_empty(self, api_of, trainer, said):
        body = own("![](pictures/a.png)", {"name": "a.png", "base64": said})

        assert "is empty" in problems_of(taken_in(api_of(trainer), body, "json"))[0]

    @pytest.mark.parametrize("pictures", [7, "x", {"a.png": 1}, [7, {"name": 7}, None]])
    def test_pictures_of_another_shape_are_none(self, api_of, trainer, pictures):
        body = {"questions": [{"type": "ESSAY", "text": "Why?"}], "pictures": pictures}

        assert counts(taken_in(api_of(trainer), json.dumps(body).encode(), "json")) == {"new": 1}

    def test_one_that_json_does_not_bring_is_said(self, api_of, trainer):
        result = taken_in(api_of(trainer), own("![](pictures/b.png) and pictures/c.png"), "json")

        assert counts(result) == {"new": 1}
        assert notes_of(result) == ["The picture “b.png” is not in the file."]

    @pytest.mark.parametrize("address", ["https://evil.example/a.png", "//evil.example/a.png"])
    def test_what_lies_elsewhere_is_said_and_never_fetched(
        self, api_of, trainer, monkeypatch, address
    ):
        def refuse(*_args, **_named):
            raise AssertionError("somebody opened a connection")

        monkeypatch.setattr("socket.create_connection", refuse)
        api = api_of(trainer)
        for content, format_ in (
            (own(f"json ![x]({address})"), "json"),
            (f"type,text\nESSAY,csv ![x]({address})\n".encode(), "csv"),
            (moodle(f'html <img src="{address}">'), "moodlexml"),
            (moodle(f"markdown ![x]({address})", form="markdown"), "moodlexml"),
            (qti(f'<img src="{address}"/>', {}), "qti"),
        ):
            result = taken_in(api, content, format_)
            assert counts(result) == {"new": 1}
            assert any("evil.example" in note for note in notes_of(result)), format_
        assert not StoredFile.objects.of(IMAGE).exists()

    def test_data_within_html_is_a_picture_like_any_other(self, api_of, trainer):
        data = f"data:image/png;base64,{base64.b64encode(painted()).decode()}"
        api = api_of(trainer)

        first = taken_in(api, moodle(f'One <img src="{data}" alt="A [plan]">'), "moodlexml")
        second = taken_in(api, qti(f'<img src="{data}" alt="A plan"/>', {}), "qti")

        assert counts(first) == counts(second) == {"new": 1}
        stored = StoredFile.objects.of(IMAGE).get()
        shown = f"![A plan]({address_of(stored.pk)}?w=64&h=48)"
        assert all(shown in version.text for version in QuestionVersion.objects.all())

    def test_moodle_has_folders_spaces_and_sizes(self, api_of, trainer):
        name = "@@PLUGINFILE@@/sub/my%20plan%20(1).png?time=9"
        html = f'<p><img src="{name}" width="32" height="24"></p>'
        files = file("my plan (1).png", painted(), "/sub/") + file("notes.pdf", b"%PDF-1.7")

        result = taken_in(api_of(trainer), moodle(html, files), "moodlexml")

        stored = StoredFile.objects.of(IMAGE).get()
        assert f"![]({address_of(stored.pk)}?w=32&h=24)" in QuestionVersion.objects.get().text
        assert notes_of(result) == ["Files that the text does not show were left out."]

    def test_an_object_of_a_package_is_a_picture_where_it_says_so(self, api_of, trainer):
        shown = '<object data="a.png" width="64"/><object data="f.mp4" type="video/mp4"/>'

        result = taken_in(api_of(trainer), qti(shown, {"items/a.png": painted()}), "qti")

        assert notes_of(result) == ["Pictures and films were left out."]
        text = QuestionVersion.objects.get().text
        assert text.startswith("What is ![](/api/files/")
        assert text.endswith("?w=64&h=48) this?")

    def test_many_elements_in_one_paragraph_take_no_longer_than_they_are_many(self):
        content = qti('<img src="a.png"/>x' * 20_000, {"items/a.png": painted()})

        (row,) = rows_in(io.BytesIO(content), FORMATS["qti"])

        assert row.written is not None
        assert row.written["text"].count("picture:") == 20_000

    def test_a_mark_that_somebody_writes_is_only_text(self, api_of, trainer):
        text = f"![x](picture:{'0' * 64}?sized)"

        result = taken_in(api_of(trainer), own(text), "json")

        assert counts(result) == {"new": 1}
        assert QuestionVersion.objects.get().text == text

    def test_the_sheet_of_errors_has_words_in_place_of_marks(self, api_of, trainer):
        body = {
            "questions": [{"type": "SINGLE", "text": "![x](pictures/a.png)"}],
            "pictures": [listed("a.png", painted())],
        }
        api = api_of(trainer)
        found = taken_in(api, json.dumps(body).encode(), "json")

        sheet = saved(api.get(f"{IMPORTS}{found['import']}/errors/"))

        (row,) = rows_in(io.BytesIO(sheet), FORMATS["xlsx"])
        assert row.cells is not None
        assert row.cells["text"] == "![x](picture)"


class TestWhatIsNotYours:
    def secret(self, owner) -> str:
        shown = sent(owner, painted("green"), "Secret")
        make_question("ESSAY", owner=owner, is_shared=False, written={"text": shown})
        return shown

    @pytest.mark.parametrize("format_", ["json", "csv"])
    def test_a_picture_of_a_question_that_one_does_not_see_is_not_there(
        self, api_of, trainer, format_
    ):
        shown = self.secret(UserFactory(trainer=True))
        body = own(shown) if format_ == "json" else f"type,text\nESSAY,{shown}\n".encode()
        api = api_of(trainer)

        result = taken_in(api, body, format_)

        assert "There is no such picture here" in notes_of(result)[0]
        question = Question.objects.get(owner=trainer)
        assert not VersionImage.objects.filter(version__question=question).exists()
        for name in CARRYING:
            chosen = Question.objects.filter(pk=question.pk)
            assert pictures_of(chosen) == {}
            losses = []
            content = b"".join(written_as(FORMATS[name], drafts_of(chosen), losses))
            assert base64.b64encode(painted("green"))[:60] not in content
            assert [loss.parts for loss in losses] == [("pictures",)]

    def test_a_name_alone_is_no_claim_to_what_the_bank_has(self, api_of, trainer):
        """A file that calls its picture as the bank calls another gets its own picture."""
        owner = UserFactory(trainer=True)
        mark = next(iter(named_in([self.secret(owner)])))
        body = own(f"![x](pictures/{mark}.png)", listed(f"{mark}.png", painted("blue")))

        taken_in(api_of(trainer), body, "json")

        (mine,) = shown_by(Question.objects.get(owner=trainer))
        assert (mine.owner, mine.pk == mark) == (trainer, False)
        assert Image.open(io.BytesIO(bytes_of(mine))).getpixel((0, 0)) == (0, 0, 255)

    def test_a_file_of_another_purpose_is_no_picture(self, api_of, trainer):
        other = StoredFile.objects.create(
            purpose="quiz answer", owner=trainer, name="a.png", size=1, created_at=now()
        )

        result = taken_in(api_of(trainer), own(f"![a]({address_of(other.pk)})"), "json")

        assert "There is no such picture here" in notes_of(result)[0]
        assert pictures_of(Question.objects.all()) == {}

    def test_what_a_shared_question_shows_is_kept_as_it_is(self, api_of, trainer):
        owner = UserFactory(trainer=True)
        illustrated(owner)
        api = api_of(trainer)

        result = taken_in(api, exported(api, "json"), "json")

        assert (counts(result), notes_of(result)) == ({"new": 1}, [])
        assert StoredFile.objects.of(IMAGE).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_keep_its_picture_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    owner = UserFactory(trainer=True)
    body = own("![x](pictures/a.png)", listed("a.png", painted()))
    both = threading.Barrier(2, timeout=60)
    failures = []

    def take_in(batch):
        try:
            with Shelf() as shelf:
                rows = list(rows_in(io.BytesIO(body), FORMATS["json"], shelf))
                pictures = import_pictures.ImportPictures(shelf, owner)
                pictures.look_through(rows, lambda _number, _count: None)
                both.wait()
                apply_import(
                    batch,
                    plan=lambda: plan_import(
                        read_rows(pictures.placed(rows, is_locked=True)),
                        owner=owner,
                        format_="json",
                    ),
                    mode="all",
                    at=now(),
                    seed=1,
                    pictures=pictures,
                )
        except Exception as error:  # noqa: BLE001 (asserted on below)
            failures.append(error)
        finally:
            connection.close()

    batches = [
        ImportBatch.objects.create(owner=owner, file_name="a", format="json", created_at=now())
        for _ in range(2)
    ]
    threads = [threading.Thread(target=take_in, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert StoredFile.objects.of(IMAGE).count() == Question.objects.count() == 1
