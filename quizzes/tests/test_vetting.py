"""Nothing that AI made reaches a student before a named person stands for it, whatever the way."""

from datetime import timedelta

import pytest
from django.utils.html import escape

from accounts.tests.factories import UserFactory
from core.clock import now
from core.errors import Missing
from core.events.models import Event
from core.tests.races import at_once, one_within_the_other
from questions.actions.many import mark_ready, tag_many
from questions.actions.saving import Facts, revise_question
from questions.models import Question, QuestionStatus, QuestionVersion, Subject
from questions.tests.factories import make_question
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import (
    Asked,
    duplicate_quiz,
    make_quiz,
    publish_quiz,
    set_draw_rules,
    set_questions,
    unpublish_quiz,
)
from quizzes.actions.dealing import available_for, dealt_questions
from quizzes.actions.listing import add_questions, put_back, take_out
from quizzes.actions.vetting import vet_question
from quizzes.errors import AskedOfStudents, NotVetted
from quizzes.models import DrawRule, GeneratedQuestion, Quiz, QuizStatus
from quizzes.querysets import GeneratedQuestionQuerySet
from quizzes.tests.factories import make_published_quiz
from quizzes.tests.generation import asked, dispute, done, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(trainer):
    return done(asked(trainer, types=["SINGLE", "TRUE_FALSE"]))


@pytest.fixture
def item(made):
    """One of its questions on whose key a second look disagrees."""
    return dispute(made)


def edit(item, by):
    version = QuestionVersion.objects.newest().get(question=item.question)
    facts = Facts(explanation="Looked at once more.")
    revise_question(item.question, outline=version.material, facts=facts, by=by, at=now(), seed=1)


def publish(quiz, by, **how):
    return publish_quiz(quiz, by=by, at=now(), **how)


# Publishing


def test_what_waits_for_a_decision_is_not_published_and_is_named(trainer, made, item):
    with pytest.raises(NotVetted) as refused:
        publish(made.quiz, trainer)

    told = refused.value.details["questions"]
    assert [each["id"] for each in told] == [item.question_id]
    assert told[0]["second_look"] == item.second_opinion
    assert told[0]["question_text"] == item.question.versions.get().text
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.DRAFT
    assert not made.items.exclude(vetted_at=None).exists()
    assert set(made.items.values_list("question__status", flat=True)) == {"draft"}


def test_one_who_stands_for_the_key_has_decided(trainer, made, item):
    colleague = UserFactory(trainer=True)
    vet_question(item, is_sound=True, by=colleague, at=now())

    publish(made.quiz, trainer)

    item.refresh_from_db()
    assert item.vetted_by == colleague
    others = made.items.exclude(pk=item.pk)
    assert set(others.values_list("vetted_by", flat=True)) == {trainer.pk}


def test_one_who_edits_it_has_decided(trainer, made, item):
    edit(item, trainer)

    assert publish(made.quiz, trainer).status == QuizStatus.PUBLISHED


def test_whoever_publishes_may_stand_for_the_keys_that_they_name(trainer, made, item):
    other = dispute(made, place=1)

    with pytest.raises(NotVetted) as refused:
        publish(made.quiz, trainer, accepting={item.question_id})
    assert [each["id"] for each in refused.value.details["questions"]] == [other.question_id]
    publish(made.quiz, trainer, accepting={item.question_id, other.question_id})

    event = Event.objects.get(name="quizzes.questions_vetted")
    assert event.payload["quiz_id"] == made.quiz.pk
    assert set(event.payload["questions"]) == set(keys(made))
    assert event.by_id == trainer.pk
    item.refresh_from_db()
    assert item.vetted_by == trainer


def test_without_a_second_look_publishing_is_the_decision(trainer, made):
    assert set(made.items.values_list("agrees", flat=True)) == {None}

    publish(made.quiz, trainer)

    assert set(made.items.values_list("vetted_by", flat=True)) == {trainer.pk}


def test_a_copy_of_the_quiz_waits_as_well(trainer, made, item):
    with pytest.raises(NotVetted):
        publish(duplicate_quiz(made.quiz, by=trainer, at=now()), trainer)


def test_another_quiz_that_asks_it_waits_as_well(trainer, item):
    other = make_quiz(title="Another", by=trainer, at=now())
    add_questions(other, questions=[item.question], by=trainer, at=now())

    with pytest.raises(NotVetted):
        publish(other, trainer)


