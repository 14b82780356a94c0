"""What pages weigh on the wire, by the static files of production."""

from collections import Counter

import pytest
from playwright.sync_api import Page, Response

from accounts.permissions import ANONYMOUS
from accounts.roles import Role
from tests.browser.pages import pages_of, styleguide_pages

BUDGET = 90 * 1024
CHARTS = 250 * 1024
WEIGHED = {"stylesheet", "script"}
WITH_CHARTS = ["/styleguide/chart/", "/styleguide/layouts/dashboard/"]
LIBRARY = "/vendor/js/chart."


def weights(page: Page, paths: list[str], without: str = "") -> dict[str, int]:
    """Compressed CSS and JavaScript of each page, for somebody who comes for the first time."""
    heard: Counter[str] = Counter()
    here = ""

    def note(response: Response) -> None:
        left_out = bool(without) and without in response.url
        if response.request.resource_type in WEIGHED and not left_out:
            arrived.append((here, response))

    arrived: list[tuple[str, Response]] = []
    page.on("response", note)
    for path in paths:
        here = path
        page.goto(path, wait_until="networkidle")
    for path, response in arrived:
        assert response.header_value("content-encoding") in {"br", "gzip"}, response.url
        # What a cache had costs nothing here, and all of it those who come for the first time.
        heard[path] += int(response.header_value("content-length") or 0)
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
    heavy = [path for path in styleguide_pages() if "layouts" in path and path not in WITH_CHARTS]
    heavy += [f"/styleguide/{name}/" for name in ("table", "form", "file_drop", "job_progress")]
    assert too_heavy(page_of(superadmin), heavy) == {}


def test_charts_come_on_top_of_it_and_late(page_of, superadmin):
    page = page_of(superadmin)
    all_of_it = weights(page, WITH_CHARTS)
    before = weights(page, WITH_CHARTS, without=LIBRARY)
    for path in WITH_CHARTS:
        assert before[path] <= BUDGET, path
        assert 0 < all_of_it[path] - before[path] <= CHARTS, path
