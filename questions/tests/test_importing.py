"""Files of questions, looked at and taken in: by those who teach, and back again."""

from __future__ import annotations

import io
import json
import threading
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.tests.factories import UserFactory
from core.clock import now
from core.jobs.actions import cancel_job
from core.jobs.models import Job
from core.jobs.running import run_job
from core.tests.answers import error_of
from questions.actions.importing import apply_import
from questions.actions.saving import Facts, revise_question
from questions.formats import FORMATS, MOST_BYTES, Row
from questions.kinds import KINDS, kind_of
from questions.models import Chapter, Choice, ImportBatch, Question, QuestionVersion, Subject
from questions.planning import RowState, plan_import, read_rows
from questions.tests.factories import make_question

IMPORT, IMPORTS = "/api/questions/import/", "/api/questions/imports/"
EXPORT, TEMPLATE = "/api/questions/export/", "/api/questions/import/template/"
GOOD = b"type,text,reference,correct,choice_1,choice_2,subject,chapter\n"
ONE = b"SINGLE,How many?,r-1,1,Two,Three,sql,Joins\n"
TWO = b"ESSAY,Why?,,,,,,\n"
BAD = b"SINGLE,Which?,r-3,,Two,Three,,\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sql():
    subject = Subject.objects.create(code="sql", name="SQL")
    Chapter.objects.create(subject=subject, name="Joins")
    return subject


def send(api, content=GOOD + ONE + TWO, name="questions.csv", query="", **fields):
    body = {"file": SimpleUploadedFile(name, content), **fields}
    return api.post(f"{IMPORT}{query}", body, format="multipart")


def imported(api, *args, **how):
    """The result of the job, which a worker would have run."""
    answer = send(api, *args, **how)
    assert answer.status_code == 202, answer.content
    return ran(api, answer)


def ran(api, answer):
    run_job(answer.json()["id"])
    job = api.get(f"/api/jobs/{answer.json()['id']}/").json()
    assert job["status"] == "succeeded", job
    return job["result"]


