"""Files of questions by page: sent, looked at, taken in, taken back; and questions as files."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.tests.factories import UserFactory
from core.jobs.models import Job
from core.jobs.running import run_job
from questions.actions.saving import Facts, revise_question
from questions.formats import FORMATS, MOST_BYTES
from questions.kinds import kind_of
from questions.models import ImportBatch, Question, Subject
from questions.tests.factories import WRITTEN, make_question

IMPORTS, EXPORT, FILE = "/questions/imports/", "/questions/export/", "/questions/export/file/"
HEAD = b"type,text,reference,correct,choice_1,choice_2\n"
GOOD = b"SINGLE,How many?,r-1,1,Two,Three\nESSAY,Why?,r-2,,,\n"
BAD = b"SINGLE,Which?,r-3,,Two,Three\n"

pytestmark = pytest.mark.django_db


def send(client, content=HEAD + GOOD, name="questions.csv", **fields):
    return client.post(IMPORTS, {"file": SimpleUploadedFile(name, content), **fields})


def looked_at(client, *args, **how):
    """A batch that a worker has looked at, and its page."""
    answer = send(client, *args, **how)
    assert answer.status_code == 302, answer.content.decode()
    batch = ImportBatch.objects.latest("created_at")
    run_job(batch.job)
    batch.refresh_from_db()
    return batch, client.get(answer["Location"]).content.decode()


def applied(client, batch, mode="all"):
    client.post(f"{IMPORTS}{batch.pk}/apply/", {"mode": mode})
    batch.refresh_from_db()
    run_job(batch.job)
    batch.refresh_from_db()
    return client.get(f"{IMPORTS}{batch.pk}/").content.decode()


class TestSending:
    def test_it_is_looked_at_and_nothing_is_taken_in(self, client_of, trainer):
        batch, page = looked_at(client_of(trainer))
        assert "All rows are sound" in page
        assert "Take in 2 questions" in page
        assert (batch.state, Question.objects.count()) == ("checked", 0)

    def test_while_it_is_looked_at_one_sees_how_far_it_is(self, client_of, trainer):
        client = client_of(trainer)
        answer = send(client)
        page = client.get(answer["Location"]).content.decode()
        assert "Looking at each row" in page
        assert "<job-progress" in page
        assert "Take in" not in page

    @pytest.mark.parametrize(
        ("content", "name", "fields", "said"),
        [
            (b"", "a.csv", {}, "a.csv"),
            (HEAD, "a.exe", {"format": "csv2"}, "Select a valid choice"),
            (b"PK\x03\x04", "a.xlsm", {}, "macros"),
            (b"\xd0\xcf", "a.xls", {}, "old format"),
            (b"just words", "a.doc", {}, "We do not know what this file is"),
            (b"\xff\xfe\x00", "a.json", {}, ""),
        ],
    )
    def test_what_is_no_file_of_questions_is_said_at_the_field(
        self, client_of, trainer, content, name, fields, said
    ):
        answer = send(client_of(trainer), content, name, **fields)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "data-error-summary" in page
        assert said in page
        assert not Job.objects.exists()

    def test_none_at_all(self, client_of, trainer):
        page = client_of(trainer).post(IMPORTS, {}).content.decode()
        assert "Choose a file first." in page

    def test_too_large(self, client_of, trainer):
        answer = send(client_of(trainer), b"a" * (MOST_BYTES + 1))
        assert answer.status_code in {200, 413}
        assert not ImportBatch.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv", b"type,text\n"),
            ("a.json", b'{"questions": '),
            ("a.xml", b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>'),
            ("a.zip", b"PK\x05\x06" + b"\x00" * 18),
            ("a.xlsx", b"PK\x05\x06" + b"\x00" * 18),
        ],
    )
    def test_what_cannot_be_read_fails_with_words(self, client_of, trainer, name, content):
        client = client_of(trainer)
        answer = send(client, content, name)
        if answer.status_code == 302:
            run_job(ImportBatch.objects.get().job)
            page = client.get(answer["Location"]).content.decode()
            assert Job.objects.get().error["message"] in page.replace("&#x27;", "'")
            assert "Send another file" in page
        else:
            assert "data-error-summary" in answer.content.decode()


class TestTheReport:
    def test_each_row_says_what_it_is_and_what_to_do(self, client_of, trainer):
        _batch, page = looked_at(client_of(trainer), HEAD + GOOD + BAD)
        assert "1 row is wrong" in page
        assert "Row 4" in page
        assert "Mark one choice as correct, and only one." in page
        assert "Take in the 2 good ones" in page

    @pytest.mark.parametrize(
        ("state", "count"), [("", 3), ("wrong", 1), ("new", 2), ("changed", 0), ("gone", 3)]
    )
    def test_it_is_narrowed(self, client_of, trainer, state, count):
        client = client_of(trainer)
        batch, _page = looked_at(client, HEAD + GOOD + BAD)
        answer = client.get(f"{IMPORTS}{batch.pk}/?state={state}")
        assert answer.context["page"].paginator.count == count

    def test_a_long_one_comes_in_pages_and_in_as_many_queries(self, client_of, trainer):
        client = client_of(trainer)
        few, _page = looked_at(client, HEAD + GOOD)
        rows = "".join(f"ESSAY,Why {n}?,x-{n},,,\n" for n in range(250)).encode()
        lots, _page = looked_at(client, HEAD + rows)
        counts = []
        for batch in (few, lots):
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(f"{IMPORTS}{batch.pk}/")
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert len(answer.context["page"].object_list) == 100
        assert client.get(f"{IMPORTS}{lots.pk}/?page=3").content.decode().count("Why ") == 50

    def test_markup_in_a_file_is_only_text(self, client_of, trainer):
        row = b'"<script>alert(1)</script>","<img src=x>",r-9,,,\n'
        _batch, page = looked_at(client_of(trainer), HEAD + row)
        assert "<script>alert" not in page
        assert "<img src=x" not in page

    def test_the_wrong_rows_come_as_a_workbook(self, client_of, trainer):
        client = client_of(trainer)
        batch, page = looked_at(client, HEAD + GOOD + BAD)
        address = f"/api/questions/imports/{batch.pk}/errors/"
        assert address in page
        content = b"".join(client.get(address).streaming_content)
        assert load_workbook(io.BytesIO(content)).active.max_row == 2


class TestTakingIn:
    def test_all_rows_then_nothing_new(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client)
        assert "It is taken in" in applied(client, batch)
        assert Question.objects.filter(owner=trainer).count() == 2
        _again, page = looked_at(client)
        assert "All of this is there already" in page

    def test_the_good_ones(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client, HEAD + GOOD + BAD)
        applied(client, batch, mode="good")
        assert Question.objects.count() == 2

    def test_not_all_while_one_is_wrong(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client, HEAD + GOOD + BAD)
        answer = client.post(f"{IMPORTS}{batch.pk}/apply/", {"mode": "all"}, follow=True)
        assert "Some rows are wrong" in answer.content.decode()
        assert not Question.objects.exists()

    def test_once_is_enough(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client)
        applied(client, batch)
        answer = client.post(f"{IMPORTS}{batch.pk}/apply/", follow=True)
        assert "taken in already" in answer.content.decode()
        assert Question.objects.count() == 2


class TestTakingBack:
    def test_it_asks_first_and_says_what_went_and_what_stayed(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client)
        applied(client, batch)
        kept = Question.objects.get(reference="r-2")
        outline, _problems = kind_of("ESSAY").read({"text": "Why not?"})
        revise_question(
            kept, outline=outline, facts=Facts(), by=trainer, at=kept.created_at, seed=1
        )

        asked = client.get(f"{IMPORTS}{batch.pk}/undo/").content.decode()
        page = client.post(f"{IMPORTS}{batch.pk}/undo/", follow=True).content.decode()

        assert "2 questions that it made go." in asked
        assert "1 question that it made is gone." in page
        assert "1 stays" in page
        assert list(Question.objects.all()) == [kept]

    def test_what_was_not_taken_in_cannot_be(self, client_of, trainer):
        client = client_of(trainer)
        batch, _page = looked_at(client)
        answer = client.post(f"{IMPORTS}{batch.pk}/undo/", follow=True)
        assert "was not taken in" in answer.content.decode()


class TestWhoseTheyAre:
    def test_those_of_others_are_not_there(self, client_of, trainer, admin):
        batch, _page = looked_at(client_of(trainer))
        other = client_of(UserFactory(trainer=True))
        for part in ("", "undo/"):
            assert other.get(f"{IMPORTS}{batch.pk}/{part}").status_code == 404
        assert other.post(f"{IMPORTS}{batch.pk}/apply/").status_code == 404
        assert "questions.csv" not in other.get(IMPORTS).content.decode()
        assert "questions.csv" in client_of(admin).get(IMPORTS).content.decode()

    def test_the_list_takes_as_many_queries_for_many(self, client_of, trainer):
        client = client_of(trainer)
        counts = []
        for _time in range(2):
            for number in range(3):
                looked_at(client, HEAD + f"ESSAY,{number}?,y-{number},,,\n".encode())
            with CaptureQueriesContext(connection) as captured:
                client.get(IMPORTS)
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestExporting:
    def test_what_is_lost_is_said_before_anything_is_downloaded(self, client_of, trainer):
        make_question("ORDERING", owner=trainer)
        make_question("NUMERIC", owner=trainer, marks="2")
        page = client_of(trainer).get(f"{EXPORT}?format=gift").content.decode()
        assert "Of 2 questions something is lost." in page
        assert "1 is left out as a whole." in page

    @pytest.mark.parametrize("format_", FORMATS)
    def test_every_format_is_downloaded(self, client_of, trainer, format_):
        for type_ in WRITTEN:
            make_question(type_, owner=trainer)
        client = client_of(trainer)
        page = client.get(f"{EXPORT}?format={format_}").content.decode()
        assert f"{FILE}?format={format_}" in page
        answer = client.get(f"{FILE}?format={format_}")
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content)

    def test_nothing_is_lost_in_a_workbook(self, client_of, trainer):
        make_question("ORDERING", owner=trainer)
        page = client_of(trainer).get(f"{EXPORT}?format=xlsx").content.decode()
        assert "Nothing is lost" in page

    def test_only_what_was_selected_or_is_left_by_the_filters(self, client_of, trainer):
        chosen = make_question("ESSAY", owner=trainer, written={"text": "This one"})
        make_question(owner=trainer, written={"text": "That one"})
        hidden = make_question("ESSAY", is_shared=False, written={"text": "Nobody's"})
        for query in (f"id={chosen.pk}&id={hidden.pk}", "type=ESSAY"):
            answer = client_of(trainer).get(f"{FILE}?format=json&{query}")
            text = b"".join(answer.streaming_content).decode()
            assert "This one" in text
            assert "That one" not in text
            assert "Nobody's" not in text

    @pytest.mark.parametrize("query", ["format=doc", "id=x", "id=99999999", "place=none&q=%00"])
    def test_what_means_nothing_is_no_error(self, client_of, trainer, query):
        assert client_of(trainer).get(f"{EXPORT}?{query}").status_code == 200
        assert client_of(trainer).get(f"{FILE}?{query}").status_code == 200

    def test_it_takes_as_many_queries_for_many(self, client_of, trainer):
        Subject.objects.create(code="sql", name="SQL")
        client = client_of(trainer)
        client.get(EXPORT)
        counts = []
        for _time in range(2):
            for type_ in WRITTEN:
                make_question(type_, owner=trainer)
            with CaptureQueriesContext(connection) as captured:
                client.get(f"{EXPORT}?format=qti")
            counts.append(len(captured))
        assert counts[0] == counts[1]