def test_what_was_decided_once_is_decided_when_it_is_published_again(trainer, made, item):
    publish(made.quiz, trainer, accepting={item.question_id})
    colleague = UserFactory(trainer=True)

    publish(unpublish_quiz(made.quiz, by=trainer, at=now()), colleague)

    item.refresh_from_db()
    assert item.vetted_by == trainer


def test_what_came_since_waits_when_it_is_published_again(trainer, made, item):
    quiz = make_published_quiz(author=trainer)
    unpublish_quiz(quiz, by=trainer, at=now())
    add_questions(quiz, questions=[item.question], by=trainer, at=now())

    with pytest.raises(NotVetted):
        publish(quiz, trainer)
    archived = unpublish_quiz(quiz, by=trainer, at=now(), status=QuizStatus.ARCHIVED)
    with pytest.raises(NotVetted):
        publish(archived, trainer)


# What is published already


def test_nothing_undecided_comes_into_a_published_quiz(trainer, item):
    quiz = make_published_quiz(author=trainer)

    with pytest.raises(NotVetted):
        add_questions(quiz, questions=[item.question], by=trainer, at=now())

    assert not quiz.quiz_questions.filter(question=item.question).exists()
    vet_question(item, is_sound=True, by=trainer, at=now())
    assert add_questions(quiz, questions=[item.question], by=trainer, at=now()) == 1


def test_whoever_puts_a_draft_of_ai_into_a_published_quiz_stands_for_it(trainer, made):
    quiz = make_published_quiz(author=trainer)
    question = Question.objects.get(pk=keys(made)[0])

    add_questions(quiz, questions=[question], by=trainer, at=now())

    question.refresh_from_db()
    assert question.status == QuestionStatus.READY
    assert question.generated.vetted_by == trainer


def test_nobody_is_no_named_person(trainer, made):
    quiz = make_published_quiz(author=trainer)
    question = Question.objects.get(pk=keys(made)[0])

    with pytest.raises(NotVetted):
        set_questions(quiz, asked=[Asked(question)], by=None, at=now())


def test_what_students_are_asked_stays_vetted(trainer, made):
    publish(made.quiz, trainer)
    item = made.items.first()

    with pytest.raises(AskedOfStudents):
        vet_question(item, is_sound=False, by=trainer, at=now())

    unpublish_quiz(made.quiz, by=trainer, at=now())
    vet_question(item, is_sound=False, by=trainer, at=now())
    assert GeneratedQuestion.objects.get(pk=item.pk).vetted_at is None


def test_what_was_doubted_since_it_was_taken_out_does_not_come_back_by_undo(trainer, made, item):
    quiz = publish(made.quiz, trainer, accepting={item.question_id})
    place, taken = take_out(quiz, question=item.question_id, by=trainer, at=now())
    vet_question(item, is_sound=False, by=trainer, at=now())

    with pytest.raises(NotVetted):
        put_back(quiz, question=taken.question, place=place, marks=None, by=trainer, at=now())


def test_one_that_is_gone_is_not_vetted(trainer, made, item):
    GeneratedQuestion.objects.filter(pk=item.pk).delete()

    with pytest.raises(Missing):
        vet_question(item, is_sound=True, by=trainer, at=now())


# Rules


@pytest.mark.parametrize("is_disputed", [True, False])
def test_a_rule_draws_of_what_ai_made_only_what_somebody_stands_for(trainer, made, is_disputed):
    subject = Subject.objects.create(code="idx", name="Indexes")
    item = dispute(made) if is_disputed else made.items.first()
    Question.objects.filter(pk=item.question_id).update(subject=subject)
    mark_ready([item.question], by=trainer, at=now())
    quiz = make_published_quiz(author=trainer)
    set_draw_rules(quiz, rules=[DrawRule(count=1, subject=subject)], by=trainer, at=now())

    def drawn():
        dealt = {each.version.question_id for each in dealt_questions(quiz, seed=1)}
        return item.question_id in dealt, available_for(quiz, list(quiz.draw_rules.all()))

    assert drawn() == (False, [0])
    vet_question(item, is_sound=True, by=trainer, at=now())
    assert drawn() == (True, [1])
    vet_question(item, is_sound=False, by=trainer, at=now())
    edit(item, trainer)
    assert drawn() == (True, [1])