def saved(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def counts(result):
    return {name: result[name] for name in ("new", "changed", "identical", "wrong") if result[name]}


class TestTakingIn:
    def test_a_dry_run_says_what_it_would_do_and_does_nothing(self, api_of, trainer, sql):
        result = imported(api_of(trainer), GOOD + ONE + TWO + BAD, query="?dry_run=1")

        assert counts(result) == {"new": 2, "wrong": 1}
        assert [(row["row"], row["state"]) for row in result["rows"]] == [
            (2, "new"),
            (3, "new"),
            (4, "wrong"),
        ]
        assert result["rows"][2]["problems"] == [
            {"column": "choices", "message": "Mark one choice as correct, and only one."}
        ]
        assert not Question.objects.exists()

    def test_all_rows_are_taken_in(self, api_of, trainer, sql):
        result = imported(api_of(trainer))

        assert result["state"] == "applied"
        question = Question.objects.get(reference="r-1")
        version = question.versions.get()
        assert (question.owner, question.subject, question.chapter.name) == (
            trainer,
            sql,
            "Joins",
        )
        assert (question.status, version.origin, version.marks) == ("ready", "import", Decimal(1))
        assert [choice.text for choice in version.material.choices] == ["Two", "Three"]
        assert result["rows"][0]["question"] == question.pk

    def test_nothing_is_taken_while_a_row_is_wrong(self, api_of, trainer, sql):
        result = imported(api_of(trainer), GOOD + ONE + BAD)

        assert (result["state"], counts(result)) == ("checked", {"new": 1, "wrong": 1})
        assert not Question.objects.exists()

    def test_the_good_ones_are_taken_if_asked(self, api_of, trainer, sql):
        result = imported(api_of(trainer), GOOD + ONE + BAD, mode="good")

        assert result["state"] == "applied"
        assert Question.objects.count() == 1

    def test_a_dry_run_is_taken_in_later(self, api_of, trainer, sql):
        api = api_of(trainer)
        found = imported(api, GOOD + ONE + BAD, query="?dry_run=true")
        apply = f"{IMPORTS}{found['import']}/apply/"

        refused = api.post(apply, {}, format="json")
        assert error_of(refused) == (409, "CONFLICT")
        assert refused.json()["error"]["details"] == {"wrong": 1}
        result = ran(api, api.post(apply, {"mode": "good"}, format="json"))

        assert (result["state"], Question.objects.count()) == ("applied", 1)
        assert error_of(api.post(apply, {"mode": "good"}, format="json")) == (409, "CONFLICT")

    def test_the_same_file_again_changes_nothing(self, api_of, trainer, sql):
        api = api_of(trainer)
        imported(api)
        before = list(Question.objects.values_list("pk", "newest", "edited_at"))

        result = imported(api)

        assert counts(result) == {"identical": 2}
        assert list(Question.objects.values_list("pk", "newest", "edited_at")) == before

    def test_a_row_with_a_known_reference_makes_another_version(self, api_of, trainer, sql):
        api = api_of(trainer)
        imported(api)

        result = imported(api, GOOD + ONE.replace(b"How many?", b"How many then?"))

        question = Question.objects.get(reference="r-1")
        assert counts(result) == {"changed": 1}
        assert [each.text for each in question.versions.order_by("number")] == [
            "How many?",
            "How many then?",
        ]

    def test_another_chapter_alone_makes_no_version(self, api_of, trainer, sql):
        Chapter.objects.create(subject=sql, name="Sets")
        api = api_of(trainer)
        imported(api)

        result = imported(api, GOOD + ONE.replace(b"Joins", b"sets"))

        question = Question.objects.get(reference="r-1")
        assert counts(result) == {"changed": 1}
        assert (question.newest, question.chapter.name) == (1, "Sets")

    def test_questions_of_others_are_not_touched(self, api_of, trainer, sql):
        other = UserFactory(trainer=True)
        imported(api_of(other))

        result = imported(api_of(trainer), GOOD + ONE.replace(b"Two", b"2"))

        assert counts(result) == {"new": 1}
        assert Question.objects.filter(reference="r-1").count() == 2

    def test_twins_within_a_file(self, api_of, trainer, sql):
        result = imported(api_of(trainer), GOOD + TWO + TWO + ONE + ONE, mode="good")

        assert [row["state"] for row in result["rows"]] == ["new", "identical", "new", "wrong"]
        assert "Row 4" in result["rows"][3]["problems"][0]["message"]
        assert Question.objects.count() == 2

    def test_a_subject_that_is_none_is_wrong(self, api_of, trainer):
        result = imported(api_of(trainer), GOOD + ONE)

        assert result["rows"][0]["problems"][0]["column"] == "subject"

    def test_right_to_left_text_is_kept(self, api_of, trainer):
        imported(api_of(trainer), "type,text\nESSAY,مرحبا بالعالم\n".encode())

        assert QuestionVersion.objects.get().text == "مرحبا بالعالم"

    def test_ids_of_choices_do_not_tell_which_is_right(self, api_of, trainer):
        lines = b"".join(b"SINGLE,Q%d?,,1,Right,Wrong,,\n" % n for n in range(40))
        imported(api_of(trainer), GOOD + lines)

        rights = Choice.objects.filter(is_correct=True).values_list("version", "pk")
        wrongs = dict(Choice.objects.filter(is_correct=False).values_list("version", "pk"))
        assert {pk < wrongs[version] for version, pk in rights} == {True, False}

    @pytest.mark.parametrize("apply", [False, True])
    def test_a_job_that_runs_twice_does_it_once(self, api_of, trainer, sql, apply):
        api = api_of(trainer)
        answer = send(api, query="" if apply else "?dry_run=1")
        job = Job.objects.get(pk=answer.json()["id"])
        ran(api, answer)
        Job.objects.filter(pk=job.pk).update(status="queued", finished_at=None)

        ran(api, answer)

        assert Question.objects.count() == (2 if apply else 0)

    def test_a_cancelled_job_takes_nothing_in(self, api_of, trainer, sql):
        answer = send(api_of(trainer))
        cancel_job(Job.objects.get(pk=answer.json()["id"]), at=now())
        run_job(answer.json()["id"])

        assert not Question.objects.exists()
        assert ImportBatch.objects.get().state == "checked"

    def test_the_same_key_sends_it_once(self, api_of, trainer):
        api = api_of(trainer)
        for _ in range(2):
            body = {"file": SimpleUploadedFile("a.csv", GOOD + TWO)}
            api.post(IMPORT, body, format="multipart", headers={"Idempotency-Key": "k"})

        assert ImportBatch.objects.count() == 1


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("content", "name", "fields", "said"),
        [
            (b"", "a.csv", {}, "empty"),
            ("type,text\nESSAY,é".encode("latin-1"), "a.csv", {}, "UTF-8"),
            (b"hello", "a", {}, "Say its format"),
            (b"PK\x03\x04", "a.xlsm", {}, "macros"),
            (b"PK\x03\x04", "a.csv", {}, "in truth"),
            (GOOD, "a.csv", {"format": "odt"}, "odt"),
            (GOOD, "a.csv", {"mode": "some"}, "some"),
        ],
    )
    def test_before_a_job_is_started(self, api_of, trainer, content, name, fields, said):
        answer = send(api_of(trainer), content, name, **fields)

        assert error_of(answer) == (400, "VALIDATION_ERROR")
        assert said in answer.content.decode()
        assert not Job.objects.exists()

    def test_without_a_file(self, api_of, trainer):
        answer = api_of(trainer).post(IMPORT, {}, format="multipart")

        assert "file" in answer.json()["error"]["details"]

    @pytest.mark.parametrize("more", [1, 1024 * 1024])
    def test_a_file_that_is_too_large(self, api_of, trainer, more):
        answer = send(api_of(trainer), b"x" * (MOST_BYTES + more))

        assert error_of(answer) == (413, "PAYLOAD_TOO_LARGE")

    def test_a_file_that_cannot_be_read_fails_its_job_with_words(self, api_of, trainer):
        api = api_of(trainer)
        answer = send(api, b"type,title\nESSAY,Why?\n")
        run_job(answer.json()["id"])

        job = api.get(f"/api/jobs/{answer.json()['id']}/").json()
        assert (job["status"], job["error"]["code"]) == ("failed", "VALIDATION_ERROR")
        assert "“text”" in job["error"]["message"]

    def test_students_import_and_export_nothing(self, api_of, student):
        api = api_of(student)

        assert error_of(send(api)) == (403, "PERMISSION_DENIED")
        for address in (IMPORTS, EXPORT, TEMPLATE):
            assert error_of(api.get(address)) == (403, "PERMISSION_DENIED")


