"""Writing quizzes by page: making, settings, order, rules, pasting, states, copies."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.tests.factories import make_track
from questions.models import Chapter, Question, QuestionStatus, Subject
from questions.tests.factories import make_question
from quizzes.actions.attempts import start_attempt
from quizzes.actions.authoring import Asked, edit_quiz, make_quiz, set_questions
from quizzes.authoring import listed_questions
from quizzes.models import Attempt, DrawRule, Quiz, QuizStatus
from quizzes.templatetags.quizzes import marks
from quizzes.tests.factories import make_published_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiz(trainer):
    return draft_of(trainer, 3)


@pytest.fixture
def client(client_of, trainer):
    return client_of(trainer)


def draft_of(trainer, size=0, **facts):
    made = make_quiz(title="Joins", by=trainer, at=now(), **facts)
    asked = [Asked(make_question(owner=trainer)) for _ in range(size)]
    set_questions(made, asked=asked, by=trainer, at=now())
    return made


def keys_of(quiz):
    return list(quiz.quiz_questions.order_by("position").values_list("question_id", flat=True))


def page(client, name, quiz, **query):
    address = reverse(name, args=[quiz.pk])
    return client.get(f"{address}?{urlencode(query)}" if query else address)


def send(client, name, quiz, data=None, **headers):
    return client.post(reverse(name, args=[quiz.pk]), data or {}, **headers)


def settings_of(client, quiz, **changes):
    """What the form holds, with some of it changed."""
    form = page(client, "quiz_edit", quiz).context["form"]
    held = {name: form[name].value() for name in form.fields}
    return {
        name: said
        for name, said in (held | changes).items()
        if said is not None and said is not False
    }


def order_of(client, quiz, keys=None, **changes):
    base = page(client, "quiz_edit", quiz).context["list_base"]
    return {"base": base, "question": keys or keys_of(quiz), **changes}


# Making


def test_a_quiz_is_made_and_then_edited(client, trainer):
    track = make_track()
    body = {"title": "Joins", "track": track.code, "project": track.projects.first().pk}

    answer = client.post(reverse("quiz_new"), body)

    quiz = Quiz.objects.get()
    assert answer.url == reverse("quiz_edit", args=[quiz.pk])
    assert (quiz.author, quiz.status, quiz.track) == (trainer, QuizStatus.DRAFT, track)
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a", "track": "NOPE"}, "track"),
        ({"title": "a", "project": "x"}, "project"),
        ({"title": "a", "description": "x" * 10_001}, "description"),
    ],
)
def test_what_is_no_quiz_is_told_at_its_field(client, given, field):
    answer = client.post(reverse("quiz_new"), given)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Quiz.objects.exists()


def test_a_project_of_another_track_is_told_at_its_field(client):
    track, other = make_track(), make_track()
    body = {"title": "Joins", "track": track.code, "project": other.projects.first().pk}

    answer = client.post(reverse("quiz_new"), body)

    assert answer.context["form"].errors["project"]


# Who


@pytest.mark.parametrize("name", ["quiz_edit", "quiz_results", "quiz_marking", "quiz_paste"])
def test_a_colleague_may_not_change_it_and_a_student_not_at_all(client_of, quiz, student, name):
    colleague = client_of(UserFactory(trainer=True))

    assert page(colleague, name, quiz).status_code == 403
    assert page(client_of(student), name, quiz).status_code == 403


def test_a_colleague_looks_at_it_and_takes_a_copy(client_of, quiz):
    colleague = UserFactory(trainer=True)

    assert page(client_of(colleague), "quiz_preview", quiz).status_code == 200
    answer = send(client_of(colleague), "quiz_copy", quiz)

    copy = Quiz.objects.get(author=colleague)
    assert answer.url == reverse("quiz_edit", args=[copy.pk])
    assert keys_of(copy) == keys_of(quiz)


@pytest.mark.parametrize(
    "name",
    [
        *("quiz_order", "quiz_add", "quiz_put_back", "quiz_rules", "quiz_editors"),
        *("quiz_state", "quiz_paste", "quiz_delete"),
    ],
)
def test_nobody_else_writes_to_it(client_of, quiz, name):
    quiz.refresh_from_db()
    before = (quiz.edited_at, keys_of(quiz))

    assert send(client_of(UserFactory(trainer=True)), name, quiz).status_code == 403
    assert send(client_of(UserFactory()), name, quiz).status_code == 403
    quiz.refresh_from_db()
    assert (quiz.edited_at, keys_of(quiz)) == before


def test_an_editor_changes_it_and_only_its_author_deletes_it(client_of, client, quiz):
    colleague = UserFactory(trainer=True)

    send(client, "quiz_editors", quiz, {"address": colleague.email})

    editor = client_of(colleague)
    assert page(editor, "quiz_edit", quiz).status_code == 200
    assert send(editor, "quiz_delete", quiz).status_code == 403
    send(client, "quiz_editors", quiz, {"drop": colleague.pk})
    assert page(editor, "quiz_edit", quiz).status_code == 403


def test_an_editor_is_somebody_who_teaches(client, quiz, student):
    for address in (student.email, "nobody@example.org", "no address"):
        answer = send(client, "quiz_editors", quiz, {"address": address})
        assert answer.context["editor_form"].errors["address"]
    assert not quiz.editors.exists()


# Settings


def test_settings_are_saved(client, quiz):
    body = settings_of(client, quiz, title="Joins, again", attempts_allowed=2, pass_percent=80)
    body.pop("is_shuffled")

    assert send(client, "quiz_edit", quiz, body).status_code == 302

    quiz.refresh_from_db()
    assert (quiz.title, quiz.attempts_allowed, quiz.pass_percent) == ("Joins, again", 2, 80)
    assert quiz.is_shuffled is False


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"attempts_allowed": 0}, "attempts_allowed"),
        ({"soft_minutes": "soon"}, "soft_minutes"),
        ({"pass_percent": 101}, "pass_percent"),
        ({"feedback": "never"}, "feedback"),
        ({"feedback": "after_closing"}, "closes_at"),
        ({"opens_at": "2027-01-02T00:00", "closes_at": "2027-01-01T00:00"}, "closes_at"),
    ],
)
def test_settings_that_make_no_sense_are_told_at_their_field(client, quiz, changes, field):
    answer = send(client, "quiz_edit", quiz, settings_of(client, quiz, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors[field]


def test_two_who_change_settings_are_told_and_nothing_is_lost(client, quiz, trainer):
    body = settings_of(client, quiz, title="Mine")
    edit_quiz(quiz, facts={"title": "Theirs", "pass_percent": 90}, by=trainer, at=now())

    answer = send(client, "quiz_edit", quiz, body)

    quiz.refresh_from_db()
    assert (answer.status_code, quiz.title) == (409, "Theirs")
    assert ("Title", "Theirs") in answer.context["theirs"]
    form = answer.context["form"]
    assert form["title"].value() == "Mine"
    again = body | {"base": form["base"].value()}
    assert send(client, "quiz_edit", quiz, again).status_code == 302
    quiz.refresh_from_db()
    assert quiz.title == "Mine"


def test_changes_to_questions_do_not_stand_in_the_way_of_settings(client, quiz, trainer):
    body = settings_of(client, quiz, title="Mine")
    set_questions(quiz, asked=[], by=trainer, at=now())

    assert send(client, "quiz_edit", quiz, body).status_code == 302


# Questions in order


def test_questions_are_moved_without_scripts(client, quiz):
    first, second, third = keys_of(quiz)

    send(client, "quiz_order", quiz, order_of(client, quiz, down=first))
    assert keys_of(quiz) == [second, first, third]
    send(client, "quiz_order", quiz, order_of(client, quiz, up=third))
    assert keys_of(quiz) == [second, third, first]
    send(client, "quiz_order", quiz, order_of(client, quiz, up=second))
    assert keys_of(quiz) == [second, third, first]


def test_scripts_save_an_order_and_get_the_base_for_the_next(client, quiz):
    keys = keys_of(quiz)
    body = order_of(client, quiz, [*reversed(keys)], **{f"marks-{keys[0]}": "2,5"})

    answer = send(client, "quiz_order", quiz, body, headers={"accept": "application/json"})

    assert keys_of(quiz) == [*reversed(keys)]
    assert quiz.quiz_questions.get(question=keys[0]).marks == 2.5
    points = sum(each.marks for each in listed_questions(quiz, user=quiz.author))
    assert answer.json()["total"] == marks(points)
    again = body | {"base": answer.json()["base"], "question": keys}
    again = send(client, "quiz_order", quiz, again, headers={"accept": "application/json"})
    assert again.status_code == 200


def test_two_who_put_questions_in_order_are_told(client, quiz, trainer):
    body = order_of(client, quiz, [*reversed(keys_of(quiz))])
    kept = [Asked(Question.objects.get(pk=key)) for key in keys_of(quiz)[:2]]
    set_questions(quiz, asked=kept, by=trainer, at=now())

    by_page = send(client, "quiz_order", quiz, body)
    by_script = send(client, "quiz_order", quiz, body, headers={"accept": "application/json"})

    assert (by_page.status_code, by_script.status_code) == (409, 409)
    assert "has changed this quiz meanwhile" in by_page.content.decode()
    assert keys_of(quiz) == [each.question.pk for each in kept]


def test_questions_of_colleagues_lead_to_their_pages(client, quiz):
    own, shared, hidden = keys_of(quiz)
    Question.objects.exclude(pk=own).update(owner=UserFactory(trainer=True))
    Question.objects.filter(pk=hidden).update(is_shared=False)

    shown = page(client, "quiz_edit", quiz).content.decode()

    assert f'href="{reverse("question_edit", args=[own])}' in shown
    assert f'href="{reverse("question", args=[shared])}"' in shown
    assert f"/questions/{hidden}/" not in shown


def test_scripts_learn_which_points_are_wrong(client, quiz):
    first, second, *_rest = keys_of(quiz)
    body = order_of(client, quiz, **{f"marks-{first}": "2", f"marks-{second}": "many"})

    answer = send(client, "quiz_order", quiz, body, headers={"accept": "application/json"})

    assert (answer.status_code, answer.json()) == (400, {"wrong": [f"marks-{second}"]})


@pytest.mark.parametrize("marks", ["none", "0", "-1", "1.234", "99999", "NaN", "1e9"])
def test_what_are_no_marks_is_refused(client, quiz, marks):
    key = keys_of(quiz)[0]

    answer = send(client, "quiz_order", quiz, order_of(client, quiz, **{f"marks-{key}": marks}))

    assert answer.status_code == 400
    assert not quiz.quiz_questions.exclude(marks=None).exists()


@pytest.mark.parametrize("keys", [[], ["x"], ["1", "1"], ["999999999999999999999"]])
def test_an_order_of_something_else_changes_nothing(client, quiz, keys):
    before = keys_of(quiz)
    body = order_of(client, quiz) | {"question": keys}

    assert send(client, "quiz_order", quiz, body).status_code == 409
    assert keys_of(quiz) == before


def test_a_question_is_taken_out_and_put_back_where_it_was(client, quiz):
    keys = keys_of(quiz)
    quiz.quiz_questions.filter(question=keys[1]).update(marks=4)

    gone = client.post(reverse("quiz_order", args=[quiz.pk]), {"remove": keys[1]}, follow=True)
    assert keys_of(quiz) == [keys[0], keys[2]]
    ticket = gone.context["removed"].ticket
    send(client, "quiz_put_back", quiz, {"ticket": ticket})

    assert keys_of(quiz) == keys
    assert quiz.quiz_questions.get(question=keys[1]).marks == 4
    assert page(client, "quiz_edit", quiz, removed=ticket).context["removed"] is None
    assert send(client, "quiz_put_back", quiz, {"ticket": ticket}).status_code == 409


def test_a_ticket_puts_nothing_into_another_quiz_and_cannot_be_made_up(client, quiz, trainer):
    secret = make_question(owner=UserFactory(trainer=True), is_shared=False)
    other = draft_of(trainer, 1)
    key = keys_of(other)[0]
    gone = client.post(reverse("quiz_order", args=[other.pk]), {"remove": key}, follow=True)

    for ticket in ("", "x", f"[{quiz.pk}, {secret.pk}, 1, null]", gone.context["removed"].ticket):
        assert send(client, "quiz_put_back", quiz, {"ticket": ticket}).status_code == 409
        assert page(client, "quiz_edit", quiz, removed=ticket).context["removed"] is None
    assert len(keys_of(quiz)) == 3


def test_no_more_than_a_quiz_holds_is_added(client, quiz, trainer, monkeypatch):
    monkeypatch.setattr("quizzes.actions.authoring.MOST_QUESTIONS", 3)
    question = make_question(owner=trainer)

    answer = client.post(
        reverse("quiz_add", args=[quiz.pk]), {"question": question.pk}, follow=True
    )

    assert "A quiz has at most 3 questions." in answer.content.decode()
    assert len(keys_of(quiz)) == 3


# From the bank


def test_questions_of_the_bank_are_found_and_added(client, quiz, trainer):
    wanted = make_question("NUMERIC", owner=trainer)
    others = make_question("ESSAY", owner=UserFactory(trainer=True), is_shared=False)

    found = page(client, "quiz_edit", quiz, kind="NUMERIC", find="kind").context["found"]
    assert [each.question_id for each in found] == [wanted.pk]
    send(client, "quiz_add", quiz, {"question": [wanted.pk, others.pk, keys_of(quiz)[0]]})

    assert keys_of(quiz)[3:] == [wanted.pk]
    assert not page(client, "quiz_edit", quiz, kind="NUMERIC").context["found"]


@pytest.mark.parametrize("chosen", [[], ["x"], ["999999"], ["1" * 40]])
def test_nothing_is_added_of_what_is_not_there(client, quiz, chosen):
    before = keys_of(quiz)

    assert send(client, "quiz_add", quiz, {"question": chosen}).status_code == 302
    assert keys_of(quiz) == before


# Rules


@pytest.fixture
def subject():
    return Subject.objects.create(code="sql", name="SQL")


def test_a_rule_says_how_many_it_finds_and_warns_of_too_few(client, quiz, subject, trainer):
    for _ in range(2):
        make_question(subject=subject, owner=trainer)
    make_question(subject=subject, owner=UserFactory(trainer=True), is_shared=False)
    listed = make_question(subject=subject, owner=trainer)
    send(client, "quiz_add", quiz, {"question": listed.pk})

    send(client, "quiz_rules", quiz, {"count": 3, "about": f"subject-{subject.pk}", "tags": "A, b"})
    send(client, "quiz_rules", quiz, {"count": 2, "about": f"subject-{subject.pk}"})

    first, second = page(client, "quiz_edit", quiz).context["rules"]
    assert (first.rule.tags, first.available, first.is_short) == (["a", "b"], 0, True)
    assert (second.available, second.is_short) == (2, False)
    for _twice in range(2):
        send(client, "quiz_rules", quiz, {"drop": first.rule.pk})
    assert [rule.count for rule in quiz.draw_rules.all()] == [2]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 51}, "count"),
        ({"about": ""}, "about"),
        ({"about": "subject-999999"}, "about"),
        ({"difficulty": "awful"}, "difficulty"),
        ({"types": ["RIDDLE"]}, "types"),
        ({"tags": "x" * 41}, "tags"),
    ],
)
def test_what_is_no_rule_is_told_at_its_field(client, quiz, subject, given, field):
    body = {"count": 2, "about": f"subject-{subject.pk}", **given}

    answer = send(client, "quiz_rules", quiz, body)

    assert answer.context["rule_form"].errors[field]
    assert not quiz.draw_rules.exists()


@pytest.fixture
def rule(quiz, subject):
    return DrawRule.objects.create(
        quiz=quiz, position=1, count=2, subject=subject, difficulty="easy", tags=["a", "b"]
    )


def test_a_rule_is_changed_in_its_place(client, quiz, rule, subject, trainer):
    DrawRule.objects.create(quiz=quiz, position=2, count=7, subject=subject)
    chapter = Chapter.objects.create(subject=subject, name="Joins", position=1)
    make_question(subject=subject, chapter=chapter, owner=trainer)
    shown = page(client, "quiz_edit", quiz).content.decode()
    assert f"?rule={rule.pk}#rule-{rule.pk}" in shown
    assert "A rule finds fewer questions than it asks for" in shown
    assert 'name="change"' not in shown

    form = client.get(reverse("quiz_edit", args=[quiz.pk]), {"rule": rule.pk})
    assert f'name="change" value="{rule.pk}"' in form.content.decode()
    assert form.context["change_form"].initial["tags"] == "a, b"
    body = {"change": rule.pk, "count": 1, "about": f"chapter-{chapter.pk}", "tags": ""}
    assert send(client, "quiz_rules", quiz, body).url.endswith("#drawn")

    changed, other = page(client, "quiz_edit", quiz).context["rules"]
    assert (changed.rule.pk, changed.rule.chapter, changed.available) == (rule.pk, chapter, 1)
    assert (changed.rule.difficulty, changed.rule.tags, changed.is_short) == ("", [], False)
    assert other.rule.count == 7
    quiz.refresh_from_db()
    assert quiz.edited_by == trainer


def test_what_is_wrong_in_a_changed_rule_is_told_at_its_place(client, quiz, rule):
    answer = send(client, "quiz_rules", quiz, {"change": rule.pk, "count": 0, "about": ""})

    assert set(answer.context["change_form"].errors) == {"count", "about"}
    assert not answer.context["rule_form"].errors
    assert f'name="change" value="{rule.pk}"' in answer.content.decode()
    rule.refresh_from_db()
    assert rule.count == 2


def test_a_rule_that_is_gone_or_of_another_quiz_is_not_changed(client, quiz, rule, subject):
    foreign = DrawRule.objects.create(
        quiz=make_published_quiz(), position=1, count=3, subject=subject
    )
    send(client, "quiz_rules", quiz, {"drop": rule.pk})

    for key in (rule.pk, foreign.pk):
        body = {"change": key, "count": 9, "about": f"subject-{subject.pk}"}
        answer = client.post(reverse("quiz_rules", args=[quiz.pk]), body, follow=True)
        assert "has changed this quiz since you opened it" in answer.content.decode()

    assert list(DrawRule.objects.values_list("count", flat=True)) == [3]
    assert page(client, "quiz_edit", quiz).context["change_form"] is None


# States


def test_what_cannot_be_published_is_told_with_the_way_to_it(client, trainer):
    quiz = draft_of(trainer, closes_at=now() - timedelta(hours=1))

    answer = send(client, "quiz_state", quiz, {"to": "published"})

    assert answer.status_code == 409
    assert [each.part for each in answer.context["hindrances"]] == ["questions", "settings"]
    assert 'href="#settings"' in answer.content.decode()


def test_a_rule_that_finds_nothing_is_not_enough(client, trainer, subject):
    quiz = draft_of(trainer)
    DrawRule.objects.create(quiz=quiz, position=1, count=2, subject=subject)

    assert send(client, "quiz_state", quiz, {"to": "published"}).status_code == 409
    make_question(subject=subject)
    assert send(client, "quiz_state", quiz, {"to": "published"}).status_code == 302


def test_a_quiz_is_published_taken_back_archived_and_a_draft_again(client, quiz):
    for state in ("published", "draft", "published", "archived", "draft"):
        send(client, "quiz_state", quiz, {"to": state})
        quiz.refresh_from_db()
        assert quiz.status == state
    assert send(client, "quiz_state", quiz, {"to": "nowhere"}).status_code == 400


def test_what_a_change_means_for_attempts_under_way_is_told(client, trainer, student):
    quiz = make_published_quiz(author=trainer)
    attempt, _is_new = start_attempt(quiz, by=student, at=now(), seed=1)
    before = list(attempt.questions.values_list("version", flat=True))

    assert "1 attempt is under way" in page(client, "quiz_edit", quiz).content.decode()
    send(client, "quiz_order", quiz, {"remove": keys_of(quiz)[0]})

    assert list(attempt.questions.values_list("version", flat=True)) == before


def test_a_quiz_is_deleted_after_a_question_and_not_once_it_was_taken(client, quiz, trainer):
    assert "Keep it" in page(client, "quiz_delete", quiz).content.decode()
    assert Quiz.objects.filter(pk=quiz.pk).exists()
    send(client, "quiz_delete", quiz)
    assert not Quiz.objects.filter(pk=quiz.pk).exists()

    taken = make_published_quiz(author=trainer)
    start_attempt(taken, by=UserFactory(), at=now(), seed=1)
    assert send(client, "quiz_delete", taken).status_code == 409
    assert Quiz.objects.filter(pk=taken.pk).exists()


# Preview


def test_a_preview_deals_anew_and_keeps_nothing(client, quiz):
    first = page(client, "quiz_preview", quiz, seed=1).context["shown"]
    again = page(client, "quiz_preview", quiz, seed=1).context["shown"]
    orders = {
        tuple(each.id for each in page(client, "quiz_preview", quiz, seed=seed).context["shown"])
        for seed in range(12)
    }

    assert first == again
    assert len(orders) > 1
    assert not Attempt.objects.exists()
    assert page(client, "quiz_preview", quiz, seed="x' OR 1=1").status_code == 200


def test_a_preview_shows_no_key(client, trainer):
    quiz = draft_of(trainer)
    told = {"accepted": ["the-key-tells-this"]}
    question = make_question("SHORT_TEXT", owner=trainer, written=told)
    send(client, "quiz_add", quiz, {"question": question.pk})

    assert "the-key-tells-this" not in page(client, "quiz_preview", quiz).content.decode()


# Pasting


def take_in(client, quiz, **body):
    """Pasted, looked at, and taken in."""
    seen = send(client, "quiz_paste", quiz, body).context["seen"]
    return send(client, "quiz_paste", quiz, body | {"save": seen})


PASTED = """Which join keeps every row of the left table?
- INNER JOIN
* LEFT JOIN
Explanation: What has no partner
comes with NULLs.

