"""The readers of the schema in a real browser: they work under their policies."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What Redoc itself asks for, and is refused.
LOGO = "cdn.redoc.ly"


@pytest.fixture
def told(page: Page) -> list[str]:
    told: list[str] = []
    page.on("console", lambda message: message.type == "error" and told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


@pytest.fixture
def elsewhere(page: Page, live_server) -> list[str]:
    """What came from another host."""
    found: list[str] = []
    page.on(
        "response",
        lambda each: (
            each.url.startswith((live_server.url, "data:", "blob:")) or found.append(each.url)
        ),
    )
    return found


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_the_schema_can_be_read_with_nothing_from_elsewhere(
    live_server, page, told, elsewhere, path
):
    page.goto(live_server.url + path)
    expect(page.get_by_text("How far a job is").locator("visible=true").first).to_be_visible()
    broken = [each for each in told if "Security Policy" in each and LOGO not in each]
    assert broken == []
    assert elsewhere == []


def test_an_operation_can_be_tried_out(live_server, page):
    page.goto(live_server.url + "/api/docs/")
    page.get_by_text("My profile").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_text("NOT_AUTHENTICATED").first).to_be_visible()