class TestLookingAtThem:
    def test_imports_of_others_are_not_there(self, api_of, trainer, admin):
        found = imported(api_of(trainer), GOOD + TWO)
        other = api_of(UserFactory(trainer=True))
        one = f"{IMPORTS}{found['import']}/"

        assert other.get(IMPORTS).json()["count"] == 0
        assert error_of(other.get(one)) == (404, "NOT_FOUND")
        for what in ("apply", "undo"):
            assert error_of(other.post(f"{one}{what}/")) == (404, "NOT_FOUND")
        assert error_of(other.get(f"{one}errors/")) == (404, "NOT_FOUND")
        assert api_of(admin).get(one).json()["rows"] == found["rows"]

    def test_the_list_takes_as_many_queries_for_many(self, api_of, trainer):
        api = api_of(trainer)
        found = []
        for _ in range(2):
            imported(api, GOOD + TWO)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert api.get(IMPORTS).status_code == 200
            found.append(len(queries))

        assert found[0] == found[1]

    def test_wrong_rows_come_as_a_sheet_that_is_sent_again_when_mended(self, api_of, trainer, sql):
        api = api_of(trainer)
        found = imported(api, GOOD + ONE + BAD, mode="good")

        book = load_workbook(io.BytesIO(saved(api.get(f"{IMPORTS}{found['import']}/errors/"))))
        header, line = [[cell.value for cell in row] for row in book.active.iter_rows()]
        assert header[:2] == ["row", "what is wrong"]
        assert line[0] == "3"
        assert "Mark one choice" in line[1]
        book.active.insert_cols(3)
        book.active["C1"], book.active["C2"] = "correct", 2
        mended = io.BytesIO()
        book.save(mended)
        result = imported(api, mended.getvalue(), "mended.xlsx")

        assert counts(result) == {"new": 1}
        assert result["rows"][0]["notes"] == []

    def test_a_key_of_a_dry_run_takes_nothing_in(self, api_of, trainer, sql):
        api = api_of(trainer)

        def sent(query):
            body = {"file": SimpleUploadedFile("questions.csv", GOOD + TWO)}
            key = {"Idempotency-Key": "once"}
            return api.post(f"{IMPORT}{query}", body, format="multipart", headers=key)

        assert sent("?dry_run=1").status_code == 202
        assert sent("?dry_run=1")["Idempotent-Replayed"] == "true"
        assert error_of(sent("")) == (409, "CONFLICT")


