"""Joining with an account elsewhere, on a phone; the providers are the sandbox's."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from sandbox.testing import SandboxServer
from tests.browser.platform import LivePlatform

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def running_platform(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    sandbox_process: SandboxServer,
) -> Iterator[LivePlatform]:
    """As in the demo, which knows the sandbox."""
    platform = LivePlatform(tmp_path_factory.mktemp("demo"))
    sandbox = f"http://localhost:{urlsplit(sandbox_process.url).port}"
    platform.environment |= {"DEMO": "1", "SANDBOX_URL": sandbox}
    platform.collect_static_files()
    yield platform
    platform.stop()


@pytest.fixture
def browser_context_args(live_platform: LivePlatform) -> dict:
    return {"base_url": live_platform.url, "locale": "en-US", **PHONE}


@pytest.mark.parametrize("provider", ["Google", "GitHub", "Apple"])
def test_somebody_joins_on_a_phone(page: Page, watch, sandbox_server: SandboxServer, provider: str):
    watch.expect(rf"another host: http://localhost:{urlsplit(sandbox_server.url).port}/")
    page.goto("/accounts/signup/")
    page.get_by_role("button", name=f"Continue with {provider}").tap()
    page.get_by_role("button", name="Asha Rao").tap()
    expect(page).to_have_url(re.compile("/accounts/3rdparty/signup/"))
    expect(page.get_by_label("Name")).to_have_value("Asha Rao")
    page.get_by_role("button", name="Make my account").tap()
    expect(page.get_by_text("Please accept the terms").first).to_be_visible()
    page.get_by_label("I accept").check()
    page.get_by_role("button", name="Make my account").tap()
    expect(page).to_have_url("/dashboard/")
    page.goto("/accounts/3rdparty/")
    expect(page.get_by_role("link", name=f"Disconnect {provider}")).to_be_visible()


def test_nothing_of_it_is_left_when_one_turns_back(
    page: Page, watch, sandbox_server: SandboxServer
):
    watch.expect(rf"another host: http://localhost:{urlsplit(sandbox_server.url).port}/")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Continue with Apple").tap()
    page.get_by_role("button", name="Cancel").tap()
    expect(page.get_by_role("heading", name="You turned back")).to_be_visible()
    page.get_by_role("link", name="To sign-in").tap()
    expect(page).to_have_url("/accounts/login/")
    assert not User.objects.exists()
