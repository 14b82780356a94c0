"""The bank by page: found, narrowed, ordered, changed many at a time, and by whom."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.outcomes import Outcome, record_outcomes
from questions.actions.saving import Facts, revise_question
from questions.bank_list import COLUMNS
from questions.kinds import kind_of
from questions.models import (
    Chapter,
    Choice,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
    VersionStatistics,
)
from questions.pages.bank import statistics_of
from questions.templatetags.bank import opening
from questions.tests.factories import WRITTEN, make_question

BANK, SELECTED = "/questions/", "/questions/selected/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def joins():
    subject = Subject.objects.create(code="sql", name="SQL")
    return Chapter.objects.create(subject=subject, name="Joins")


def text_at(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def asks(text, **facts):
    return make_question(written={"text": text}, **facts)


def newest(question):
    return QuestionVersion.objects.get(question=question, number=question.newest)


def answered(question, *, is_doubtful=False):
    """By ten people: those who do well elsewhere do well here, unless the key is doubtful."""
    shares = [(1.0, 0.9), (0.0, 0.2)] * 5
    version = newest(question).pk
    record_outcomes(
        [
            Outcome(version=version, share=1 - share if is_doubtful else share, rest=rest)
            for share, rest in shares
        ]
    )


class TestWhoSeesWhat:
    def test_strangers_sign_in_first_and_come_back(self, client):
        answer = client.get(BANK)
        assert answer.status_code == 302
        assert "next=" in answer["Location"]

    def test_students_see_none_of_it(self, client_of, student):
        question = make_question()
        client = client_of(student)
        for path in (BANK, f"{BANK}{question.pk}/", f"{BANK}new/", f"{BANK}export/file/"):
            assert client.get(path).status_code == 403

    def test_trainers_see_their_own_and_what_is_shared(self, client_of, trainer):
        asks("Mine, and only mine", owner=trainer, is_shared=False)
        asks("Of another, and shared")
        hidden = asks("Of another, and private", is_shared=False)

        page = text_at(client_of(trainer), BANK)

        assert "Mine, and only mine" in page
        assert "Of another, and shared" in page
        assert "Of another, and private" not in page
        assert client_of(trainer).get(f"{BANK}{hidden.pk}/").status_code == 404
        assert client_of(trainer).get(f"{BANK}{hidden.pk}/edit/").status_code == 404

    def test_staff_see_all(self, client_of, admin):
        asks("Of another, and private", is_shared=False)
        assert "Of another, and private" in text_at(client_of(admin), BANK)


class TestFinding:
    @pytest.fixture(autouse=True)
    def bank(self, trainer, joins):
        asks("Which join keeps all?", owner=trainer, subject=joins.subject, chapter=joins)
        make_question("ESSAY", written={"text": "Why indexes?"})
        asks("An old one", owner=trainer, status=QuestionStatus.RETIRED)
        self.joins = joins

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", {"Which join", "Why indexes"}),
            ("q=JOIN+keeps", {"Which join"}),
            ("q=nothing+like+this", set()),
            ("type=ESSAY", {"Why indexes"}),
            ("difficulty=hard", set()),
            ("difficulty=medium", {"Which join", "Why indexes"}),
            ("status=retired", {"An old one"}),
            ("status=all", {"Which join", "Why indexes", "An old one"}),
            ("whose=mine", {"Which join"}),
            ("whose=shared", {"Why indexes"}),
            ("flag=key", set()),
            ("tag=joins", set()),
            # What makes no sense is as if it were not there.
            ("type=RIDDLE&place=chapter-x&status=gone&page=last", {"Which join", "Why indexes"}),
            ("q=%00", {"Which join", "Why indexes"}),
            ("sort=owner&page=99", {"Which join", "Why indexes"}),
        ],
    )
    def test_by_each_filter(self, client_of, trainer, query, found):
        page = text_at(client_of(trainer), f"{BANK}?{query}")
        every = {"Which join", "Why indexes", "An old one"}
        assert {each for each in every if each in page} == found

    def test_by_subject_and_chapter(self, client_of, trainer):
        for place in (f"subject-{self.joins.subject_id}", f"chapter-{self.joins.pk}"):
            page = text_at(client_of(trainer), f"{BANK}?place={place}")
            assert "Which join" in page
            assert "Why indexes" not in page

    def test_nothing_found_says_how_to_go_on(self, client_of, trainer):
        page = text_at(client_of(trainer), f"{BANK}?q=nothing")
        assert "No question fits" in page
        assert "Clear the filters" in page


def test_a_bank_without_questions_says_how_to_begin(client_of, trainer):
    page = text_at(client_of(trainer), BANK)
    assert "No question yet" in page
    assert "/questions/imports/" in page


@pytest.mark.parametrize("sort", [each.name for each in COLUMNS if each.order_by])
def test_it_is_ordered_by_each_column_both_ways(client_of, trainer, sort):
    asks("A first one", owner=trainer, explanation="")
    answered(asks("B second one", owner=trainer))
    for order in (sort, f"-{sort}"):
        assert "A first one" in text_at(client_of(trainer), f"{BANK}?sort={order}")


def test_what_nobody_answered_stands_below_what_somebody_did(client_of, trainer):
    asks("Asked nobody", owner=trainer)
    answered(asks("Answered by ten", owner=trainer))
    for order in ("facility", "-facility"):
        page = text_at(client_of(trainer), f"{BANK}?sort={order}")
        assert page.index("Answered by ten") < page.index("Asked nobody")


def test_a_key_that_looks_wrong_is_flagged_and_found(client_of, trainer):
    answered(asks("A sound one", owner=trainer))
    doubtful = asks("A doubtful one", owner=trainer)
    answered(doubtful, is_doubtful=True)

    page = text_at(client_of(trainer), f"{BANK}?flag=key")

    assert "A doubtful one" in page
    assert "A sound one" not in page
    assert "Look at the key" in text_at(client_of(trainer), f"{BANK}{doubtful.pk}/")


@pytest.mark.parametrize(
    ("flag", "found", "told"),
    [
        ("key", "Doubtful", "Look at the key"),
        ("easy", "Easy one", "Nearly everybody gets this right"),
        ("hard", "Hard one", "Hardly anybody gets this right"),
        ("unused", "Unasked", "Nobody has answered this yet"),
    ],
)
def test_each_flag_is_a_filter_with_a_word_on_what_to_do(client_of, trainer, flag, found, told):
    for text, shares in (
        ("Easy one", [1.0] * 20),
        ("Hard one", [0.0] * 20),
        ("Middling", [0.0, 1.0] * 10),
    ):
        key = newest(asks(text, owner=trainer)).pk
        record_outcomes([Outcome(key, share, 0.5) for share in shares])
    answered(asks("Doubtful", owner=trainer), is_doubtful=True)
    asks("Unasked", owner=trainer)

    page = text_at(client_of(trainer), f"{BANK}?flag={flag}")

    every = {"Easy one", "Hard one", "Middling", "Doubtful", "Unasked"}
    assert {each for each in every if each in page} == {found}
    assert told in page


def test_what_was_answered_before_it_was_revised_was_answered(client_of, trainer):
    question = asks("Which join?", owner=trainer)
    answered(question)
    outline, _problems = kind_of("SINGLE").read({**WRITTEN["SINGLE"], "text": "Which one, then?"})
    revise_question(question, outline=outline, facts=Facts(), by=trainer, at=now(), seed=1)
    assert "Which one" not in text_at(client_of(trainer), f"{BANK}?flag=unused")


def test_what_a_person_marks_has_no_key_that_looks_wrong(client_of, trainer):
    essay = make_question("ESSAY", owner=trainer, written={"text": "Why indexes?"})
    answered(essay, is_doubtful=True)
    client = client_of(trainer)
    assert "Why indexes" not in text_at(client, f"{BANK}?flag=key")
    assert "Look at the key" not in text_at(client, f"{BANK}{essay.pk}/")
    assert "Key?" not in text_at(client, BANK)


def test_the_database_and_the_rule_agree_on_which_keys_look_wrong(trainer):
    sums = [
        *({"answers": 9, "share_sum": 5}, {"answers": 10}, {"answers": 10, "share_sum": 10}),
        {"answers": 12, "share_sum": 6, "share_squares": 6, "rest_sum": 6, "rest_squares": 4},
        {
            "answers": 12,
            "share_sum": 6,
            "share_squares": 6,
            "rest_sum": 6,
            "rest_squares": 4,
            "products": 3.5,
        },
    ]
    for each in sums:
        VersionStatistics.objects.create(version=newest(make_question(owner=trainer)), **each)

    found = set(QuestionVersion.objects.with_doubtful_key())

    every = QuestionVersion.objects.select_related("statistics")
    assert found == {each for each in every if statistics_of(each).has_doubtful_key}
    assert len(found) == 1


class TestManyAtOnce:
    def post(self, client, questions, **how):
        return client.post(SELECTED, {"selected": [each.pk for each in questions], **how})

    def test_own_ones_are_put_into_a_chapter(self, client_of, trainer, joins):
        own, others = make_question(owner=trainer), make_question()

        answer = self.post(
            client_of(trainer), [own, others], do="place", place=f"chapter-{joins.pk}", back="q=a"
        )

        assert answer["Location"] == "/questions/?q=a"
        own.refresh_from_db()
        others.refresh_from_db()
        assert (own.chapter, own.subject) == (joins, joins.subject)
        assert others.chapter is None

    def test_no_chapter_moves_nothing(self, client_of, trainer, joins):
        own = make_question(owner=trainer, subject=joins.subject, chapter=joins)
        self.post(client_of(trainer), [own], do="place", place="")
        own.refresh_from_db()
        assert own.chapter == joins

    @pytest.mark.parametrize(("do", "status"), [("retire", "retired"), ("ready", "ready")])
    def test_own_ones_change_their_status(self, client_of, trainer, do, status):
        own = make_question(owner=trainer, status=QuestionStatus.DRAFT)
        others = make_question(status=QuestionStatus.DRAFT)
        client = client_of(trainer)

        self.post(client, [own, others], do=do)

        own.refresh_from_db()
        others.refresh_from_db()
        assert (own.status, others.status) == (status, "draft")
        page = text_at(client, BANK)
        assert "1 question is" in page
        assert "1 is of somebody else" in page

    def test_others_that_one_sees_are_exported_too(self, client_of, trainer):
        chosen = [make_question(owner=trainer), make_question()]
        hidden = make_question(is_shared=False)
        answer = self.post(client_of(trainer), [*chosen, hidden], do="export")
        keys = "&".join(f"id={each.pk}" for each in sorted(chosen, key=lambda each: each.pk))
        assert answer.status_code == 302
        assert set(answer["Location"].partition("?")[2].split("&")) == set(keys.split("&"))

    @pytest.mark.parametrize("selected", [[], ["x"], ["9" * 30], ["-1"], ["99999999"]])
    def test_what_is_no_question_is_told(self, client_of, trainer, selected):
        client = client_of(trainer)
        client.post(SELECTED, {"selected": selected, "do": "retire"})
        assert "Select some questions first" in text_at(client, BANK)

    @pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "\r\nX: y"])
    def test_it_only_leads_back_to_the_list(self, client_of, trainer, back):
        own = make_question(owner=trainer)
        answer = self.post(client_of(trainer), [own], do="ready", back=back)
        assert answer["Location"].startswith("/questions/?")
        assert "\n" not in answer["Location"]


def many(owner, count):
    """So many at once, by hand: made one by one they would take minutes."""
    at = now()
    made = Question.objects.bulk_create(
        Question(owner=owner, status="ready", created_at=at, edited_at=at) for _ in range(count)
    )
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(
            question=each,
            number=1,
            type="SINGLE",
            text=f"What is {number} + 1 in the ring of {number}?",
            tags=["sums"],
            digest=str(number),
            text_digest=str(number),
            made_at=at,
        )
        for number, each in enumerate(made)
    )
    Choice.objects.bulk_create(
        Choice(version=each, position=n, text=str(n), is_correct=n == 1)
        for each in versions
        for n in (1, 2)
    )
    VersionStatistics.objects.bulk_create(
        VersionStatistics(version=each, answers=20, share_sum=10) for each in versions
    )


def test_the_list_takes_the_same_queries_however_many_there_are(client_of, trainer):
    client = client_of(trainer)
    make_question(owner=trainer)
    client.get(BANK)
    with CaptureQueriesContext(connection) as few:
        client.get(BANK)
    many(trainer, 200)
    with CaptureQueriesContext(connection) as lots:
        client.get(BANK)
    assert len(few) == len(lots)


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return captured.captured_queries


@pytest.mark.parametrize("type_", WRITTEN)
def test_each_kind_is_looked_at_with_its_key(client_of, trainer, type_):
    question = make_question(type_, owner=trainer)
    page = text_at(client_of(trainer), f"{BANK}{question.pk}/")
    assert "With its key" in page
    assert "Because it is so." in page


def test_one_question_takes_the_same_queries_whatever_it_has(client_of, trainer):
    small = make_question(owner=trainer)
    choices = [{"text": f"Choice {n}", "correct": n == 1} for n in range(20)]
    large = make_question(owner=trainer, written={"choices": choices})
    answered(large)
    client = client_of(trainer)
    client.get(BANK)
    first, second = (queries_of(client, f"{BANK}{each.pk}/") for each in (small, large))
    assert len(first) == len(second)


class TestTrying:
    def test_an_answer_is_graded_and_nothing_is_kept(self, client_of, trainer):
        question = make_question(owner=trainer)
        right = newest(question).choices.get(is_correct=True)
        before = VersionStatistics.objects.count()

        answer = client_of(trainer).post(
            f"{BANK}{question.pk}/try/", {f"q{question.pk}": str(right.pk)}
        )

        assert answer.status_code == 200
        assert "1 of 1" in answer.content.decode()
        assert VersionStatistics.objects.count() == before

    def test_a_wrong_one_gets_nothing(self, client_of, trainer):
        question = make_question("NUMERIC", owner=trainer)
        answer = client_of(trainer).post(f"{BANK}{question.pk}/try/", {f"q{question.pk}": "3"})
        assert "0 of 1" in answer.content.decode()

    @pytest.mark.parametrize("type_", WRITTEN)
    @pytest.mark.parametrize("said", ["", "\x00", "9" * 300, "⅔", "-1"])
    def test_whatever_is_answered_is_told_and_no_error(self, client_of, trainer, type_, said):
        question = make_question(type_, owner=trainer)
        version = newest(question)
        name = f"q{question.pk}"
        parts = [
            *("l1", "l2", "verb"),
            *(str(each.pk) for each in version.choices.all()),
        ]
        data = {name: said, **{f"{name}-{part}": said for part in parts}}
        answer = client_of(trainer).post(f"{BANK}{question.pk}/try/", data)
        assert answer.status_code == 200


class TestItsFate:
    def test_it_is_retired_and_comes_back(self, client_of, trainer):
        question = make_question(owner=trainer)
        client = client_of(trainer)
        client.post(f"{BANK}{question.pk}/retire/")
        question.refresh_from_db()
        assert question.status == "retired"
        client.post(f"{BANK}{question.pk}/ready/")
        question.refresh_from_db()
        assert question.status == "ready"

    def test_it_is_deleted_after_a_second_thought(self, client_of, trainer):
        question = make_question(owner=trainer)
        client = client_of(trainer)
        assert "Delete the question?" in text_at(client, f"{BANK}{question.pk}/delete/")
        assert client.post(f"{BANK}{question.pk}/delete/")["Location"] == BANK
        assert not Question.objects.filter(pk=question.pk).exists()

    def test_what_is_of_another_is_left_alone(self, client_of, trainer):
        question = make_question()
        for verb in ("retire", "ready", "delete", "versions/1/restore"):
            answer = client_of(trainer).post(f"{BANK}{question.pk}/{verb}/")
            assert answer.status_code == 403

    def test_others_with_the_same_words_are_told(self, client_of, trainer):
        first, second = (asks("What is  a Join?", owner=trainer) for _ in range(2))
        asks("what is a join", is_shared=False)
        page = text_at(client_of(trainer), f"{BANK}{first.pk}/")
        assert "The same words stand elsewhere" in page
        assert f"Question {second.pk}" in page
        assert page.count(f"/questions/{second.pk}/") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Which **join** keeps `all`?", "Which join keeps all?"),
        ("# A heading\n\nand more", "A heading and more"),
        ("What is printed?\n\n```python\nprint(1)\n```\n", "What is printed?"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("![A chart](/files/1/) and [a link](https://a.example)", "A chart and a link"),
        ("{{verb}} name FROM tools", "… name FROM tools"),
        ("", "…"),
        ("a" * 5_000, f"{'a' * 109}…"),
    ],
)
def test_a_question_begins_in_one_plain_line(text, shown):
    assert opening(text) == shown
    assert len(opening(text)) <= 110


def test_a_private_question_of_another_trainer_has_no_versions_to_see(client_of, trainer):
    hidden = make_question(owner=UserFactory(trainer=True), is_shared=False)
    assert client_of(trainer).get(f"{BANK}{hidden.pk}/versions/").status_code == 404
