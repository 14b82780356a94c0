"""Pages of taking quizzes, with every kind of question: accessibility, steadiness, weight."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from questions.kinds import KINDS
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.models import Attempt, Feedback
from quizzes.tests.factories import make_published_quiz, right
from tests.browser.axe import SOURCE, findings_here
from tests.browser.test_every_page import faults

BY_HAND = {"ESSAY": "A thought.\n\nAnd another one.", "CODE": "def f():\n    return 1\n"}


@pytest.fixture
def taker(db):
    return UserFactory(name="Meera Rao")


def begun(quiz, taker, *, answered: int = 0) -> Attempt:
    attempt, _is_new = start_attempt(quiz, by=taker, at=now() - timedelta(minutes=5), seed=4)
    asked = attempt.questions.select_related("version").prefetch_related("version__choices")
    for each in asked[:answered]:
        raw = right(each) or BY_HAND.get(each.version.type)
        save_answer(attempt, question=each.question_id, raw=raw, at=now())
    return attempt


def test_they_leave_nobody_out_hold_still_fit_and_are_light(page_of, taker):
    quiz = make_published_quiz(tuple(KINDS), soft_minutes=15)
    for answered in (4, 11):
        submit_attempt(begun(quiz, taker, answered=answered), at=now())
    results = Attempt.objects.latest("number")
    under_way = begun(quiz, taker, answered=6)
    at_once = begun(
        make_published_quiz(tuple(KINDS), feedback=Feedback.AT_ONCE), taker, answered=11
    )
    closing = make_published_quiz(
        feedback=Feedback.AFTER_CLOSING, closes_at=now() + timedelta(days=1)
    )
    submit_attempt(begun(closing, taker), at=now())
    later = begun(closing, taker)
    submit_attempt(later, at=now())
    paths = [
        *("/quizzes/", "/quizzes/?q=nobody", f"/quizzes/{quiz.pk}/", f"/quizzes/{closing.pk}/"),
        *(f"/attempts/{each.pk}/" for each in (results, under_way, at_once, later)),
        *(f"/attempts/{under_way.pk}/hand-in/", "/dashboard/"),
    ]
    assert faults(page_of(taker), paths) == []


def test_axe_finds_nothing_in_what_opens_and_in_what_is_refused(page_of, taker, watch):
    watch.expect("400")
    page: Page = page_of(taker)
    page.add_init_script(path=SOURCE)
    page.goto(f"/attempts/{begun(make_published_quiz(('NUMERIC', 'ORDERING')), taker).pk}/")
    page.get_by_label("Number").fill("much")
    page.get_by_label("Number").press("Tab")
    expect(page.get_by_text("Answer with a number such as")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("dialog", name="Hand in?")).to_be_visible()
    assert findings_here(page) == []


def test_a_trainer_looks_at_an_attempt_under_way_and_handed_in(page_of, trainer, taker):
    quiz = make_published_quiz(tuple(KINDS), author=trainer)
    submit_attempt(begun(quiz, taker, answered=11), at=now())
    done = Attempt.objects.latest("number")
    paths = [f"/attempts/{each.pk}/" for each in (done, begun(quiz, taker))]
    assert faults(page_of(trainer), paths) == []