class TestTakingBack:
    def test_what_it_made_goes_and_what_it_changed_is_as_before(self, api_of, trainer, sql):
        api = api_of(trainer)
        imported(api)
        found = imported(api, GOOD + ONE.replace(b"How many?", b"How few?") + b"ESSAY,So?,,,,,,\n")
        assert Question.objects.count() == 3

        answer = api.post(f"{IMPORTS}{found['import']}/undo/")

        assert answer.status_code == 200
        assert answer.json()["undo"] == {"removed": 1, "restored": 1, "kept": 0}
        question = Question.objects.get(reference="r-1")
        assert (question.newest, question.versions.get().text) == (1, "How many?")
        assert Question.objects.count() == 2
        assert error_of(api.post(f"{IMPORTS}{found['import']}/undo/")) == (409, "CONFLICT")

    def test_what_somebody_edited_since_stays(self, api_of, trainer, sql):
        api = api_of(trainer)
        found = imported(api)
        question = Question.objects.get(reference="r-1")
        outline, _problems = kind_of("ESSAY").read({"text": "Rather this."})
        revise_question(question, outline=outline, facts=Facts(), by=trainer, at=now(), seed=1)

        answer = api.post(f"{IMPORTS}{found['import']}/undo/")

        assert answer.json()["undo"] == {"removed": 1, "restored": 0, "kept": 1}
        assert Question.objects.get() == question

    def test_a_dry_run_has_nothing_to_take_back(self, api_of, trainer):
        api = api_of(trainer)
        found = imported(api, GOOD + TWO, query="?dry_run=1")

        assert error_of(api.post(f"{IMPORTS}{found['import']}/undo/")) == (409, "CONFLICT")


