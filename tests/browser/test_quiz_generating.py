"""Having a quiz made: asking, following, looking through drafts by keys, publishing."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from core.jobs.actions import cancel_job
from core.jobs.running import run_job
from core.settings.gemini import in_sandbox
from quizzes.generators import checking
from quizzes.models import GeneratedQuestion, Generation, Quiz, QuizStatus
from quizzes.tests.generation import TEXT, asked, done, prompted
from tests.browser.axe import SOURCE, findings_here
from tests.browser.keys import press
from tests.browser.test_every_page import faults


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer")


@pytest.fixture
def gemini(sandbox_server, settings):
    """This process works as the platform's worker, and asks the sandbox."""
    settings.GEMINI = in_sandbox(sandbox_server.url)
    return sandbox_server


def at(generation) -> str:
    return f"/quizzes/generations/{generation.pk}/"


def keys(quiz) -> list[int]:
    rows = quiz.quiz_questions.order_by("position")
    return list(rows.values_list("question_id", flat=True))


def ask(page: Page, title: str = "Indexes") -> Generation:
    page.goto("/quizzes/generate/")
    expect(page.get_by_label("The file")).to_be_hidden()
    page.get_by_label("From a text").check()
    expect(page.get_by_label("The text")).to_be_visible()
    page.get_by_label("Title of the quiz").fill(title)
    page.get_by_label("The text").fill(TEXT)
    page.get_by_label("How many questions").fill("5")
    page.get_by_role("button", name="Make the questions").click()
    expect(page).to_have_url(re.compile("/quizzes/generations/"))
    expect(page.get_by_text("5 questions are being made")).to_be_visible()
    return Generation.objects.get(pk=page.url.rstrip("/").rsplit("/", 1)[-1])


def test_from_a_wish_to_a_published_quiz_by_keys(page_of, trainer):
    page: Page = page_of(trainer)
    generation = ask(page)
    quiz = generation.quiz
    run_job(generation.job)
    drafts = page.locator("li.draft")
    expect(drafts).to_have_count(5)
    page.locator("draft-keys:defined").wait_for(state="attached")
    first, second, third, *_rest = keys(quiz)

    press(page, "j")
    expect(drafts.nth(0)).to_be_focused()
    press(page, "v")
    expect(page.get_by_text("1 of 5 looked at")).to_be_visible()
    expect(drafts.nth(0).get_by_text("Looked at", exact=True)).to_be_visible()
    press(page, "j")
    expect(drafts.nth(1)).to_be_focused()
    page.locator("question-order:defined").wait_for(state="attached")
    press(page, "Alt+ArrowUp")
    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert keys(quiz)[:2] == [second, first]

    drafts.nth(2).get_by_role("button", name="Another one").click()
    expect(drafts.nth(2).get_by_text("Another question is being made")).to_be_visible()
    run_job(Generation.objects.get(replaces=third).job)
    expect(page.locator(f"#question-{third}")).to_have_count(0)
    expect(drafts).to_have_count(5)
    assert third not in keys(quiz)

    drafts.nth(4).get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The question is out of the quiz")).to_be_in_viewport()
    expect(drafts).to_have_count(4)
    page.get_by_role("button", name="Undo").click()
    expect(drafts).to_have_count(5)

    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Students find it now.")).to_be_visible()
    assert Quiz.objects.get(pk=quiz.pk).status == QuizStatus.PUBLISHED


def test_what_is_under_way_is_stopped_in_the_middle_and_asked_for_again(page_of, trainer):
    page: Page = page_of(trainer)
    generation = ask(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("This was stopped")).to_be_visible()
    assert not keys(generation.quiz)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("5 questions are being made")).to_be_visible()
    run_job(Generation.objects.exclude(pk=generation.pk).get().job)
    expect(page.locator("li.draft")).to_have_count(5)


def test_a_disagreement_has_to_be_accepted_before_it_is_published(gemini, page_of, trainer):
    gemini.play("gemini", "disagrees", count=1)
    generation = prompted(trainer)
    page: Page = page_of(trainer)
    page.goto(at(generation))
    expect(page.get_by_text("A second look disagrees", exact=True).first).to_be_visible()
    accept = page.get_by_role("checkbox", name="I stand for the keys")
    accept.check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Students find it now.")).to_be_visible()