How many bits has a byte?
Answer: 8

Is SQL a language?
Answer: true

Nobody marked anything here
- one
- two
"""


def test_pasted_text_is_shown_as_it_is_understood_and_then_comes_in(client, quiz, subject):
    about = f"subject-{subject.pk}"
    body = {"written_as": "plain", "text": PASTED, "about": about}

    seen = send(client, "quiz_paste", quiz, body)

    assert [each.type for each in seen.context["found"]] == ["SINGLE", "NUMERIC", "TRUE_FALSE", ""]
    (wrong,) = seen.context["wrong"]
    assert wrong.line == 13
    assert "Line 13" in seen.content.decode()
    assert len(keys_of(quiz)) == 3
    assert take_in(client, quiz, **body).status_code == 302
    assert len(keys_of(quiz)) == 6
    first = Question.objects.get(pk=keys_of(quiz)[3])
    assert (first.status, first.subject) == (QuestionStatus.DRAFT, subject)
    assert first.versions.get().explanation == "What has no partner\ncomes with NULLs."


def test_what_is_pasted_again_is_not_doubled(client, quiz):
    take_in(client, quiz, written_as="plain", text=PASTED)
    before = Question.objects.count()

    take_in(client, quiz, written_as="plain", text=PASTED)

    assert Question.objects.count() == before
    assert len(keys_of(quiz)) == 6


def test_what_was_changed_since_it_was_looked_at_is_looked_at_again(client, quiz):
    body = {"written_as": "plain", "text": PASTED}
    seen = send(client, "quiz_paste", quiz, body).context["seen"]

    changed = body | {"text": PASTED + "\nMore?\nAnswer: 1\n", "save": seen}

    assert send(client, "quiz_paste", quiz, changed).status_code == 200
    assert len(keys_of(quiz)) == 3


def test_gift_is_pasted_too_and_changes_nothing_by_its_references(client, quiz, trainer):
    known = make_question(owner=trainer, reference="q1")
    text = "// [id:q1]\n::q1::Two and two?{=4 ~5}\n\nBroken {"

    take_in(client, quiz, written_as="gift", text=text)

    known.refresh_from_db()
    assert (known.newest, len(keys_of(quiz))) == (1, 4)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"written_as": "plain", "text": "   "},
        {"written_as": "latin", "text": PASTED},
        {"written_as": "plain", "text": "x" * 100_001},
        {"written_as": "gift", "text": "// nothing"},
        {"written_as": "plain", "text": PASTED, "about": "chapter-999999"},
    ],
)
def test_what_cannot_be_pasted_is_told(client, quiz, body):
    answer = send(client, "quiz_paste", quiz, body | {"save": "1"})

    assert answer.status_code == 200
    assert not answer.context["form"].is_valid() or answer.context["form"].errors or not body
    assert len(keys_of(quiz)) == 3


# Lists


def test_those_who_teach_find_quizzes_by_state_track_and_title(client, trainer):
    track = make_track()
    mine = draft_of(trainer, 2, track=track)
    theirs = make_published_quiz()

    def found(**query):
        answer = client.get(f"/quizzes/?{urlencode(query)}")
        return [each.pk for each in answer.context["page"]]

    assert found() == [mine.pk]
    assert set(found(show="all")) == {mine.pk, theirs.pk}
    assert found(show="published") == [theirs.pk]
    assert found(show="draft") == [mine.pk]
    assert found(show="archived") == []
    assert found(show="all", track=track.code) == [mine.pk]
    assert found(show="all", q="little") == [theirs.pk]
    assert found(show="all", q="' OR 1=1 --") == []
    assert found(show="nonsense", sort="nonsense", page="nonsense") == [mine.pk]
    assert client.get("/quizzes/?show=archived").status_code == 200


@pytest.mark.parametrize("sort", ["title", "-questions", "attempts", "-average", "track", "state"])
def test_the_list_is_sorted(client, trainer, sort):
    draft_of(trainer, 1)
    quiz = make_published_quiz(author=trainer)
    start_attempt(quiz, by=UserFactory(), at=now(), seed=1)

    assert len(client.get(f"/quizzes/?sort={sort}").context["page"]) == 2


def test_two_hundred_quizzes_cost_as_many_queries_as_two(client, trainer):
    counted = []
    for size in (2, 198):
        for _ in range(size):
            quiz = make_quiz(title="Joins", by=trainer, at=now())
        set_questions(quiz, asked=[Asked(make_question(owner=trainer))], by=trainer, at=now())
        client.get("/quizzes/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/quizzes/").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 20


def test_an_editor_of_sixty_questions_costs_as_many_queries_as_one_of_three(client, trainer, quiz):
    counted = []
    for each in (quiz, draft_of(trainer, 60)):
        page(client, "quiz_edit", each)
        with CaptureQueriesContext(connection) as queries:
            assert page(client, "quiz_edit", each).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 40
