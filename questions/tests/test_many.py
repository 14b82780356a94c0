"""Many questions at once: changed in one go, with nobody's left out in silence, and taken back."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from questions.actions import saving
from questions.actions.many import (
    delete_many,
    mark_ready,
    place_many,
    retire_many,
    set_difficulty,
    share_many,
    tag_many,
    undo_many,
)
from questions.actions.outcomes import Outcome, record_outcomes
from questions.actions.saving import Facts, revise_question
from questions.bank_changes import ticket_of, undo_in
from questions.kinds import kind_of
from questions.models import (
    Chapter,
    ChoiceCount,
    Difficulty,
    Question,
    QuestionStatus,
    QuestionVersion,
    Subject,
    VersionImage,
)
from questions.pages import changing
from questions.tests.factories import WRITTEN, make_question
from questions.tests.test_bank_pages import BANK, SELECTED, answered, asks, newest, text_at

UNDO = "/questions/selected/undo/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def joins():
    subject = Subject.objects.create(code="sql", name="SQL")
    return Chapter.objects.create(subject=subject, name="Joins")


def fresh(question):
    return Question.objects.get(pk=question.pk)


def how(by):
    return {"by": by, "at": now()}


def tagged(questions, by, **tags):
    return tag_many(questions, **tags, **how(by), seed=3)


class TestTags:
    @pytest.mark.parametrize("type_", WRITTEN)
    def test_they_make_a_version_that_asks_the_same(self, trainer, type_):
        question = make_question(type_, owner=trainer)
        before = newest(question)

        tagged([question], trainer, add=["joins", "basics"])

        after = newest(fresh(question))
        assert (after.number, after.tags, before.tags) == (2, ["basics", "joins"], [])
        kind = kind_of(type_)
        assert kind.write(after.material) == kind.write(before.material)
        assert (after.explanation, after.marks) == (before.explanation, before.marks)
        assert newest(fresh(question)).made_by == trainer

    def test_what_was_asked_stays_as_it_was_seen(self, trainer):
        question = make_question(owner=trainer)
        seen = newest(question)
        tagged([question], trainer, add=["new"])
        again = QuestionVersion.objects.get(pk=seen.pk)
        assert (again.tags, again.digest, again.number) == ([], seen.digest, 1)

    def test_they_are_added_and_removed_and_the_same_again_makes_no_version(self, trainer):
        question = make_question(owner=trainer)
        assert tagged([question], trainer, add=["a", "b"]).keys == [question.pk]
        assert tagged([question], trainer, add=["b"]).keys == []
        assert tagged([question], trainer, drop=["b", "never"]).keys == [question.pk]
        assert newest(fresh(question)).tags == ["a"]
        assert fresh(question).newest == 3

    def test_one_that_would_have_too_many_keeps_its_own(self, trainer):
        full, other = make_question(owner=trainer), make_question(owner=trainer)
        tagged([full], trainer, add=[f"t{n}" for n in range(20)])
        assert tagged([full, other], trainer, add=["more"]).keys == [other.pk]
        assert "more" not in newest(fresh(full)).tags

    def test_what_is_known_of_answers_goes_on(self, trainer):
        question = make_question(owner=trainer)
        right = newest(question).choices.get(is_correct=True)
        answered(question)
        record_outcomes([Outcome(newest(question).pk, 1.0, 0.9, 7.0, (right.pk,))])
        before = newest(question).statistics

        tagged([question], trainer, add=["new"])

        after = newest(fresh(question))
        columns = [each.name for each in before._meta.concrete_fields if not each.primary_key]
        assert [getattr(after.statistics, name) for name in columns] == [
            getattr(before, name) for name in columns
        ]
        taken = ChoiceCount.objects.get(choice=after.choices.get(is_correct=True))
        assert taken.times == 1
        record_outcomes([Outcome(after.pk, 1.0, 0.9)])
        assert newest(fresh(question)).statistics.answers == before.answers + 1

    def test_so_it_does_where_the_editor_changes_no_more_than_facts(self, trainer):
        question = make_question(owner=trainer)
        answered(question)
        material = newest(question).material
        said = {"by": trainer, "at": now(), "seed": 2}
        revise_question(question, outline=material, facts=Facts(tags=["x"]), **said)
        assert newest(fresh(question)).statistics.answers == 10
        turned = {"choices": [{"text": "Wrong", "correct": True}, {"text": "Right"}]}
        outline, _problems = kind_of("SINGLE").read({"text": material.text, **turned})
        revise_question(fresh(question), outline=outline, facts=Facts(), **said)
        assert not hasattr(newest(fresh(question)), "statistics")

    def test_pictures_are_kept_for_the_new_version_too(self, trainer, monkeypatch):
        linked = []
        question = make_question(owner=trainer)
        monkeypatch.setattr(saving, "link_images", lambda made, **_how: linked.extend(made))
        tagged([question], trainer, add=["new"])
        assert [version.number for version, _outline in linked] == [2]
        assert not VersionImage.objects.exists()


class TestTheOthers:
    def test_difficulty_is_said_by_a_version(self, trainer):
        question = make_question(owner=trainer)
        set_difficulty([question], difficulty=Difficulty.HARD, **how(trainer), seed=1)
        assert newest(fresh(question)).difficulty == "hard"
        assert fresh(question).newest == 2

    def test_place_status_and_sharing_make_none(self, trainer, joins):
        question = make_question(owner=trainer, status=QuestionStatus.DRAFT)
        place_many([question], subject=joins.subject, chapter=joins, **how(trainer))
        mark_ready([question], **how(trainer))
        share_many([question], is_shared=False, **how(trainer))
        found = fresh(question)
        assert (found.chapter, found.status, found.is_shared) == (joins, "ready", False)
        assert found.newest == 1

    def test_they_are_told_to_whoever_listens(self, trainer):
        questions = [make_question(owner=trainer) for _ in range(3)]
        keys = [question.pk for question in questions]
        Event.objects.all().delete()
        tagged(questions, trainer, add=["a"])
        share_many(questions, is_shared=False, **how(trainer))
        share_many(questions, is_shared=False, **how(trainer))
        retire_many(questions, **how(trainer))
        assert Counter(Event.objects.values_list("name", flat=True)) == {
            "questions.question_saved": 3,
            "questions.changed_together": 1,
            "questions.question_retired": 3,
        }
        told = Event.objects.get(name="questions.changed_together")
        assert told.payload == {"what": "sharing", "question_ids": keys}


CHANGES = {
    "tag": lambda rows, by, _place: tagged(rows, by, add=["one", "two"]),
    "difficulty": lambda rows, by, _place: set_difficulty(
        rows, difficulty=Difficulty.HARD, **how(by), seed=1
    ),
    "place": lambda rows, by, place: place_many(
        rows, subject=place.subject, chapter=place, **how(by)
    ),
    "retire": lambda rows, by, _place: retire_many(rows, **how(by)),
    "share": lambda rows, by, _place: share_many(rows, is_shared=False, **how(by)),
}


def state_of(question):
    found = fresh(question)
    version = newest(found)
    return (
        *(found.subject_id, found.chapter_id, found.status, found.is_shared),
        *(version.tags, version.difficulty, version.digest),
    )


class TestUndoing:
    @pytest.mark.parametrize("change", CHANGES)
    def test_all_is_as_it_was(self, trainer, joins, change):
        other = Chapter.objects.create(subject=joins.subject, name="Indexes")
        questions = [
            make_question(owner=trainer, status=QuestionStatus.DRAFT, is_shared=True),
            make_question("ORDERING", owner=trainer, subject=joins.subject, chapter=other),
            make_question("MATCHING", owner=trainer, subject=joins.subject),
        ]
        before = [state_of(question) for question in questions]
        undo = CHANGES[change](questions, trainer, joins)
        assert [state_of(question) for question in questions] != before
        assert sorted(undo.keys) == [question.pk for question in questions]

        carried = undo_in(ticket_of(undo, user=trainer), user=trainer)
        done = undo_many(carried, among=questions, **how(trainer), seed=5)

        assert sorted(done) == [question.pk for question in questions]
        assert [state_of(question) for question in questions] == before
        assert undo_many(carried, among=questions, **how(trainer), seed=5) == []

    @pytest.mark.parametrize("change", CHANGES)
    def test_what_somebody_has_changed_since_stays(self, trainer, joins, change):
        touched, other = make_question(owner=trainer), make_question(owner=trainer)
        undo = CHANGES[change]([touched, other], trainer, joins)
        tagged([touched], trainer, add=["since"])
        place_many([touched], subject=joins.subject, chapter=None, **how(trainer))
        mark_ready([touched], **how(trainer))
        share_many([touched], is_shared=True, **how(trainer))
        since = state_of(touched)

        done = undo_many(undo, among=[touched, other], **how(trainer), seed=5)

        assert done == [other.pk]
        assert state_of(touched) == since

    def test_only_among_those_that_one_may_change(self, trainer):
        mine, lost = make_question(owner=trainer), make_question(owner=trainer)
        undo = retire_many([mine, lost], **how(trainer))
        assert undo_many(undo, among=[mine], **how(trainer), seed=1) == [mine.pk]
        assert fresh(lost).status == "retired"

    def test_a_ticket_is_good_for_whoever_got_it_and_as_it_was_given(self, trainer):
        undo = retire_many([make_question(owner=trainer)], **how(trainer))
        ticket = ticket_of(undo, user=trainer)
        assert undo_in(ticket, user=trainer).keys == undo.keys
        for junk in ("", "x", ticket[:-1], ticket + "a", "\x00"):
            assert undo_in(junk, user=trainer) is None
        assert undo_in(ticket, user=UserFactory(trainer=True)) is None


@pytest.mark.parametrize("change", CHANGES)
def test_many_take_no_more_queries_than_few(trainer, joins, change):
    def queries(count):
        questions = [make_question(owner=trainer) for _ in range(count)]
        for question in questions:
            answered(question)
        with CaptureQueriesContext(connection) as changing_them:
            undo = CHANGES[change](questions, trainer, joins)
        with CaptureQueriesContext(connection) as undoing:
            undo_many(undo, among=questions, **how(trainer), seed=1)
        return len(changing_them), len(undoing)

    assert queries(2) == queries(13)


def test_deleting_takes_no_more_queries_for_many_than_for_few(trainer):
    def queries(count):
        questions = [make_question(owner=trainer) for _ in range(count)]
        with CaptureQueriesContext(connection) as deleting:
            delete_many(questions, **how(trainer))
        return len(deleting)

    assert queries(2) == queries(13)


class TestByPage:
    def post(self, client, questions=(), **given):
        return client.post(SELECTED, {"selected": [each.pk for each in questions], **given})

    def told(self, client, query=""):
        return client.get(f"{BANK}?{query}").context["told"]

    def test_tags_come_as_people_write_them(self, client_of, trainer):
        question = make_question(owner=trainer)
        client = client_of(trainer)
        self.post(client, [question], do="tag", tags=" Joins,  Left   Join ,joins,")
        assert newest(fresh(question)).tags == ["joins", "left join"]
        page = text_at(client, BANK)
        assert "1 question has more tags now: joins, left join." in page
        assert self.told(client) is None

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"do": "tag", "tags": ""}, "Write at least one tag"),
            ({"do": "untag", "tags": " , "}, "Write at least one tag"),
            ({"do": "tag", "tags": "x" * 41}, "At most 20 tags"),
            ({"do": "tag", "tags": ",".join(map(str, range(21)))}, "At most 20 tags"),
            ({"do": "difficulty", "difficulty": "severe"}, "Select a valid choice"),
            ({"do": "difficulty"}, "Choose a difficulty"),
            ({"do": "place", "place": "chapter-999"}, "Select a valid choice"),
            ({"do": "explode"}, "Select a valid choice"),
            ({}, "Choose what to do"),
        ],
    )
    def test_what_makes_no_sense_is_told_and_changes_nothing(self, client_of, trainer, given, told):
        question = make_question(owner=trainer)
        before = state_of(question)
        client = client_of(trainer)
        assert self.post(client, [question], **given).status_code == 302
        assert told in text_at(client, BANK)
        assert state_of(question) == before

    def test_whatever_is_of_somebody_else_is_named(self, client_of, trainer):
        mine, theirs = asks("Mine", owner=trainer), asks("Of another, and shared")
        hidden = asks("Of another, and private", is_shared=False)
        client = client_of(trainer)

        self.post(client, [mine, theirs, hidden], do="difficulty", difficulty="easy")

        told = self.told(client)
        assert told.said == "1 question is now easy."
        assert [(note.said, note.names) for note in told.notes] == [
            ("1 is of somebody else, and stays as it is:", [(theirs.pk, "Of another, and shared")])
        ]
        assert newest(fresh(theirs)).difficulty == "medium"

    def test_those_that_were_so_already_are_counted(self, client_of, trainer):
        questions = [make_question(owner=trainer, is_shared=shared) for shared in (True, False)]
        client = client_of(trainer)
        self.post(client, questions, do="hide")
        told = self.told(client)
        assert told.said == "1 question is private: its owner and staff see it."
        assert [note.said for note in told.notes] == ["1 was so already."]

    def test_what_was_done_is_undone_by_its_button_and_the_list_stays_as_it_was(
        self, client_of, trainer
    ):
        question = make_question(owner=trainer)
        client = client_of(trainer)
        query = "type=SINGLE&sort=kind&page=1"
        answer = self.post(client, [question], do="retire", back=query)
        assert answer["Location"] == f"{BANK}?{query}"
        ticket = self.told(client, query).ticket

        answer = client.post(UNDO, {"ticket": ticket, "back": query})

        assert answer["Location"] == f"{BANK}?{query}"
        assert self.told(client, query).said == "1 question is as it was before."
        assert fresh(question).status == "ready"

    @pytest.mark.parametrize("ticket", ["", "x", "\x00", "a:b:c"])
    def test_a_ticket_that_is_none_is_told(self, client_of, trainer, ticket):
        client = client_of(trainer)
        assert client.post(UNDO, {"ticket": ticket}).status_code == 302
        assert "This can no longer be undone." in text_at(client, BANK)

    def test_undoing_what_is_no_longer_ones_own_is_told(self, client_of, trainer):
        question = asks("Given away", owner=trainer)
        client = client_of(trainer)
        self.post(client, [question], do="retire")
        ticket = self.told(client).ticket
        Question.objects.filter(pk=question.pk).update(owner=UserFactory(trainer=True))

        client.post(UNDO, {"ticket": ticket})

        told = self.told(client)
        assert told.said == "Nothing was undone."
        assert told.notes[0].names == [(question.pk, "Given away")]
        assert fresh(question).status == "retired"

    def test_all_that_fit_are_changed_wherever_they_stand(self, client_of, trainer):
        found = [asks(f"Which join is number {n}?", owner=trainer) for n in range(3)]
        other = asks("Why indexes?", owner=trainer)
        client = client_of(trainer)
        self.post(client, do="tag", tags="joins", all="on", back="q=join&page=7")
        assert all(newest(fresh(each)).tags == ["joins"] for each in found)
        assert newest(fresh(other)).tags == []

    def test_no_more_than_so_many_and_in_the_order_of_the_list(
        self, client_of, trainer, monkeypatch
    ):
        monkeypatch.setattr(changing, "MOST_AT_ONCE", 2)
        monkeypatch.setattr("questions.pages.bank.MOST_AT_ONCE", 2)
        monkeypatch.setattr("questions.pages.bank.ON_A_PAGE", 2)
        a, b, c = (asks(f"{name} of them", owner=trainer) for name in "ABC")
        client = client_of(trainer)
        query = "sort=question"
        assert "The first 2 of 3" in text_at(client, f"{BANK}?{query}")
        self.post(client, do="retire", all="on", back=query)
        assert [fresh(each).status for each in (a, b, c)] == ["retired", "retired", "ready"]

    def test_all_that_fit_are_exported_by_their_filters(self, client_of, trainer):
        asks("Which join?", owner=trainer)
        answer = self.post(client_of(trainer), do="export", all="on", back="q=join&sort=kind")
        assert answer["Location"] == "/questions/export/?q=join"

    def test_deleting_asks_first_by_name_and_keeps_what_was_asked(
        self, client_of, trainer, monkeypatch
    ):
        gone, used = asks("Never asked", owner=trainer), asks("Asked already", owner=trainer)
        theirs = asks("Of another")
        monkeypatch.setattr(changing, "used_among", lambda keys: {used.pk} & set(keys))
        client = client_of(trainer)

        answer = self.post(client, [gone, used, theirs], do="delete", back="type=SINGLE")

        page = answer.content.decode()
        assert "Delete 1 question?" in page
        assert "1 is part of a quiz or was asked" in page
        assert Question.objects.count() == 3
        context = answer.context
        client.post(
            SELECTED,
            {"do": "delete", "sure": "yes", "ids": context["ids"], "back": context["back"]},
        )
        assert set(Question.objects.values_list("pk", flat=True)) == {used.pk, theirs.pk}
        assert self.told(client).said == "1 question is deleted."

    def test_nothing_that_can_go_is_told_without_asking(self, client_of, trainer):
        theirs = asks("Of another")
        client = client_of(trainer)
        assert self.post(client, [theirs], do="delete").status_code == 302
        assert self.told(client).said == "Nothing was deleted."

    def test_who_was_asked_in_that_moment_keeps_all_of_them(self, client_of, trainer, monkeypatch):
        question = make_question(owner=trainer)

        def refused(*_args, **_how):
            raise changing.AskedMeanwhile

        monkeypatch.setattr(changing, "delete_many", refused)
        client = client_of(trainer)
        self.post(client, do="delete", sure="yes", ids=str(question.pk))
        assert "One of these was asked in this very moment" in text_at(client, BANK)

    @pytest.mark.parametrize("ids", ["x", "1;2", "9" * 30, "-1", ",,,", "\x00"])
    def test_what_is_no_list_of_questions_is_told(self, client_of, trainer, ids):
        client = client_of(trainer)
        assert self.post(client, do="delete", sure="yes", ids=ids).status_code == 302
        assert "Select some questions first" in text_at(client, BANK)

    def test_students_change_nothing(self, client_of, student):
        question = make_question()
        client = client_of(student)
        assert self.post(client, [question], do="retire").status_code == 403
        assert client.post(UNDO, {"ticket": "x"}).status_code == 403
        assert fresh(question).status == "ready"

    def test_the_page_takes_as_many_queries_for_many_as_for_few(self, client_of, trainer):
        client = client_of(trainer)
        asks("The first", owner=trainer)
        client.get(BANK)

        def queries(count):
            for _ in range(count):
                make_question(owner=trainer)
                make_question()
            with CaptureQueriesContext(connection) as captured:
                self.post(client, do="tag", tags=f"t{count}", all="on")
            return len(captured)

        assert queries(3) == queries(11)


class TestTheWayBack:
    def test_it_leads_from_a_question_and_its_editor_to_the_list_as_it_was(
        self, client_of, trainer
    ):
        question = asks("Which join?", owner=trainer)
        client = client_of(trainer)
        query = "q=join&sort=-kind"
        page = text_at(client, f"{BANK}?{query}")
        carried = "?list=q%3Djoin%26sort%3D-kind"
        assert f'href="/questions/{question.pk}/{carried}"' in page
        trail = {"", "edit/", "versions/", "delete/"}
        for part in trail:
            answer = client.get(f"{BANK}{question.pk}/{part}{carried}")
            assert answer.context["trail"][0][1] == f"{BANK}?{query}"
        answer = client.get(f"{BANK}{question.pk}/edit/{carried}")
        assert answer.context["back"] == f"{BANK}{question.pk}/{carried}"
        for deed in ("retire", "ready"):
            answer = client.post(f"{BANK}{question.pk}/{deed}/{carried}")
            assert answer["Location"] == f"{BANK}{question.pk}/{carried}"
        answer = client.post(f"{BANK}{question.pk}/delete/{carried}")
        assert answer["Location"] == f"{BANK}?{query}"

    @pytest.mark.parametrize("junk", ["//evil.example", "%00", "a" * 9_000, "%26" * 3_000])
    def test_it_leads_nowhere_else(self, client_of, trainer, junk):
        question = make_question(owner=trainer)
        answer = client_of(trainer).get(f"{BANK}{question.pk}/?list={junk}")
        assert answer.status_code == 200
        assert answer.context["trail"][0][1].startswith(BANK)


class TestNothingFits:
    def test_each_filter_is_named_and_dropped_by_itself(self, client_of, trainer, joins):
        asks("Which join?", owner=trainer)
        client = client_of(trainer)
        query = f"q=nothing&type=ESSAY&place=chapter-{joins.pk}&flag=easy&sort=kind&page=3&tag="
        answer = client.get(f"{BANK}?{query}")
        assert [(each.label, each.value) for each in answer.context["narrowings"]] == [
            ("Words", "nothing"),
            ("About", "SQL · Joins"),
            ("Type", "Essay"),
            ("How it fares", "Too easy"),
        ]
        assert answer.context["narrowings"][0].without == (
            f"?type=ESSAY&place=chapter-{joins.pk}&flag=easy&sort=kind"
        )
        page = answer.content.decode()
        assert "No question fits" in page
        assert "Look among retired ones too" in page

    def test_a_filter_keeps_its_order_when_another_is_added(self, client_of, trainer):
        make_question(owner=trainer)
        page = text_at(client_of(trainer), f"{BANK}?sort=-kind")
        assert '<input type="hidden" name="sort" value="-kind"' in page