class TestPlanning:
    def rows(self, count):
        return read_rows(
            Row(
                n,
                {
                    "type": "SINGLE",
                    "reference": f"r-{n}" if n % 2 else "",
                    "text": f"Q{n}?",
                    "choices": [{"text": "A", "correct": True}, {"text": "B"}],
                },
            )
            for n in range(count)
        )

    def batch(self, owner):
        return ImportBatch.objects.create(
            owner=owner, file_name="a.json", format="json", created_at=now()
        )

    @pytest.mark.parametrize("format_", FORMATS)
    def test_it_takes_the_same_queries_for_any_number_of_rows(self, trainer, sql, format_):
        found = []
        for count in (3, 60):
            read = self.rows(count)
            apply_import(
                self.batch(trainer),
                plan=lambda read=read: plan_import(read, owner=trainer, format_=format_),
                mode="all",
                at=now(),
                seed=1,
            )
            with CaptureQueriesContext(connection) as queries:
                planned = plan_import(read, owner=trainer, format_=format_)
            assert {each.state for each in planned} == {RowState.IDENTICAL}
            found.append(len(queries))

        assert found[0] == found[1] <= 6

    def test_taking_in_takes_the_same_queries_up_to_a_part(self, trainer):
        found = []
        for count in (40, 400):
            read = self.rows(count)[count // 4 :]
            batch = self.batch(UserFactory(trainer=True))
            with CaptureQueriesContext(connection) as queries:
                apply_import(
                    batch,
                    plan=lambda read=read, batch=batch: plan_import(
                        read, owner=batch.owner, format_="json"
                    ),
                    mode="all",
                    at=now(),
                    seed=1,
                )
            found.append(len(queries))

        assert found[1] - found[0] <= 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_make_its_questions_once():
    trainer = UserFactory(trainer=True)
    read = TestPlanning().rows(20)
    batches = [TestPlanning().batch(trainer) for _ in range(2)]
    both = threading.Barrier(2, timeout=60)
    failures = []

    def take_in(batch):
        try:
            both.wait()
            apply_import(
                batch,
                plan=lambda: plan_import(read, owner=trainer, format_="json"),
                mode="all",
                at=now(),
                seed=1,
            )
        except Exception as error:  # noqa: BLE001 (asserted on below)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take_in, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Question.objects.count() == 20


class TestExporting:
    @pytest.mark.parametrize("format_", FORMATS)
    def test_what_is_exported_is_found_again(self, api_of, trainer, format_):
        for number, type_ in enumerate(KINDS):
            make_question(type_, owner=trainer, reference=f"r-{number}")
        api = api_of(trainer)

        answer = api.get(f"{EXPORT}?format={format_}", headers={"Accept": "text/html"})
        content = saved(answer)
        result = imported(api, content, f"a{FORMATS[format_].extensions[0]}")

        assert answer["Content-Type"] == FORMATS[format_].content_type
        assert f"questions{FORMATS[format_].extensions[0]}" in answer["Content-Disposition"]
        assert set(counts(result)) == {"identical"}

    def test_it_is_narrowed_as_the_list_is(self, api_of, trainer, sql):
        make_question("ESSAY", owner=trainer, subject=sql)
        make_question("SINGLE", owner=trainer)
        make_question("SINGLE", is_shared=False)

        def found(query):
            content = saved(api_of(trainer).get(f"{EXPORT}?format=json&{query}"))
            return [each["type"] for each in json.loads(content)["questions"]]

        assert found("") == ["ESSAY", "SINGLE"]
        assert found("subject=sql") == ["ESSAY"]
        assert found("question_type=SINGLE") == ["SINGLE"]
        assert found("search=kind+ESSAY") == ["ESSAY"]

    @pytest.mark.parametrize("query", ["format=odt", "format=json&subject=%00", "status=x"])
    def test_what_means_nothing_is_refused(self, api_of, trainer, query):
        assert error_of(api_of(trainer).get(f"{EXPORT}?{query}")) == (400, "VALIDATION_ERROR")

    def test_it_takes_as_many_queries_for_many(self, api_of, trainer):
        found = []
        for _ in range(2):
            make_question(owner=trainer)
            with CaptureQueriesContext(connection) as queries:
                saved(api_of(trainer).get(f"{EXPORT}?format=csv"))
            found.append(len(queries))

        assert found[0] == found[1]

    @pytest.mark.parametrize("format_", ["xlsx", "csv"])
    def test_the_template_is_a_file_that_can_be_taken_in(self, api_of, trainer, format_):
        api = api_of(trainer)
        content = saved(api.get(f"{TEMPLATE}?format={format_}"))

        result = imported(api, content, f"template.{format_}", query="?dry_run=1")

        assert counts(result) == {"new": len(KINDS)}
        assert {row["type"] for row in result["rows"]} == set(KINDS)
        assert not any(row["notes"] for row in result["rows"])

    def test_the_workbook_has_lists_to_choose_from(self, api_of, trainer):
        book = load_workbook(io.BytesIO(saved(api_of(trainer).get(TEMPLATE))))

        ranges = [each.formula1 for each in book["Questions"].data_validations.dataValidation]
        assert len(ranges) == 3
        assert [cell.value for cell in book["Lists"]["A"]] == ["type", *KINDS]
