"""The bank that comes with the platform: loaded once, followed when it changes, edited here."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.events.models import Event
from core.markdown import render_markdown
from questions.actions.bank_content import load_bank
from questions.actions.saving import Facts, retire_question, revise_question
from questions.bank_files import read_subjects
from questions.loading import prepare_bank
from questions.models import Chapter, Choice, Question, QuestionStatus, QuestionVersion, Subject
from questions.tests.factories import make_question

SHIPPED = Path(__file__).parents[1] / "content"
ROWS = (Subject, Chapter, Question, QuestionVersion, Choice, Event)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files():
    return read_subjects(SHIPPED)[:2]


def load(files, **how):
    return load_bank(files, at=now(), seed=3, **how)


def with_first(files, **facts):
    """The same files, with another first question."""
    first, *others = files[0].questions
    return [replace(files[0], questions=(replace(first, **facts), *others)), *files[1:]]


def newest(reference):
    return QuestionVersion.objects.newest().get(question__reference=reference)


def counts():
    return [model.objects.count() for model in ROWS]


def test_all_that_is_shipped_comes_with_every_platform():
    said = prepare_bank(now())
    assert said == f"Loaded questions: {Question.objects.count()} new, 0 changed, 0 retired."
    assert Question.objects.count() >= 300
    assert not Question.objects.exclude(owner=None, is_shared=True, status="ready").exists()
    assert not Question.objects.filter(chapter=None).exists()


def test_every_formula_that_is_shipped_can_be_drawn():
    texts = [
        text
        for subject in read_subjects(SHIPPED)
        for question in subject.questions
        for text in (
            question.outline.text,
            question.explanation,
            *(choice.text for choice in question.outline.choices),
            *(choice.feedback for choice in question.outline.choices),
        )
        if "$" in text
    ]
    drawn = [render_markdown(text) for text in texts]
    assert sum("<math" in html for html in drawn) > 40
    assert [text for text, html in zip(texts, drawn, strict=True) if "maths-unread" in html] == []


def test_loaded_again_it_changes_nothing():
    prepare_bank(now())
    before = counts()
    assert prepare_bank(now()) == ""
    assert counts() == before


def test_trainers_see_what_was_loaded(files, api_of, trainer):
    load(files)
    answer = api_of(trainer).get("/api/questions/", {"subject": files[0].code})
    assert answer.json()["count"] == len(files[0].questions)


def test_a_question_that_changes_in_its_file_gets_a_version(files):
    load(files)
    reference = files[0].questions[0].ref
    report = load(with_first(files, explanation="Said better."))
    assert report.changed == [reference]
    assert (newest(reference).number, newest(reference).explanation) == (2, "Said better.")
    assert QuestionVersion.objects.filter(question__reference=reference).count() == 2


def test_a_question_that_was_revised_here_stays(files, admin):
    load(files)
    file = files[0].questions[0]
    question = Question.objects.get(reference=file.ref)
    ours = Facts(explanation="Ours.")
    revise_question(question, outline=file.outline, facts=ours, by=admin, at=now(), seed=1)

    report = load(with_first(files, explanation="Said better."))

    assert report.kept == [file.ref]
    assert newest(file.ref).explanation == "Ours."
    assert load(files, overwrite=True).changed == [file.ref]
    assert newest(file.ref).explanation == file.explanation


def test_where_an_admin_puts_a_question_it_stays(files):
    load(files)
    reference = files[0].questions[0].ref
    other = Subject.objects.get(code=files[1].code)
    Question.objects.filter(reference=reference).update(subject=other, chapter=None)
    Subject.objects.filter(code=files[0].code).update(name="Ours")
    load(with_first(files, explanation="Said better."))
    assert Question.objects.get(reference=reference).subject == other
    assert Subject.objects.get(code=files[0].code).name == "Ours"


def test_a_question_that_no_file_has_is_retired(files, admin):
    load(files)
    gone = files[0].questions[-1].ref
    fewer = [replace(files[0], questions=files[0].questions[:-1]), files[1]]
    assert load(fewer).retired == [gone]
    assert Question.objects.get(reference=gone).status == QuestionStatus.RETIRED
    assert not load(fewer).has_changed_anything


def test_a_question_that_an_admin_retired_stays_so(files, admin):
    load(files)
    question = Question.objects.get(reference=files[0].questions[0].ref)
    retire_question(question, by=admin, at=now())
    load(with_first(files, explanation="Said better."))
    question.refresh_from_db()
    assert question.status == QuestionStatus.RETIRED


def test_a_question_of_somebody_who_is_gone_is_none_of_ours(files):
    """It may be called as one in a file is."""
    question = make_question(reference=files[0].questions[0].ref)
    Question.objects.filter(pk=question.pk).update(owner=None)
    assert files[0].questions[0].ref in load(files).made
    assert load([files[1]]).retired
    question.refresh_from_db()
    assert question.status == QuestionStatus.READY


def test_the_ids_of_choices_do_not_tell_which_is_right(files):
    load(files)
    first = [
        version.choices.order_by("pk").first().is_correct
        for version in QuestionVersion.objects.filter(type="SINGLE")
    ]
    assert 0 < sum(first) < len(first)


def test_it_asks_the_same_for_any_number_of_questions(files):
    few = [replace(file, questions=file.questions[:2]) for file in files]
    with CaptureQueriesContext(
        connection,
    ) as small:
        load(few)
    with CaptureQueriesContext(connection) as large:
        load(files)
    assert len(large) <= len(small)


def test_the_command_loads_it_with_the_tracks_and_says_so():
    said = StringIO()
    call_command("load_content", stdout=said)
    assert "new: question sql-null-not-equal" in said.getvalue()
    again = StringIO()
    call_command("load_content", stdout=again)
    assert again.getvalue() == "Everything is loaded already.\n"
