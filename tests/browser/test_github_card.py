"""From enrolling to GitHub and back: its news on the page, and work that a merge approves."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import UserFactory
from core.clock import now
from core.embedded.process import wait_until
from core.jobs.models import Job
from core.jobs.running import run_job
from core.settings.github import in_sandbox
from curriculum.actions.webhooks import apply_delivery
from curriculum.models import WebhookDelivery
from curriculum.tests.github_world import make_deliverable, make_learner, make_project
from sandbox.testing import SandboxServer
from tests.browser import axe, holding
from tests.browser.platform import LivePlatform

SECRET = "sandbox-github-webhook-secret"
PATIENCE = 60.0


@pytest.fixture(scope="module")
def running_platform(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    sandbox_process: SandboxServer,
) -> Iterator[LivePlatform]:
    """As in the demo, which knows the sandbox."""
    platform = LivePlatform(tmp_path_factory.mktemp("demo"))
    platform.environment |= {"DEMO": "1", "SANDBOX_URL": at(sandbox_process)}
    platform.collect_static_files()
    yield platform
    platform.stop()


@pytest.fixture
def here(settings, live_platform: LivePlatform, sandbox_server: SandboxServer) -> None:
    """This process works as that platform's worker."""
    settings.FRONTEND_URL = live_platform.url
    settings.GITHUB = in_sandbox(at(sandbox_server))
    settings.GITHUB_WEBHOOK_SECRET = (SECRET,)


def test_from_enrolling_to_work_that_a_merged_pull_request_approves(
    here: None,
    page_of: Callable[[object], Page],
    watch,
    sandbox_server: SandboxServer,
):
    watch.expect(rf"another host: {at(sandbox_server)}/")
    project = make_project()
    make_deliverable(project, title="The change", approves_on_merge=True)
    student = UserFactory()
    page = page_of(student)
    page.add_init_script(path=axe.SOURCE)
    page.goto(f"/tracks/{project.track.code}/")
    page.get_by_role("button", name="Enroll").first.click()
    page.get_by_role("link", name=project.title).first.click()
    expect(page).to_have_url(re.compile(f"/projects/{project.pk}/"))
    page.get_by_role("button", name="Connect GitHub").click()
    page.get_by_role("button", name="Asha Rao").click()
    expect(page).to_have_url(re.compile(f"/projects/{project.pk}/$"))
    expect(page.get_by_text("Connected to GitHub as")).to_be_visible()
    page.get_by_role("button", name="Make my repository").click()
    expect(page.get_by_text("Your repository is being made")).to_be_visible()
    run_job(Job.objects.get(kind="curriculum.repository").pk)
    link = page.get_by_role("link", name=f"/{project.template}")
    expect(link).to_be_visible()
    name = str(link.text_content())
    sandbox_server.github.open_pull_request(name, title="My <b>work</b>")
    apply_what_came("pull_request")
    expect(page.get_by_text("#1 My <b>work</b>")).to_be_visible()
    sandbox_server.github.checks(name, "success", number=1)
    apply_what_came("workflow_run")
    expect(page.get_by_text("Checks passed")).to_be_visible()
    assert axe.findings_here(page) == []
    page.get_by_role("button", name="Hand in as “The change”").click()
    expect(page).to_have_url(re.compile("/submissions/"))
    sandbox_server.github.merge(name, 1)
    apply_what_came("pull_request")
    page.reload()
    expect(page.get_by_text("Approved").first).to_be_visible()
    assert student.submissions.get().status == "approved"


def test_the_card_fits_and_holds_still(
    here: None, page_of: Callable[[object], Page], sandbox_server: SandboxServer
):
    project = make_project()
    page = page_of(make_learner(project))
    page.add_init_script(path=axe.SOURCE)
    page.add_init_script(holding.NOTE_SHIFTS)
    for path in (f"/projects/{project.pk}/", "/profile/github/"):
        page.goto(path)
        assert axe.findings_here(page) == []
        assert holding.unsteady_here(page) == []


def apply_what_came(event: str) -> None:
    """The worker's part, once the door has taken it."""
    waiting = WebhookDelivery.objects.waiting().order_by("pk")
    assert wait_until(lambda: waiting.filter(event=event).exists(), PATIENCE), event
    for row in waiting.all():
        apply_delivery(row.pk, at=now())


def at(sandbox: SandboxServer) -> str:
    return f"http://localhost:{urlsplit(sandbox.url).port}"
