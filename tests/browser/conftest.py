"""Chromium, the platform that it looks at, and what no page may do there.

Every test of this folder gets `page` (of pytest-playwright), whose `watch` fails the test for any
message on the console, any violation of the content policy and any request to another host.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser.platform import LivePlatform

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`The policy stopped ${event.effectiveDirective}: ${event.blockedURI}`);
});
"""
# It runs no scripts, so not even what Playwright puts into every frame.
FRAME_OF_A_MAIL = re.compile("Blocked script execution in '[^']*/styleguide/mail/")
# Chromium tells that it did as it was asked.
EMPTIED_BY_SIGNING_OUT = re.compile(
    r"^info: Clear-Site-Data header on '[^']*/accounts/logout/': Cleared data types: \"cache\"\."
)
# What comes in by htmx gets the focus from it or from Chromium, which tells when it came second.
FOCUSED_BEFORE = re.compile("^info: Autofocus processing was blocked because a document already")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.browser)
        # Pages are served by another process, which sees committed rows alone.
        item.add_marker(pytest.mark.django_db(transaction=True))


class Watch:
    """What happened on the pages of a context that must not."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host = host
        self.faults: list[str] = []
        self._expected = [FRAME_OF_A_MAIL, EMPTIED_BY_SIGNING_OUT, FOCUSED_BEFORE]
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", lambda request: self._check_host(request.url))

    def expect(self, pattern: str) -> None:
        """Messages like this one belong to the test."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [
            fault
            for fault in self.faults
            if not any(pattern.search(fault) for pattern in self._expected)
        ]

    def _note_message(self, message: ConsoleMessage) -> None:
        self._note(f"{message.type}: {message.text} ({message.location['url']})")

    def _note(self, fault: str) -> None:
        self.faults.append(fault)

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self._note(f"a request to another host: {url}")


@pytest.fixture
def browser_context_args(live_platform: LivePlatform) -> dict:
    return {"base_url": live_platform.url, "locale": "en-US"}


@pytest.fixture(scope="session")
def running_platform(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[LivePlatform]:
    platform = LivePlatform(tmp_path_factory.mktemp("platform"))
    platform.collect_static_files()
    yield platform
    platform.stop()


@pytest.fixture
def live_platform(
    running_platform: LivePlatform, browser: Browser, transactional_db: None
) -> Iterator[LivePlatform]:
    """After the test its pages are closed, and what they have asked for is over."""
    if not running_platform.service.is_running():
        running_platform.start()
    yield running_platform
    for context in browser.contexts:
        context.close()
    running_platform.come_to_rest()


@pytest.fixture(autouse=True)
def watch(context: BrowserContext, live_platform: LivePlatform) -> Iterator[Watch]:
    watch = Watch(context, urlsplit(live_platform.url).netloc)
    yield watch
    # In a thread with an event loop, a test's database connection is another than its fixtures'.
    connections.close_all()
    assert watch.unexpected() == []


@pytest.fixture
def page_of(
    context: BrowserContext, live_platform: LivePlatform, client_of: Callable[[object], Client]
) -> Callable[[object], Page]:
    """A page in the browser of somebody who is signed in."""

    def signed_in(user: object) -> Page:
        cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_platform.url}])
        return context.new_page()

    return signed_in
