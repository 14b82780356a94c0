"""Taking a quiz in a browser: every kind by keys, two devices, no network, no scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from core.files.models import StoredFile
from questions.kinds import KINDS
from quizzes.actions.attempts import save_answer, submit_attempt
from quizzes.models import Attempt, AttemptStatus, Feedback
from quizzes.tests.factories import begin, make_published_quiz, right
from tests.browser.keys import press, reach
from tests.browser.modules import await_modules


@pytest.fixture
def taker(db):
    return UserFactory()


def of(attempt: Attempt) -> str:
    return f"/attempts/{attempt.pk}/"


def question(page: Page, type_: str):
    return page.locator(f".asked[data-type={type_}]")


def said(attempt: Attempt, type_: str):
    return attempt.questions.get(version__type=type_).response


def open_attempt(page: Page, attempt: Attempt) -> None:
    """From then on what one does is heard: before that it is a form, which goes to another page."""
    page.goto(of(attempt))
    await_modules(page)


def expect_saved(page: Page) -> None:
    expect(page.locator(".taking-state")).to_have_text("Saved")


def device(browser: Browser, live_platform, client_of, user, settings, **facts) -> Page:
    """Another browser of the same person."""
    context = browser.new_context(base_url=live_platform.url, **facts)
    cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
    return context.new_page()


def test_every_kind_is_answered_by_keys_survives_a_reload_and_is_handed_in(page_of, taker):
    attempt = begin(make_published_quiz(tuple(KINDS), is_shuffled=False), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    expect(page.locator("order-list:defined")).to_have_count(1)
    expect(page.locator("code-field:defined")).to_have_count(1)

    reach(page, question(page, "SINGLE").get_by_role("radio", name="Right"))
    press(page, "Space")
    reach(page, question(page, "MULTIPLE").get_by_role("checkbox", name="A"))
    press(page, "Space", "Tab", "Space")
    reach(page, question(page, "TRUE_FALSE").get_by_role("radio", name="True"))
    press(page, "Space")
    reach(page, page.get_by_label("Number"))
    page.keyboard.type("9.8")
    press(page, "Tab")
    page.keyboard.type("m/s²")
    reach(page, page.get_by_label("Your answer"))
    page.keyboard.type("commit")
    reach(page, question(page, "MATCHING").get_by_role("combobox", name="GET"))
    page.keyboard.type("reads")
    press(page, "Tab")
    page.keyboard.type("adds")
    order = question(page, "ORDERING")
    before = order.locator("[data-item]").first.inner_text()
    reach(page, order.get_by_role("button", name="Move down").first)
    press(page, "Enter")
    expect(order.get_by_role("status").first).to_contain_text("place 2 of 3")
    press(page, "ArrowUp", "ArrowDown")
    assert order.locator("[data-item]").nth(1).inner_text() == before
    reach(page, page.get_by_label("Blank 1 of 1"))
    page.keyboard.type("select")
    reach(page, page.get_by_label("Your text"))
    page.keyboard.type("Three words here")
    expect(question(page, "ESSAY")).to_contain_text("3 words")
    question(page, "FILE_UPLOAD").locator("input[type=file]").set_input_files(
        {"name": "plan.md", "mimeType": "text/markdown", "buffer": b"# My plan"}
    )
    expect(question(page, "FILE_UPLOAD").locator("[data-state=done]")).to_be_visible()
    reach(page, page.get_by_label("Your code"))
    page.keyboard.type("def f():\n")
    press(page, "Tab")
    page.keyboard.type("return 1")
    press(page, "Escape", "Tab")
    expect(page.get_by_label("Your code")).not_to_be_focused()
    expect(page.locator(".taking-count")).to_have_text("11 of 11 answered")
    expect_saved(page)

    assert said(attempt, "NUMERIC") == "9.8 m/s²"
    assert said(attempt, "FILL_BLANKS") == {"verb": "select"}
    assert said(attempt, "CODE") == "def f():\n    return 1"
    assert said(attempt, "FILE_UPLOAD") == [str(StoredFile.objects.get().pk)]
    page.reload()
    expect(question(page, "SINGLE").get_by_role("radio", name="Right")).to_be_checked()
    expect(page.get_by_label("Your code")).to_have_value("def f():\n    return 1")
    expect(order.locator("[data-item]").nth(1)).to_contain_text(before.split("\n")[0])
    expect(page.get_by_role("checkbox", name="plan.md")).to_be_checked()

    reach(page, page.get_by_role("button", name="Hand in"))
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Hand in?")
    expect(dialog).to_contain_text("All questions are answered.")
    reach(page, dialog.get_by_role("button", name="Hand in"))
    press(page, "Enter")
    expect(page.get_by_text("Question by question")).to_be_visible()
    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.SUBMITTED
    assert attempt.questions.filter(is_correct=True).count() >= 6


def test_what_is_not_answered_is_named_and_led_to(page_of, taker):
    attempt = begin(make_published_quiz(("SINGLE", "SHORT_TEXT"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    page.get_by_role("radio", name="Right").check()
    page.get_by_role("button", name="Hand in").click()

    dialog = page.get_by_role("dialog", name="Hand in?")
    expect(dialog.get_by_role("link")).to_have_text(["Question 2"])
    dialog.get_by_role("link", name="Question 2").click()

    expect(dialog).not_to_be_visible()
    expect(question(page, "SHORT_TEXT")).to_be_focused()
    attempt.refresh_from_db()
    assert attempt.is_open


def test_offline_answers_are_kept_over_a_reload_and_sent_when_back(page_of, taker, watch):
    watch.expect("net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED|Failed to load resource")
    attempt = begin(make_published_quiz(("SHORT_TEXT", "SINGLE"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    page.context.set_offline(True)

    page.get_by_label("Your answer").fill("commit")
    page.get_by_role("radio", name="Right").check()
    expect(page.locator(".taking-state")).to_contain_text("Offline: kept here")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Some answers could not be sent yet.")).to_be_visible()
    page.context.set_offline(False)
    expect_saved(page)

    assert said(attempt, "SHORT_TEXT") == "commit"
    assert said(attempt, "SINGLE")


def test_what_is_typed_on_is_not_called_saved_before_it_is(page_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    page.get_by_label("Your answer").fill("comm")
    expect_saved(page)

    page.evaluate("window.setTimeout = () => 0")  # the pause before it is sent never ends
    page.get_by_label("Your answer").fill("commit")
    expect(page.locator(".taking-state")).to_have_text("Saving…")
    page.get_by_label("Your answer").blur()
    expect_saved(page)
    assert said(attempt, "SHORT_TEXT") == "commit"


def test_what_a_lost_page_did_not_send_stands_on_the_next_and_goes_from_there(
    page_of, taker, watch
):
    watch.expect("Failed to load resource")
    attempt = begin(make_published_quiz(("SHORT_TEXT", "ORDERING"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    page.route("**/answer/", lambda route: route.fulfill(status=503, json={}))
    open_attempt(page, attempt)
    page.get_by_label("Your answer").fill("commit")
    first = page.locator("[data-item]").first.inner_text()
    page.get_by_role("button", name="Move down").first.click()
    expect(page.locator(".taking-state")).to_contain_text("Not saved yet")
    assert said(attempt, "SHORT_TEXT") is None

    page.unroute("**/answer/")
    page.reload()

    expect(page.get_by_label("Your answer")).to_have_value("commit")
    expect(page.locator("[data-item]").nth(1)).to_contain_text(first.split("\n")[0])
    expect_saved(page)
    assert said(attempt, "SHORT_TEXT") == "commit"
    assert page.evaluate("localStorage.length") == 0


def test_what_is_entered_before_the_page_listens_is_saved_too(page_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT", "SINGLE", "MATCHING")), taker)
    page: Page = page_of(taker)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/quiz-attempt*.js", hold)
    page.goto(of(attempt), wait_until="commit")
    page.get_by_label("Your answer").fill("early")
    question(page, "SINGLE").get_by_role("radio", name="Right").check()
    while not held:
        page.wait_for_timeout(20)
    assert said(attempt, "SHORT_TEXT") is None
    for each in held:
        each.continue_()

    expect_saved(page)

    assert said(attempt, "SHORT_TEXT") == "early"
    assert said(attempt, "SINGLE") is not None
    untouched = attempt.questions.get(version__type="MATCHING")
    assert untouched.saved_at is None


def test_a_second_device_goes_on_and_the_first_is_told_of_the_newer_answer(
    page_of, browser, live_platform, client_of, taker, settings
):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    first: Page = page_of(taker)
    open_attempt(first, attempt)
    first.get_by_label("Your answer").fill("one")
    expect_saved(first)
    second = device(browser, live_platform, client_of, taker, settings)
    open_attempt(second, attempt)
    expect(second.get_by_label("Your answer")).to_have_value("one")
    second.get_by_label("Your answer").fill("two")
    expect_saved(second)
    second.get_by_label("Your answer").fill("three")
    second.get_by_label("Your answer").press("Tab")
    expect_saved(second)
    while said(attempt, "SHORT_TEXT") != "three":
        second.wait_for_timeout(50)

    first.get_by_label("Your answer").fill("older")
    first.get_by_label("Your answer").press("Tab")

    expect(first.get_by_text("You answered this elsewhere meanwhile.")).to_be_visible()
    expect(first.get_by_label("Your answer")).to_have_value("three")
    first.get_by_label("Your answer").fill("four")
    first.get_by_label("Your answer").press("Tab")
    expect_saved(first)
    expect(first.get_by_text("You answered this elsewhere meanwhile.")).not_to_be_visible()
    second.context.close()
    assert said(attempt, "SHORT_TEXT") == "four"


def test_handed_in_elsewhere_the_page_leads_to_the_results(page_of, taker, watch):
    watch.expect("409")
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    submit_attempt(attempt, at=now())

    page.get_by_label("Your answer").fill("late")
    page.get_by_label("Your answer").press("Tab")

    expect(page.get_by_text("Question by question")).to_be_visible()
    assert said(attempt, "SHORT_TEXT") is None


def test_feedback_at_once_comes_in_place_when_one_is_sure_and_stays(page_of, taker):
    quiz = make_published_quiz(
        ("SINGLE", "SHORT_TEXT"), feedback=Feedback.AT_ONCE, is_shuffled=False
    )
    attempt = begin(quiz, taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    single, words = question(page, "SINGLE"), question(page, "SHORT_TEXT")
    words.get_by_role("button", name="Check").click()
    expect(words.get_by_role("status")).to_have_text("Choose or write an answer first.")
    words.get_by_label("Your answer").fill("not sure")
    single.get_by_role("radio", name="Wrong").check()
    page.wait_for_timeout(0)
    assert said(attempt, "SINGLE") is None

    single.get_by_role("button", name="Check").click()

    expect(single).to_contain_text("Because it is so.")
    expect(single).to_contain_text("Not right")
    expect(single.get_by_role("radio")).to_have_count(0)
    assert "Because it is so." not in words.inner_text()
    page.reload()
    expect(words.get_by_label("Your answer")).to_have_value("not sure")
    assert said(attempt, "SHORT_TEXT") is None
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("dialog", name="Hand in?")).to_contain_text("All questions")
    assert said(attempt, "SHORT_TEXT") == "not sure"


def test_an_answer_that_cannot_be_used_says_so_and_the_others_go_on(page_of, taker, watch):
    watch.expect("400")
    attempt = begin(make_published_quiz(("NUMERIC", "SHORT_TEXT"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    page.get_by_label("Number").fill("much")
    page.get_by_label("Number").press("Tab")
    expect(page.get_by_text("Answer with a number such as")).to_be_visible()
    page.get_by_label("Your answer").fill("commit")
    page.get_by_label("Your answer").press("Enter")

    page.get_by_label("Number").fill("9.8")
    page.get_by_label("Number").press("Tab")
    expect(page.get_by_text("Answer with a number such as")).not_to_be_visible()
    expect_saved(page)
    assert (said(attempt, "NUMERIC"), said(attempt, "SHORT_TEXT")) == ("9.8", "commit")


def test_items_are_dragged_into_their_order(page_of, taker):
    attempt = begin(make_published_quiz(("ORDERING",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    expect(page.locator("order-list:defined")).to_have_count(1)
    items = page.locator("[data-item]")
    first = items.first.locator(".order-text").inner_text()
    grip, last = items.first.locator(".order-grip").bounding_box(), items.last.bounding_box()

    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, items.nth(1).bounding_box()["y"] + 10, steps=4)
    page.mouse.move(grip["x"] + 5, last["y"] + last["height"] / 2, steps=6)
    page.mouse.up()

    expect(items.last.locator(".order-text")).to_have_text(first)
    expect_saved(page)
    texts = {each.pk: each.text for each in attempt.questions.get().version.choices.all()}
    assert texts[said(attempt, "ORDERING")[-1]] == first


def test_an_order_that_is_right_as_it_came_is_kept_by_keys(page_of, taker):
    attempt = begin(make_published_quiz(("ORDERING",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    expect(page.locator("order-list:defined")).to_have_count(1)
    expect(page.locator(".taking-count")).to_have_text("0 of 1 answered")

    reach(page, page.get_by_role("button", name="Keep this order"))
    press(page, "Enter")

    order = question(page, "ORDERING")
    expect(order.get_by_role("status").first).to_have_text("Your answer is this order.")
    expect(page.get_by_role("button", name="Keep this order")).not_to_be_visible()
    expect(order.get_by_role("button", name="Move down").first).to_be_focused()
    expect(page.locator(".taking-count")).to_have_text("1 of 1 answered")
    expect_saved(page)
    assert said(attempt, "ORDERING") == attempt.questions.get().deal["choices"]


def flag(page: Page, number: int):
    return page.get_by_role("switch", name=f"Flag question {number} for yourself")


def place(page: Page, number: int):
    return page.get_by_role("navigation", name="Questions").get_by_role("link").nth(number - 1)


def flagged(attempt: Attempt) -> list[int]:
    rows = attempt.questions.filter(is_flagged=True)
    return list(rows.values_list("position", flat=True))


def test_a_flag_goes_along_to_another_device(
    page_of, browser, live_platform, client_of, taker, settings
):
    attempt = begin(make_published_quiz(("SINGLE", "SHORT_TEXT"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    reach(page, flag(page, 2))
    press(page, "Space")
    expect(place(page, 2)).to_have_text(re.compile("not answered, flagged"))
    expect_saved(page)
    assert flagged(attempt) == [2]
    expect(page.locator(".taking-count")).to_have_text("0 of 2 answered")

    second = device(browser, live_platform, client_of, taker, settings)
    open_attempt(second, attempt)
    expect(flag(second, 2)).to_be_checked()
    expect(place(second, 2)).to_have_text(re.compile("not answered, flagged"))
    second.get_by_role("button", name="Hand in").click()
    dialog = second.get_by_role("dialog", name="Hand in?")
    expect(dialog.locator("[data-flags]").get_by_role("link")).to_have_text(["Question 2"])
    dialog.locator("[data-flags]").get_by_role("link").click()
    expect(question(second, "SHORT_TEXT")).to_be_focused()
    flag(second, 2).uncheck()
    expect_saved(second)
    second.context.close()

    page.reload()
    expect(flag(page, 2)).not_to_be_checked()
    expect(place(page, 2)).not_to_have_text(re.compile("flagged"))
    assert flagged(attempt) == []


def test_a_flag_makes_no_answer_of_another_device_stale(
    page_of, browser, live_platform, client_of, taker, settings
):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    first: Page = page_of(taker)
    open_attempt(first, attempt)
    second = device(browser, live_platform, client_of, taker, settings)
    open_attempt(second, attempt)
    flag(second, 1).check()
    expect_saved(second)
    second.context.close()

    first.get_by_label("Your answer").fill("commit")
    first.get_by_label("Your answer").press("Tab")

    expect_saved(first)
    expect(first.get_by_text("You answered this elsewhere meanwhile.")).not_to_be_visible()
    assert (said(attempt, "SHORT_TEXT"), flagged(attempt)) == ("commit", [1])


def test_offline_a_flag_is_kept_over_a_reload_and_sent_when_back(page_of, taker, watch):
    watch.expect("Failed to load resource")
    attempt = begin(make_published_quiz(("SHORT_TEXT", "SINGLE"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    page.route("**/answer/", lambda route: route.fulfill(status=503, json={}))
    open_attempt(page, attempt)
    flag(page, 1).check()
    page.get_by_label("Your answer").fill("commit")
    expect(page.locator(".taking-state")).to_contain_text("Not saved yet")
    assert flagged(attempt) == []

    page.unroute("**/answer/")
    page.reload()

    expect(flag(page, 1)).to_be_checked()
    expect(place(page, 1)).to_have_text(re.compile(", answered, flagged"))
    expect_saved(page)
    assert (flagged(attempt), said(attempt, "SHORT_TEXT")) == ([1], "commit")
    assert page.evaluate("localStorage.length") == 0


def test_a_flag_that_is_set_before_the_page_listens_is_saved_too(page_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT", "SINGLE"), is_shuffled=False), taker)
    page: Page = page_of(taker)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/quiz-attempt*.js", hold)
    page.goto(of(attempt), wait_until="commit")
    flag(page, 2).check()
    while not held:
        page.wait_for_timeout(20)
    assert flagged(attempt) == []
    for each in held:
        each.continue_()

    expect_saved(page)
    assert flagged(attempt) == [2]


def test_with_feedback_at_once_a_flag_is_sent_and_the_answer_waits(page_of, taker):
    quiz = make_published_quiz(
        ("SINGLE", "SHORT_TEXT"), feedback=Feedback.AT_ONCE, is_shuffled=False
    )
    attempt = begin(quiz, taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    question(page, "SINGLE").get_by_role("radio", name="Wrong").check()
    flag(page, 1).check()
    flag(page, 2).check()
    expect_saved(page)
    assert (flagged(attempt), said(attempt, "SINGLE")) == ([1, 2], None)

    question(page, "SINGLE").get_by_role("button", name="Check").click()

    expect(question(page, "SINGLE")).to_contain_text("Not right")
    expect(flag(page, 1)).to_have_count(0)
    expect(place(page, 1)).not_to_have_text(re.compile("flagged"))
    expect(place(page, 2)).to_have_text(re.compile("flagged"))


def test_a_newer_answer_of_another_device_brings_its_flag(page_of, taker):
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    key = attempt.questions.get().question_id
    save_answer(attempt, question=key, raw="newer", revision=9, is_flagged=True, at=now())

    page.get_by_label("Your answer").fill("older")
    page.get_by_label("Your answer").press("Tab")

    expect(page.get_by_label("Your answer")).to_have_value("newer")
    expect(flag(page, 1)).to_be_checked()
    expect(place(page, 1)).to_have_text(re.compile(", answered, flagged"))


def test_a_flag_after_handing_in_elsewhere_leads_to_the_results(page_of, taker, watch):
    watch.expect("409")
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    submit_attempt(attempt, at=now())

    flag(page, 1).check()

    expect(page.get_by_text("Question by question")).to_be_visible()
    assert flagged(attempt) == []


def test_without_scripts_one_answers_saves_and_hands_in(
    browser, live_platform, client_of, taker, settings
):
    attempt = begin(make_published_quiz(tuple(KINDS), is_shuffled=False), taker)
    page = device(browser, live_platform, client_of, taker, settings, java_script_enabled=False)
    page.goto(of(attempt))
    page.get_by_role("radio", name="Right").check()
    for rank, select in enumerate(question(page, "ORDERING").get_by_role("combobox").all(), 1):
        select.select_option(str(rank))
    page.get_by_label("Blank 1 of 1").fill("SELECT")
    page.get_by_label("Your file").set_input_files(
        {"name": "plan.md", "mimeType": "text/markdown", "buffer": b"# My plan"}
    )
    flag(page, 2).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. You can go on here")).to_be_visible()
    expect(flag(page, 2)).to_be_checked()
    expect(place(page, 2)).to_have_text(re.compile("not answered, flagged"))
    expect(page.get_by_role("checkbox", name="plan.md")).to_be_checked()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("You flagged for yourself:")).to_be_visible()
    expect(page.get_by_role("link", name="Question 2", exact=True)).to_have_count(2)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Question by question")).to_be_visible()
    page.context.close()
    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.SUBMITTED
    assert attempt.questions.exclude(response=None).count() == 4


def test_signed_out_nothing_is_lost(page_of, taker, watch):
    watch.expect("401|403")
    attempt = begin(make_published_quiz(("SHORT_TEXT",)), taker)
    page: Page = page_of(taker)
    open_attempt(page, attempt)
    cookies = page.context.cookies()
    page.context.clear_cookies()

    page.get_by_label("Your answer").fill("commit")
    page.get_by_label("Your answer").press("Tab")
    expect(page.locator(".taking-state")).to_contain_text("you are signed out")
    page.context.add_cookies(cookies)
    page.reload()

    expect_saved(page)
    assert said(attempt, "SHORT_TEXT") == "commit"


def test_a_result_is_told_with_own_and_right_answers(page_of, taker):
    attempt = begin(make_published_quiz(("SINGLE", "MATCHING"), is_shuffled=False), taker)
    for asked in attempt.questions.select_related("version"):
        answer = right(asked)
        if asked.version.type == "MATCHING":
            answer = {"l1": answer["l1"]}
        save_answer(attempt, question=asked.question_id, raw=answer, at=now())
    submit_attempt(attempt, at=now())
    page: Page = page_of(taker)

    page.goto(of(attempt))

    expect(page.locator(".outcome")).to_contain_text("75")
    expect(page.locator(".outcome")).to_contain_text("Passed")
    expect(page.locator(".asked").first).to_contain_text("Your answer, and right")
    expect(page.locator(".asked").last).to_contain_text("Partly right")
    page.get_by_role("button", name="Begin again").click()
    expect(page).to_have_url(re.compile("/attempts/(?!" + str(attempt.pk) + ")"))
