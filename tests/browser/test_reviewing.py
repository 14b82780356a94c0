"""Going through reviews by keys, beside another reviewer, and without losing a word."""

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.actions.comments import save_phrase
from curriculum.models import Decision, Review
from curriculum.tests.factories import decide, enrolled, hand_in, make_track
from tests.browser.keys import press
from tests.browser.modules import await_module


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["REV"])


@pytest.fixture
def works(db):
    track = make_track("REV", projects=1, deliverables=1)
    part = track.projects.get().deliverables.get()
    names = ("Diya Patel", "Kabir Singh", "Meera Nair")
    return [hand_in(part, enrolled(track, UserFactory(name=name))) for name in names]


def at(submission) -> str:
    return f"/review/{submission.pk}/"


def test_keys_lead_through_the_queue_from_the_first_to_the_last(page_of, trainer, works):
    page: Page = page_of(trainer)
    page.goto("/review/")
    entries = page.locator(".queue-entry")
    expect(entries).to_have_count(3)
    await_module(page, "queue-keys")
    press(page, "j")
    expect(entries.nth(0)).to_be_focused()
    press(page, "j", "k", "ArrowDown")
    expect(entries.nth(1)).to_be_focused()
    press(page, "k", "Enter")
    expect(page).to_have_url(at(works[0]))
    await_module(page, "key-shortcuts")
    press(page, "j")
    expect(page).to_have_url(at(works[1]))
    await_module(page, "key-shortcuts")
    press(page, "k")
    expect(page).to_have_url(at(works[0]))
    for number, work in enumerate(works, start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(work.student.name)
        await_module(page, "rubric-total")
        await_module(page, "key-shortcuts")
        press(page, "r")
        page.keyboard.type("7")
        expect(page.locator("[data-total]")).to_have_text("7")
        press(page, "Escape", "f")
        page.keyboard.type("Keep that up.")
        press(page, "Escape", "a", "Enter")
        expect(page).not_to_have_url(at(work))
        assert Review.objects.count() == number
    expect(page).to_have_url("/review/")
    expect(page.get_by_role("heading", name="All caught up")).to_be_visible()


def test_a_question_mark_tells_the_keys_and_they_can_be_turned_off(page_of, trainer, works):
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    await_module(page, "key-shortcuts")
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox", name="Use single keys").uncheck()
    press(page, "Escape", "f")
    expect(page.get_by_label("Feedback")).not_to_be_focused()
    with page.expect_response("**/presence/"):
        page.reload()
    await_module(page, "key-shortcuts")
    press(page, "j")
    expect(page).to_have_url(at(works[0]))


def test_two_reviewers_see_each_other_and_the_second_decision_beside_the_first(
    page_of, trainer, works, watch
):
    watch.expect("409")
    other = UserFactory(admin=True, name="Rohan Das")
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    page.get_by_label("Feedback").fill("I would take it.")
    await_module(page, "review-presence")
    type(works[0]).objects.update(claimed_by=None, claimed_until=None)
    decide(works[0], Decision.CHANGES_REQUESTED, by=other, feedback="Mend the loop.")
    expect(page.locator("review-presence")).to_contain_text(
        "Rohan Das has decided: Changes requested"
    )
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Somebody was faster")).to_be_visible()
    expect(page.locator(".queue-item-body")).to_contain_text("Mend the loop.")
    expect(page.locator("#yours textarea")).to_have_value("I would take it.")
    page.get_by_role("button", name="Send it as a comment").click()
    expect(page.locator("#thread")).to_contain_text("I would take it.")
    assert Review.objects.get().reviewer == other


def test_what_was_typed_survives_a_reload_and_is_gone_once_it_was_sent(page_of, trainer, works):
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    await_module(page, "keep-draft")
    page.get_by_label("Feedback").fill("Half a sentence")
    page.get_by_role("spinbutton", name="It works").fill("6")
    page.reload()
    expect(page.get_by_label("Feedback")).to_have_value("Half a sentence")
    expect(page.locator("[data-total]")).to_have_text("6")
    expect(page.get_by_text("What you typed before is back.")).to_be_visible()
    page.get_by_role("button", name="Request changes").click()
    expect(page).to_have_url(at(works[1]))
    await_module(page, "keep-draft")
    expect(page.get_by_label("Feedback")).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft'))") == []


def test_phrases_are_put_in_where_one_writes_kept_and_deleted(page_of, trainer, works):
    save_phrase(trainer, label="Small commits", text="Please make smaller commits.", at=now())
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    await_module(page, "phrase-box")
    await_module(page, "key-shortcuts")
    feedback = page.get_by_label("Feedback")
    feedback.fill("Well done.")
    press(page, "Escape", "p")
    page.get_by_role("button", name="Small commits", exact=False).first.click()
    expect(feedback).to_have_value("Well done.\n\nPlease make smaller commits.")
    expect(feedback).to_be_focused()
    press(page, "Escape", "p")
    page.get_by_label("Keep what stands above as").fill("Both")
    press(page, "Enter")
    expect(page.locator(".phrase")).to_have_count(2)
    expect(feedback).to_have_value("Well done.\n\nPlease make smaller commits.")
    page.get_by_role("button", name="Delete the phrase “Both”").click()
    expect(page.locator(".phrase")).to_have_count(1)
    assert trainer.saved_phrases.get().label == "Small commits"


def test_points_are_given_by_one_press_and_taken_back_by_another(page_of, trainer, works):
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    await_module(page, "points-choice")
    most = page.get_by_role("group", name="Points for It works").get_by_role("button", name="10")
    most.click()
    expect(page.get_by_role("spinbutton", name="It works")).to_have_value("10")
    expect(most).to_have_attribute("aria-pressed", "true")
    most.click()
    expect(page.get_by_role("spinbutton", name="It works")).to_have_value("")


def test_rejecting_asks_first(page_of, trainer, works):
    page: Page = page_of(trainer)
    page.goto(at(works[0]))
    page.get_by_label("Feedback").fill("These are the files of another project.")
    page.get_by_role("button", name="Reject…").click()
    dialog = page.get_by_role("dialog", name="Reject this work?")
    dialog.get_by_role("button", name="Reject it").click()
    expect(page).to_have_url(at(works[1]))
    assert Review.objects.get().decision == "rejected"
