"""What pages weigh on the wire, by the static files of production."""

from collections import Counter

import pytest
from playwright.sync_api import Page, Response

from accounts.permissions import ANONYMOUS
from accounts.roles import Role
from tests.browser.pages import pages_of, styleguide_pages

BUDGET = 90 * 1024
WEIGHED = {"stylesheet", "script"}


def weights(page: Page, paths: list[str]) -> dict[str, int]:
    """Compressed CSS and JavaScript of each page, for somebody who comes for the first time."""
    heard: Counter[str] = Counter()
    here = ""

    def note(response: Response) -> None:
        if response.request.resource_type in WEIGHED:
            arrived.append((here, response))

    arrived: list[tuple[str, Response]] = []
    page.on("response", note)
    # Whoever comes for the first time has nothing yet.
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    for path in paths:
        here = path
        page.goto(path, wait_until="networkidle")
    for path, response in arrived:
        assert response.header_value("content-encoding") in {"br", "gzip"}, response.url
        heard[path] += response.request.sizes()["responseBodySize"]
    return dict(heard)


def too_heavy(page: Page, paths: list[str]) -> dict[str, int]:
    weighed = weights(page, paths)
    assert weighed
    return {path: weight for path, weight in weighed.items() if weight > BUDGET}


def test_pages_for_everybody_keep_their_budget(page):
    assert too_heavy(page, pages_of(ANONYMOUS)) == {}


@pytest.mark.parametrize("role", Role.values)
def test_pages_of_a_role_keep_their_budget(page_of, request, role):
    assert too_heavy(page_of(request.getfixturevalue(role)), pages_of(role)) == {}


def test_even_all_components_together_keep_it(page_of, superadmin):
    """On the page of each layout, and on the pages whose components bring most modules."""
    heavy = [path for path in styleguide_pages() if "layouts" in path]
    heavy += [f"/styleguide/{name}/" for name in ("table", "form", "file_drop", "chart")]
    assert too_heavy(page_of(superadmin), heavy) == {}