def test_a_student_begins_with_nothing_that_waits(trainer, made, item):
    subject = Subject.objects.create(code="idx", name="Indexes")
    Question.objects.filter(pk__in=keys(made)).update(subject=subject)
    mark_ready(Question.objects.filter(pk__in=keys(made)), by=trainer, at=now())
    quiz = make_published_quiz(author=trainer)
    set_draw_rules(quiz, rules=[DrawRule(count=5, subject=subject)], by=trainer, at=now())

    attempt, _is_new = start_attempt(quiz, by=UserFactory(), at=now(), seed=3)

    assert not attempt.questions.filter(question_id__in=keys(made)).exists()


def test_whoever_tags_many_has_not_looked_at_each(trainer, made, item):
    questions = Question.objects.filter(pk__in=keys(made))

    def tagged():
        return tag_many(questions, add=["new"], by=trainer, at=now(), seed=1).keys

    assert tagged() == []
    assert not any(fresh.is_edited for fresh in made.items.select_related("question"))
    vet_question(item, is_sound=True, by=trainer, at=now())
    assert tagged() == [item.question_id]


# At once


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.fixture
    def vetted(self, made, item, trainer):
        vet_question(item, is_sound=True, by=trainer, at=now() - timedelta(hours=1))
        return item

    def doubt(self, item, by):
        try:
            vet_question(item, is_sound=False, by=by, at=now())
        except AskedOfStudents:
            return False
        return True

    def publish(self, quiz, by):
        try:
            publish(quiz, by)
        except NotVetted:
            return False
        return True

    def is_asked_undecided(self, item):
        waiting = GeneratedQuestion.objects.unsettled().filter(pk=item.pk)
        return waiting.exists() and Quiz.objects.published().asking(item.question_id).exists()

    def test_publishing_and_doubting_at_once_never_both_happen(self, trainer, made, vetted):
        for _round in range(3):
            outcome = at_once(
                lambda: self.publish(Quiz.objects.get(pk=made.quiz.pk), trainer),
                lambda: self.doubt(GeneratedQuestion.objects.get(pk=vetted.pk), trainer),
            )
            assert sorted(outcome) == [False, True]
            assert not self.is_asked_undecided(vetted)
            unpublish_quiz(made.quiz, by=trainer, at=now())
            vet_question(vetted, is_sound=True, by=trainer, at=now())

    def test_without_the_lock_both_would(self, trainer, made, vetted, monkeypatch):
        monkeypatch.setattr(
            GeneratedQuestionQuerySet, "select_for_update", lambda self, **_named: self
        )
        one_within_the_other(
            lambda: self.publish(Quiz.objects.get(pk=made.quiz.pk), trainer),
            lambda: self.doubt(GeneratedQuestion.objects.get(pk=vetted.pk), trainer),
            owner=Quiz,
            method="save",
        )
        assert self.is_asked_undecided(vetted)


# Pages


def test_the_editor_shows_what_waits_and_offers_the_decision(client_of, trainer, made, item):
    client, page = client_of(trainer), f"/quizzes/{made.quiz.pk}/edit/"

    shown = client.get(page).content.decode()
    assert 'id="waiting"' in shown
    assert "A second look disagrees with the key of 1 question" in shown
    refused = client.post(f"/quizzes/{made.quiz.pk}/state/", {"to": "published"})
    assert refused.status_code == 409
    assert 'href="#waiting"' in refused.content.decode()

    answer = client.post(f"/quizzes/{made.quiz.pk}/vet/", {"question": item.question_id})
    assert answer.url == f"{page}#question-{item.question_id}"
    item.refresh_from_db()
    assert item.vetted_by == trainer
    after = client.get(page).content.decode()
    assert 'id="waiting"' not in after
    assert f"{escape(trainer.name)} stands for it" in after
    client.post(f"/quizzes/{made.quiz.pk}/state/", {"to": "published"})
    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.PUBLISHED


@pytest.mark.parametrize(("role", "status"), [("trainer", 403), ("student", 403), ("admin", 302)])
def test_only_who_may_edit_the_quiz_decides_in_it(client_of, made, item, role, status):
    other = UserFactory(**({} if role == "student" else {role: True}))

    answer = client_of(other).post(f"/quizzes/{made.quiz.pk}/vet/", {"question": item.question_id})

    assert answer.status_code == status
    item.refresh_from_db()
    assert (item.vetted_at is not None) == (status == 302)


@pytest.mark.parametrize("given", [{}, {"question": "x"}, {"question": "9" * 30}])
def test_nothing_else_is_decided_in_the_editor(client_of, trainer, made, item, given):
    client = client_of(trainer)
    foreign = make_question(owner=trainer).pk

    assert client.post(f"/quizzes/{made.quiz.pk}/vet/", given).status_code == 404
    answer = client.post(f"/quizzes/{made.quiz.pk}/vet/", {"question": foreign})
    assert answer.status_code == 404


