"""Pages of those who teach, with work to show: accessibility, steadiness, weight, no scripts."""

from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from curriculum.actions.comments import save_phrase, write_comment
from curriculum.actions.reviews import note_visit
from curriculum.actions.submissions import revise_work
from curriculum.models import Decision, Submission
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    in_cohort,
    make_track,
    work_for,
)
from tests.browser.axe import SOURCE, findings_here
from tests.browser.test_every_page import faults


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["TEA"])


@pytest.fixture
def works(trainer) -> dict[str, Submission]:
    """One from the pool, one with all that can stand around it, one that is rejected."""
    track = make_track("TEA", projects=1, deliverables=3)
    parts = list(track.projects.get().deliverables.order_by("number"))
    student = enrolled(track, UserFactory(name="Diya Patel"))
    assign_trainer(student, trainer=trainer, by=None, caller=Caller(), at=now())
    whole = hand_in(parts[0], student)
    decide(whole, Decision.CHANGES_REQUESTED, by=trainer)
    revise_work(whole, work=work_for(parts[0], note="Split in two."), by=student, at=now())
    whole.refresh_from_db()
    write_comment(whole, body="Do you mean the *second* loop?", by=student, at=now())
    save_phrase(trainer, label="Small commits", text="Please make smaller commits.", at=now())
    note_visit(whole, by=UserFactory(admin=True, name="Rohan Das"), at=now())
    return {
        "pooled": hand_in(parts[0], enrolled(track, UserFactory(name="Kabir Singh"))),
        "whole": whole,
        "rejected": decide(hand_in(parts[1], student), Decision.REJECTED, by=trainer),
        "asked": decide(hand_in(parts[2], student), Decision.CHANGES_REQUESTED, by=trainer),
    }


@pytest.fixture
def paths(works) -> list[str]:
    reviews = [f"/review/{work.pk}/" for work in works.values()]
    student = works["whole"].student_id
    classes = ["/class/", "/class/?view=board", "/class/?show=overdue", f"/class/{student}/"]
    return ["/review/?state=all", "/review/?q=nobody", *reviews, *classes, "/dashboard/"]


def too_late(page: Page, work: Submission) -> None:
    """Somebody else decides while one writes."""
    page.goto(f"/review/{work.pk}/")
    page.get_by_label("Feedback").fill("I would take it.")
    page.get_by_role("spinbutton", name="It works").fill("8")
    decide(work, Decision.CHANGES_REQUESTED, by=UserFactory(admin=True), feedback="Mend it.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Somebody was faster")).to_be_visible()


def test_they_leave_nobody_out_hold_still_fit_and_are_light(page_of, trainer, paths):
    assert faults(page_of(trainer), paths) == []


def test_pages_of_a_cohort_do_too(page_of, admin, works):
    student = works["whole"].student
    track = works["whole"].deliverable.project.track
    cohort = in_cohort(track, student, starts_on=date(2026, 11, 2))
    UserFactory(name="Dinesh Rao")
    whole = f"/cohorts/{cohort.pk}/"
    paths = [f"{whole}?find=din", f"{whole}change/", f"{whole}close/"]
    assert faults(page_of(admin), paths) == []


def test_axe_finds_nothing_in_what_opens_and_in_a_conflict(page_of, trainer, works, watch):
    watch.expect("409")
    page: Page = page_of(trainer)
    page.add_init_script(path=SOURCE)
    page.goto(f"/review/{works['whole'].pk}/")
    for summary in page.locator("#main summary").all():
        summary.click()
    assert findings_here(page) == []
    too_late(page, works["whole"])
    assert findings_here(page) == []


def test_without_scripts_one_writes_a_phrase_in_and_decides(
    browser: Browser, live_platform, client_of, trainer, works, settings
):
    context = browser.new_context(base_url=live_platform.url, java_script_enabled=False)
    cookie = client_of(trainer).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
    page = context.new_page()
    page.goto(f"/review/{works['whole'].pk}/")
    page.get_by_label("Feedback").fill("Well done.")
    page.get_by_role("spinbutton", name="It works").fill("9")
    page.locator("summary", has_text="Saved phrases").click()
    page.get_by_role("button", name="Small commits Please").click()
    expect(page.get_by_label("Feedback")).to_have_value(
        "Well done.\n\nPlease make smaller commits."
    )
    expect(page.get_by_role("spinbutton", name="It works")).to_have_value("9")
    page.get_by_role("button", name="Request changes").click()
    expect(page).to_have_url(f"/review/{works['pooled'].pk}/")
    works["whole"].refresh_from_db()
    assert works["whole"].status == "changes_requested"
    context.close()
