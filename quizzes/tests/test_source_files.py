"""Files to ask about: what is read of them, and what is refused."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter

from core.files.models import StoredFile
from core.jobs.models import Job
from core.jobs.running import run_job
from questions.models import QuestionVersion
from quizzes.generators.errors import SourceUnreadable
from quizzes.generators.sources import pdf as pdf_reading
from quizzes.generators.sources.reading import MOST_CHARACTERS, read_text
from quizzes.models import GenerationState
from quizzes.tests.generation import TEXT, asked, done
from quizzes.tests.source_files import docx, pdf, pptx, zipped

PARTS = [part for part in TEXT.split("\n\n") if not part.startswith(("#", "1"))]
LINES = tuple(" ".join(part.split()) for part in PARTS)
GENERATE = "/api/quiz/quizzes/generate/"

pytestmark = pytest.mark.django_db


def text_of(content):
    return read_text(BytesIO(content))[0]


def upload(name, content):
    return SimpleUploadedFile(name, content)


DOCUMENT = docx(
    ("Heading1", "Indexes"),
    *(("", line) for line in LINES),
    ("list", "An item of a list"),
    ("SourceCode", "SELECT 1;"),
    ("SourceCode", "SELECT 2;"),
)
SLIDES = pptx(("Indexes", LINES), ("Isolation", ("A level shows what was committed.", "Second")))
PAGES = pdf(*(line[:90] + "\n" + line[90:180] + "\n" + line[180:] for line in LINES))


def test_a_word_document_keeps_headings_lists_and_code():
    text = text_of(DOCUMENT)

    assert "# Indexes\n" in text
    assert LINES[0] in text
    assert "- An item of a list" in text
    assert "```\nSELECT 1;\nSELECT 2;\n```" in text


def test_slides_come_in_their_order_without_their_numbers():
    text = text_of(SLIDES)

    assert text.index("# Indexes") < text.index("# Isolation") < text.index("- Second")
    assert "7" not in text.split("# Isolation")[1]


def test_lines_of_a_page_become_sentences_again():
    text = " ".join(text_of(PAGES).split())

    assert "A transaction is a group of statements that all happen or none of them." in text


def test_tables_of_a_document_are_rows():
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = f"<w:tr>{cell.format('level')}{cell.format('meaning')}</w:tr>"
    content = DOCUMENT
    with ZipFile(BytesIO(content)) as archive:
        document = archive.read("word/document.xml").decode()
    document = document.replace("</w:body>", f"<w:tbl>{row}</w:tbl></w:body>")

    assert "| level | meaning |" in text_of(zipped(word__document=document))


def test_text_is_read_as_it_is():
    assert text_of(TEXT.replace("\n", "\r\n").encode()) == TEXT.strip()


def test_only_so_much_is_read_and_that_is_said():
    text, notes = read_text(BytesIO(b"A word follows. " * 20_000))

    assert len(text) <= MOST_CHARACTERS
    assert str(MOST_CHARACTERS) in notes[0]


def encrypted(content):
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt("secret", algorithm="RC4-128")
    kept = BytesIO()
    writer.write(kept)
    return kept.getvalue()


CIRCLE = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n"
)
ENTITIES = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf("Nothing"), id="hardly any text"),
        pytest.param(encrypted(PAGES), id="password"),
        pytest.param(PAGES[: len(PAGES) // 3], id="half a PDF"),
        pytest.param(b"%PDF-1.7\n" + b"\x00\xff" * 500, id="no PDF at all"),
        pytest.param(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\n", id="in a circle"),
        pytest.param(DOCUMENT[: len(DOCUMENT) // 2], id="half a document"),
        pytest.param(docx(("", "x" * 500), before=ENTITIES), id="entities"),
        pytest.param(docx(("", "x" * 500), before=OUTSIDE), id="a file of the server"),
        pytest.param(zipped(word__document="<not xml"), id="no XML"),
        pytest.param(zipped(word__document=b" " * 60_000_000), id="a bomb"),
        pytest.param(zipped(ppt__presentation="<p/>"), id="no slides"),
        pytest.param(b"\xff\xfe\x00\xd8" * 90, id="broken UTF-16"),
        pytest.param(b"\x80\x81" * 300, id="no text"),
        pytest.param(b"Too short.", id="too short"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content):
    with pytest.raises(SourceUnreadable) as refused:
        read_text(BytesIO(content))

    assert str(refused.value.message)


def test_a_document_nested_without_end_is_refused():
    deep = "<w:p xmlns:w='w'>" * 5_000 + "</w:p>" * 5_000

    with pytest.raises(SourceUnreadable):
        read_text(BytesIO(zipped(word__document=deep)))


def test_too_many_pages_are_refused(monkeypatch):
    monkeypatch.setattr(pdf_reading, "MOST_PAGES", 2)

    with pytest.raises(SourceUnreadable, match="more than 2 pages"):
        read_text(BytesIO(pdf(*LINES, *LINES)))


def test_a_page_that_takes_too_long_ends_it(monkeypatch):
    monkeypatch.setattr(pdf_reading, "LONGEST_SECONDS", -1)

    with pytest.raises(SourceUnreadable, match="too long"):
        read_text(BytesIO(PAGES))


def send(api, wish, name, content):
    return api.post(GENERATE, {**wish, "file": upload(name, content)}, format="multipart")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("indexes.docx", DOCUMENT),
        ("indexes.pptx", SLIDES),
        ("indexes.pdf", PAGES),
        ("indexes.md", TEXT.encode()),
        ("indexes.txt", TEXT.encode()),
    ],
)
def test_a_file_is_asked_about_and_named_as_the_source(api_of, trainer, name, content):
    wish = {"title": "Indexes", "generation_type": "FILE", "num_questions": 4}

    answer = send(api_of(trainer), wish, name, content)

    assert answer.status_code == 202, answer.json()
    run_job(answer.json()["job"]["id"])
    assert Job.objects.get(pk=answer.json()["job"]["id"]).error is None
    versions = QuestionVersion.objects.all()
    assert len(versions) == 4
    assert all(version.sources == [{"title": name}] for version in versions)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("virus.docx", b"MZ" + b"\x00" * 500, 400),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, 400),
        ("sheet.xlsx", zipped(xl__workbook="<a/>"), 400),
        ("pages.docx", PAGES, 400),
        ("empty.md", b"", 400),
        ("large.md", b"x" * (11 * 1024 * 1024), 413),
    ],
)
def test_other_files_are_refused_at_once(api_of, trainer, name, content, status):
    wish = {"title": "Indexes", "generation_type": "FILE", "num_questions": 4}

    answer = send(api_of(trainer), wish, name, content)

    assert answer.status_code == status
    assert not StoredFile.objects.exists()


def test_a_file_that_cannot_be_read_fails_with_what_to_do(trainer):
    made = done(
        asked(trainer, type_="FILE", source_text="", upload=upload("a.pdf", encrypted(PAGES)))
    )

    assert made.state == GenerationState.FAILED
    assert made.error["code"] == "VALIDATION_ERROR"
    assert "password" in made.error["message"]


def test_only_its_owner_and_staff_read_a_source(client_of, trainer, admin, student):
    asked(trainer, type_="FILE", source_text="", upload=upload("a.md", TEXT.encode()))
    path = f"/api/files/{StoredFile.objects.get().pk}/"

    for reader, status in ((trainer, 200), (admin, 200), (student, 404)):
        answer = client_of(reader).get(path)
        assert answer.status_code == status
        assert status != 200 or b"".join(answer.streaming_content) == TEXT.encode()


def test_the_same_file_again_is_served_from_what_came_of_it(trainer):
    def wish():
        return asked(trainer, type_="FILE", source_text="", upload=upload("a.md", TEXT.encode()))

    done(wish())

    assert done(wish()).is_from_cache
