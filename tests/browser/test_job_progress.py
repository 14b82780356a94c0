"""Work that takes long is followed to its end: by hints, by looking, and through lost networks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.jobs.announcing import announce
from core.jobs.models import Job
from core.jobs.states import JobStatus
from tests.browser.keys import press, reach
from tests.browser.modules import await_module

MESSAGE = ".job-message"
# As long as a page waits between two looks of its own, at most.
PAUSE_MS = 15_000


@pytest.fixture
def job(student) -> Job:
    at = timezone.now()
    return Job.objects.create(
        kind="tests.export",
        owner=student,
        status=JobStatus.RUNNING,
        progress=10,
        message="Gathering",
        max_attempts=1,
        attempt=1,
        created_at=at,
        started_at=at,
        due_at=at,
        remind_at=at + timedelta(minutes=5),
        lease_until=at + timedelta(minutes=5),
    )


@pytest.fixture
def followed(page_of, student, job) -> Page:
    page = page_of(student)
    page.goto(f"/tests/jobs/{job.pk}/")
    return page


@pytest.fixture
def followed_by_clock(page_of, student, job) -> Page:
    """The page's clock can be put forward, to where it looks by itself."""
    page = page_of(student)
    page.clock.install()
    page.goto(f"/tests/jobs/{job.pk}/")
    return page


def move(job: Job, **changes: object) -> None:
    if "status" in changes:
        changes |= {"finished_at": timezone.now(), "lease_until": None}
    for name, value in changes.items():
        setattr(job, name, value)
    job.save()
    announce(job)


def test_it_is_shown_as_it_moves_and_leads_to_what_was_made(followed, job):
    move(job, progress=60, message="Packing")
    expect(followed.locator(MESSAGE)).to_have_text("Packing")
    expect(followed.locator("job-progress progress")).to_have_js_property("value", 60)
    link = followed.get_by_role("link", name="Download")
    expect(link).to_be_hidden()
    move(job, status=JobStatus.SUCCEEDED, progress=100, message="", result={"url": "/there/"})
    expect(link).to_have_attribute("href", "/there/")
    expect(followed.locator(MESSAGE)).to_have_text("Done")
    expect(followed.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_hint_is_quicker_than_the_next_look(followed, job):
    looks: list[str] = []
    followed.on("request", lambda request: looks.append(request.url))
    with followed.expect_websocket():
        followed.reload()
    with followed.expect_response(f"**/api/jobs/{job.pk}/"):
        pass
    looks.clear()
    with followed.expect_response(f"**/api/jobs/{job.pk}/", timeout=10_000):
        move(job, progress=70, message="Packing")
    expect(followed.locator(MESSAGE)).to_have_text("Packing")


def test_one_that_fails_says_why_and_what_to_do(followed, job):
    error = {"code": "SERVER_ERROR", "message": "The disk is full. Nothing was lost."}
    move(job, status=JobStatus.FAILED, error=error)
    expect(followed.locator(MESSAGE)).to_have_text(error["message"])
    expect(followed.get_by_role("link", name="Try again")).to_be_visible()
    expect(followed.get_by_role("link", name="Download")).to_be_hidden()


def test_it_is_stopped_by_keyboard_and_the_focus_stays_with_it(followed, job):
    job.status, job.lease_until = JobStatus.QUEUED, None
    job.save()
    followed.reload()
    reach(followed, followed.get_by_role("button", name="Stop"))
    press(followed, "Enter")
    expect(followed.locator(MESSAGE)).to_have_text("Stopped")
    expect(followed.locator("job-progress")).to_be_focused()
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED


def test_one_that_runs_says_that_it_is_being_stopped_until_it_is(followed, job):
    await_module(followed, "job-progress")
    followed.get_by_role("button", name="Stop").click()
    expect(followed.locator(MESSAGE)).to_contain_text("Stopping")
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    move(job, progress=60, message="Packing")
    expect(followed.locator("job-progress progress")).to_have_js_property("value", 60)
    expect(followed.locator(MESSAGE)).to_contain_text("Stopping")
    move(job, status=JobStatus.CANCELLED)
    expect(followed.locator(MESSAGE)).to_have_text("Stopped")


def test_where_no_socket_can_be_had_it_looks_by_itself(page_of, student, job, watch):
    watch.expect("WebSocket connection to .* failed")
    page = page_of(student)
    page.route_web_socket("**/ws/**", lambda socket: socket.close(code=1013))
    page.goto(f"/tests/jobs/{job.pk}/")
    move(job, status=JobStatus.SUCCEEDED, progress=100, message="All of it")
    expect(page.locator(MESSAGE)).to_have_text("All of it")


def test_a_lost_network_is_said_and_outlived(followed_by_clock, job, watch):
    page = followed_by_clock
    watch.expect("ERR_INTERNET_DISCONNECTED")
    watch.expect("WebSocket connection to .* failed")
    with page.expect_response("**/api/jobs/**"):
        pass
    page.context.set_offline(True)
    page.clock.fast_forward(PAUSE_MS)
    expect(page.locator(MESSAGE)).to_contain_text("The connection is away")
    move(job, status=JobStatus.SUCCEEDED, progress=100, message="All of it")
    page.context.set_offline(False)
    page.clock.fast_forward(PAUSE_MS)
    expect(page.locator(MESSAGE)).to_have_text("All of it")


def test_what_is_gone_is_said_to_be_gone(followed_by_clock, job, watch):
    page = followed_by_clock
    watch.expect("status of 404")
    # Nothing more need be heard, whether the socket is open yet or not.
    watch.expect("closed before the connection is established")
    job.delete()
    page.clock.fast_forward(PAUSE_MS)
    expect(page.locator(MESSAGE)).to_contain_text("Nothing more is known")