def test_the_editor_says_why_something_does_not_come_into_a_published_quiz(
    client_of, trainer, item
):
    quiz = make_published_quiz(author=trainer)

    answer = client_of(trainer).post(
        f"/quizzes/{quiz.pk}/add/", {"question": item.question_id}, follow=True
    )

    assert "Decide on its page in the bank" in answer.content.decode()
    assert not quiz.quiz_questions.filter(question=item.question).exists()


def test_the_bank_shows_what_waits_and_who_decided(client_of, trainer, made, item):
    client, page = client_of(trainer), f"/questions/{item.question_id}/"

    assert "A second look disagrees with the key" in client.get(page).content.decode()
    assert client.post(f"{page}vet/", {"sound": "1"}).url == page
    item.refresh_from_db()
    assert item.vetted_by == trainer
    assert f"{escape(trainer.name)} stands for it" in client.get(page).content.decode()
    client.post(f"{page}vet/", {"sound": "0"})
    item.refresh_from_db()
    assert item.vetted_at is None
    other = f"/questions/{keys(made)[1]}/"
    assert "nobody stands for it yet" in client.get(other).content.decode()


def test_the_bank_lets_nobody_doubt_what_students_are_asked(client_of, trainer, made):
    publish(made.quiz, trainer)
    question = keys(made)[0]

    answer = client_of(trainer).post(f"/questions/{question}/vet/", {"sound": "0"}, follow=True)

    assert "it stays vetted" in answer.content.decode()
    assert GeneratedQuestion.objects.get(question=question).vetted_by == trainer


def test_in_the_bank_only_who_may_edit_it_decides(client_of, trainer, item):
    path = f"/questions/{item.question_id}/vet/"
    assert client_of(UserFactory(trainer=True)).post(path, {"sound": "1"}).status_code == 403
    assert client_of(UserFactory()).post(path, {"sound": "1"}).status_code == 403
    by_hand = make_question(owner=trainer).pk
    assert client_of(trainer).post(f"/questions/{by_hand}/vet/").status_code == 404
    item.refresh_from_db()
    assert item.vetted_at is None


def test_the_drafts_say_who_stands_for_them(client_of, trainer, made, item):
    colleague = UserFactory(trainer=True, name="Meera Nair")
    vet_question(item, is_sound=True, by=colleague, at=now())

    page = client_of(trainer).get(f"/quizzes/generations/{made.pk}/")

    assert "Meera Nair stands for it" in page.content.decode()


# The API and the admin


def test_the_api_names_what_waits_and_takes_the_decision(api_of, trainer, made, item):
    path = f"/api/quiz/quizzes/{made.quiz.pk}/publish/"

    refused = api_of(trainer).post(path)
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "NOT_VETTED"
    assert [each["id"] for each in error["details"]["questions"]] == [item.question_id]

    published = api_of(trainer).post(path, {"accept": [item.question_id]}, format="json")
    assert published.status_code == 200
    assert published.json()["status"] == "published"
    item.refresh_from_db()
    assert item.vetted_by == trainer


@pytest.mark.parametrize("accept", ["all", [0], ["x"], [2**63], {"1": 1}, [1] * 201])
def test_the_api_refuses_what_is_no_list_of_questions(api_of, trainer, made, accept):
    path = f"/api/quiz/quizzes/{made.quiz.pk}/publish/"

    answer = api_of(trainer).post(path, {"accept": accept}, format="json")

    assert answer.status_code == 400
    assert all(name.startswith("accept") for name in answer.json()["error"]["details"])


def test_the_api_puts_nothing_undecided_into_a_published_quiz(api_of, trainer, item):
    quiz = make_published_quiz(author=trainer)
    body = {"title": "Changed", "questions": [{"id": item.question_id}]}

    answer = api_of(trainer).patch(f"/api/quiz/quizzes/{quiz.pk}/", body, format="json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "NOT_VETTED")
    quiz.refresh_from_db()
    assert quiz.title != "Changed"


def test_the_admin_publishes_nothing(client_of, superadmin, made, item):
    client = client_of(superadmin)
    path = f"/admin/quizzes/quiz/{made.quiz.pk}/change/"
    assert client.get(path).status_code == 200

    client.post(path, {"status": "published", "title": made.quiz.title})

    made.quiz.refresh_from_db()
    assert made.quiz.status == QuizStatus.DRAFT
