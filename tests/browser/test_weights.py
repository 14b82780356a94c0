"""Charts may weigh more than a page, and come after it."""

from collections.abc import Iterable

from playwright.sync_api import Page

from tests.browser.weighing import BUDGET, CHARTS, WITH_CHARTS, Scale

LIBRARY = "/vendor/js/chart."


def weights(page: Page, paths: Iterable[str], without: str = "") -> dict[str, int]:
    scale = Scale(page, without=without)
    for path in paths:
        scale.go(path)
        page.wait_for_load_state("networkidle")
    return scale.weights()


def test_charts_come_on_top_of_it_and_late(page_of, superadmin):
    page = page_of(superadmin)
    all_of_it = weights(page, WITH_CHARTS)
    before = weights(page, WITH_CHARTS, without=LIBRARY)
    for path in WITH_CHARTS:
        assert before[path] <= BUDGET, path
        assert 0 < all_of_it[path] - before[path] <= CHARTS, path
