"""Quizzes as those who teach write and watch them: the looks of each page, order by keys, saves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.tests.workers import wait_until
from curriculum.tests.factories import enrolled, make_track
from questions.models import Subject
from questions.tests.factories import make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.actions.authoring import (
    Asked,
    make_quiz,
    publish_quiz,
    set_draw_rules,
    set_questions,
)
from quizzes.models import DrawRule, Quiz
from tests.browser.axe import SOURCE, findings_here
from tests.browser.test_every_page import faults

TEXTS = ("Which join keeps every row?", "Which join keeps none?", "Which join keeps its word?")
# From a move to its saving.
PAUSE_MS = 400


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["TEA"])


@pytest.fixture
def quiz(trainer) -> Quiz:
    made = make_quiz(title="Joins, once more", by=trainer, at=now())
    asked = [Asked(make_question(owner=trainer, written={"text": text})) for text in TEXTS]
    set_questions(made, asked=asked, by=trainer, at=now())
    return made


@pytest.fixture
def taken(trainer) -> Quiz:
    """Published, with a rule that finds too little, taken by one and not by the other."""
    subject = Subject.objects.create(code="sql", name="SQL")
    track = make_track("TEA", projects=1)
    made = make_quiz(title="Indexes", by=trainer, at=now(), track=track)
    kinds = ("SINGLE", "ESSAY", "MULTIPLE")
    asked = [Asked(make_question(kind, owner=trainer), Decimal("1.5")) for kind in kinds]
    set_questions(made, asked=asked, by=trainer, at=now())
    rules = [DrawRule(count=3, subject=subject)]
    set_draw_rules(made, rules=rules, by=trainer, at=now())
    made = publish_quiz(made, by=trainer, at=now())
    for name in ("Diya Patel", "Kabir Singh"):
        student = enrolled(track, UserFactory(name=name))
        assign_trainer(student, trainer=trainer, by=None, caller=Caller(), at=now())
    take(made, student)
    return made


def take(quiz, student):
    at = now()
    attempt, _is_new = start_attempt(quiz, by=student, at=at, seed=1)
    for asked in attempt.questions.select_related("version"):
        wrong = [each.pk for each in asked.version.choices.all() if not each.is_correct]
        raw = wrong or "My thoughts on *indexes*."
        save_answer(attempt, question=asked.question_id, raw=raw, at=at, seconds=20)
    return submit_attempt(attempt, at=at + timedelta(minutes=20))


def order_on(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".ask-text p:first-child").all_inner_texts()]


def order_of(quiz: Quiz) -> list[str]:
    rows = quiz.quiz_questions.order_by("position").select_related("question")
    return [row.question.versions.get().text for row in rows]


def test_every_page_of_a_quiz_leaves_nobody_out_holds_still_fits_and_is_light(
    page_of, trainer, quiz, taken
):
    attempt = taken.attempts.get()
    essay = attempt.questions.get(version__type="ESSAY")
    paths = [
        "/quizzes/?show=all",
        f"/quizzes/{quiz.pk}/edit/",
        f"/quizzes/{taken.pk}/edit/?find=kind",
        f"/quizzes/{taken.pk}/edit/?rule={taken.draw_rules.get().pk}",
        f"/quizzes/{taken.pk}/preview/",
        f"/quizzes/{quiz.pk}/paste/",
        f"/quizzes/{quiz.pk}/delete/",
        f"/quizzes/{taken.pk}/results/",
        f"/quizzes/{quiz.pk}/results/",
        f"/quizzes/{taken.pk}/results/{attempt.student_id}/",
        f"/quizzes/{taken.pk}/marking/",
        f"/quizzes/{taken.pk}/marking/{essay.pk}/",
    ]
    assert faults(page_of(trainer), paths) == []


def test_axe_finds_nothing_in_what_opens_and_in_what_was_pasted(page_of, trainer, taken):
    page: Page = page_of(trainer)
    page.add_init_script(path=SOURCE)
    page.goto(f"/quizzes/{taken.pk}/edit/")
    page.get_by_role("tab", name="Drawn by a rule").click()
    page.get_by_role("button", name="Add the rule").click()
    # What is wrong with a rule is seen, in the part that it was written in.
    expect(page.get_by_role("tab", name="Drawn by a rule")).to_have_attribute(
        "aria-selected", "true"
    )
    assert findings_here(page) == []
    for name in ("Drawn by a rule", "Pasted"):
        page.get_by_role("tab", name=name).click()
        assert findings_here(page) == []
    page.get_by_text("How to write them").click()
    assert findings_here(page) == []
    page.get_by_label("Questions", exact=True).fill("What?\n* this\n- that\n\nHow?\n- no\n- way")
    page.get_by_role("button", name="See what is understood").click()
    expect(page.get_by_text("Line 5")).to_be_visible()
    assert findings_here(page) == []
    page.get_by_role("button", name="Add 1 question").click()
    expect(page.locator(".ask")).to_have_count(4)


def test_questions_are_put_in_order_by_keys_alone(page_of, trainer, quiz):
    first, second, third = TEXTS
    page: Page = page_of(trainer)
    page.clock.install()
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    # The list has come to life once its grips are there.
    expect(page.locator("question-order:defined")).to_be_attached()
    page.clock.pause_at(now() + timedelta(hours=1))  # What it says stays until it is saved.
    said = page.locator("question-order [data-status]")

    page.get_by_role("link", name=third).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(said).to_have_text("Moved to place 2 of 3.")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")

    assert order_on(page) == [third, first, second]
    expect(page.get_by_role("link", name=third)).to_be_focused()
    page.clock.run_for(PAUSE_MS)
    expect(said).to_have_text("Saved.")
    assert order_of(quiz) == [third, first, second]
    page.get_by_role("button", name="Move question 1 down").press("Enter")
    expect(said).to_have_text("Moved to place 2 of 3.")
    assert order_on(page) == [first, third, second]
    page.get_by_role("button", name="Move question 2 up").press("Enter")
    assert order_on(page) == [third, first, second]
    page.get_by_role("button", name="Move question 3 up").press("Enter")
    page.clock.run_for(PAUSE_MS)
    expect(said).to_have_text("Saved.")
    page.reload()
    assert order_on(page) == order_of(quiz) == [third, second, first]


def test_a_move_is_kept_though_the_page_is_left_at_once(page_of, trainer, quiz):
    first, second, third = TEXTS
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    expect(page.locator("question-order:defined")).to_be_attached()
    page.evaluate("window.setTimeout = () => 1")  # the pause before it is saved never ends
    page.get_by_role("link", name=third).press("Alt+ArrowUp")

    page.goto("/quizzes/")
    wait_until(lambda: order_of(quiz) == [first, third, second], what="the move is saved")


def test_a_question_is_dragged_and_marks_are_kept(page_of, trainer, quiz):
    first, second, third = TEXTS
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    expect(page.locator("question-order:defined")).to_be_attached()
    grip, last = page.locator("[data-grip]").first, page.locator(".ask").last
    grip.hover()
    page.mouse.down()
    box = last.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 2, steps=8)
    page.mouse.up()

    assert order_on(page) == [second, third, first]
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    with page.expect_response("**/order/"):
        page.get_by_label("Points for question 1").fill("2.5")
        page.get_by_label("Points for question 1").press("Tab")
    page.reload()
    assert order_on(page) == [second, third, first]
    assert {str(row.marks) for row in quiz.quiz_questions.all()} == {"None", "2.50"}


def test_points_that_are_no_number_are_marked_and_the_others_add_up(page_of, trainer, quiz, watch):
    watch.expect("400")
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    expect(page.locator("question-order:defined")).to_be_attached()
    field = page.get_by_label("Points for question 2")
    field.fill("many")
    field.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Not saved: points are numbers above 0")).to_be_visible()
    field.fill("2.5")
    field.press("Tab")
    expect(page.get_by_text("4.5 points")).to_be_visible()
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_an_order_that_somebody_else_has_changed_is_not_saved(page_of, trainer, quiz, watch):
    watch.expect("409")
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    expect(page.locator("question-order:defined")).to_be_attached()
    kept = [Asked(row.question) for row in quiz.quiz_questions.order_by("position")[:2]]
    set_questions(quiz, asked=kept, by=UserFactory(admin=True), at=now())

    page.get_by_role("button", name="Move question 1 down").click()

    expect(page.get_by_text("Somebody else has changed the questions.")).to_be_visible()
    assert order_of(quiz) == list(TEXTS[:2])


def test_a_question_is_taken_out_and_comes_back(page_of, trainer, quiz):
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    page.get_by_role("button", name="Take question 2 out").click()
    expect(page.locator(".ask")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".ask")).to_have_count(3)
    assert order_of(quiz) == list(TEXTS)


def test_a_rule_is_changed_where_it_stands(page_of, trainer, taken):
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{taken.pk}/edit/")
    drawn = page.locator("#drawn")
    drawn.get_by_role("link", name="Change rule 1").click()
    drawn.get_by_label("How many").fill("9")
    drawn.get_by_role("button", name="Save the rule").click()
    expect(drawn.get_by_role("button", name="Save the rule")).to_have_count(0)
    expect(drawn).to_contain_text("9 from")
    expect(drawn).to_contain_text("A rule finds fewer questions than it asks for")
    assert taken.draw_rules.get().count == 9


def test_without_scripts_questions_are_moved_and_the_quiz_is_published(
    browser: Browser, live_platform, client_of, trainer, quiz, settings
):
    context = browser.new_context(base_url=live_platform.url, java_script_enabled=False)
    cookie = client_of(trainer).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
    page = context.new_page()
    page.goto(f"/quizzes/{quiz.pk}/edit/")
    page.get_by_role("button", name="Move question 1 down").click()
    assert order_of(quiz) == [TEXTS[1], TEXTS[0], TEXTS[2]]
    page.get_by_label("Points for question 1").fill("3")
    page.get_by_role("button", name="Save order and points").click()
    expect(page.get_by_text("Order and points are saved.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Students can take it now")).to_be_visible()
    context.close()


def test_of_two_who_mark_one_is_told_and_both_marks_stand_there(page_of, trainer, taken, watch):
    watch.expect("409")
    attempt = taken.attempts.get()
    essay = attempt.questions.get(version__type="ESSAY")
    page: Page = page_of(trainer)
    page.add_init_script(path=SOURCE)
    page.goto(f"/quizzes/{taken.pk}/marking/{essay.pk}/")
    page.get_by_label("Points").fill("1")
    essay.score, essay.feedback, essay.marked_at = Decimal("0.5"), "All there.", now()
    essay.marked_by, essay.is_correct = UserFactory(admin=True, name="Rohan Das"), False
    essay.save()
    page.get_by_role("button", name="Save the mark").click()
    expect(page.get_by_text("Somebody was faster")).to_be_visible()
    expect(page.get_by_text("Rohan Das")).to_be_visible()
    expect(page.get_by_label("Points")).to_have_value("1")
    assert findings_here(page) == []