def test_the_editor_waits_for_a_decision_on_each_disagreement(gemini, page_of, trainer, watch):
    watch.expect("409")
    gemini.play("gemini", "disagrees", count=1)
    generation = prompted(trainer)
    page: Page = page_of(trainer)
    page.goto(f"/quizzes/{generation.quiz_id}/edit/")
    waiting = page.get_by_role("region", name="Waiting for a decision").locator("li.draft")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody has decided yet")
    assert Quiz.objects.get(pk=generation.quiz_id).status == QuizStatus.DRAFT
    count = waiting.count()
    assert count
    for left in range(count, 0, -1):
        expect(waiting).to_have_count(left)
        waiting.first.get_by_role("button", name="The key is right").click()
    expect(waiting).to_have_count(0)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Students find it now.")).to_be_visible()


def test_nothing_that_an_obedient_model_wrote_runs_or_is_fetched(
    gemini, monkeypatch, page_of, trainer
):
    """As if our own checks had let it pass: the page has to hold by itself."""
    monkeypatch.setattr(checking, "_faults_of", lambda *_: [])
    gemini.play("gemini", "obeys_injection", count=1)
    generation = prompted(trainer, count=12, types=["SINGLE", "TRUE_FALSE"])
    assert GeneratedQuestion.objects.filter(question__quiz_questions__quiz=generation.quiz).exists()
    page: Page = page_of(trainer)
    page.goto(at(generation))
    drafts = page.locator("ol.draft-list")
    expect(drafts).to_contain_text("<script>")
    expect(drafts).to_contain_text("onerror=")
    assert page.evaluate("window.taken") is None
    for tag in ("script", "iframe", "img:not([src^='/'])", "a[href^='javascript:']"):
        assert drafts.locator(tag).count() == 0, tag


def test_pages_of_generating_leave_nobody_out_hold_still_fit_and_are_light(
    gemini, page_of, trainer
):
    running, _job = asked(trainer)
    stopped, job = asked(trainer, again=True)
    cancel_job(job, at=now())
    made = done(asked(trainer, again=True, count=8))
    made.problems = [{"text": "Which one?", "faults": ["choices: Two choices say the same."]}]
    made.save()
    gemini.play("gemini", "blocked_prompt", count=1)
    failed = prompted(trainer)
    gemini.play("gemini", "disagrees", count=1)
    disputed = prompted(trainer, again=True)
    paths = [at(each) for each in (running, stopped, made, failed, disputed)]
    paths += [f"/quizzes/{disputed.quiz_id}/edit/", f"/questions/{keys(disputed.quiz)[0]}/"]
    assert faults(page_of(trainer), ["/quizzes/generate/", *paths]) == []


def test_axe_finds_nothing_in_what_opens(page_of, trainer):
    made = done(asked(trainer))
    made.problems = [{"text": "Which one?", "faults": ["choices: Two choices say the same."]}]
    made.save()
    page: Page = page_of(trainer)
    page.add_init_script(path=SOURCE)
    page.goto(at(made))
    for summary in page.locator("#main summary").all():
        summary.click()
    page.locator("li.draft").nth(1).get_by_role("button", name="Another one").click()
    expect(page.get_by_text("Another question is being made")).to_be_visible()
    assert findings_here(page) == []
    page.locator("key-shortcuts:defined").wait_for(state="attached")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert findings_here(page) == []


def test_without_scripts_one_asks_looks_at_drafts_and_publishes(
    browser: Browser, live_platform, client_of, trainer, settings
):
    context = browser.new_context(base_url=live_platform.url, java_script_enabled=False)
    cookie = client_of(trainer).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
    page = context.new_page()
    generation = ask(page)
    run_job(generation.job)
    page.get_by_role("link", name="Look again").click()
    drafts = page.locator("li.draft")
    expect(drafts).to_have_count(5)
    first, second, *_rest = keys(generation.quiz)
    page.get_by_role("button", name="Move question 1 down").click()
    assert keys(generation.quiz)[:2] == [second, first]
    drafts.nth(0).get_by_role("button", name="Looked at, sound").click()
    expect(page.get_by_text("1 of 5 looked at")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Students find it now.")).to_be_visible()
    context.close()
