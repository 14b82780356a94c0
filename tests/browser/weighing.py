"""What pages weigh on the wire, by the static files of production."""

import re
from collections import Counter

from playwright.sync_api import Page, Response

BUDGET = 90 * 1024
CHARTS = 250 * 1024
WITH_CHARTS = ("/styleguide/chart/", "/styleguide/layouts/dashboard/")
RESULTS = re.compile(r"/quizzes/\d+/results/")
WEIGHED = {"stylesheet", "script"}


def budget_of(path: str) -> int:
    has_charts = path in WITH_CHARTS or bool(RESULTS.fullmatch(path))
    return BUDGET + (CHARTS if has_charts else 0)


class Scale:
    """Compressed CSS and JavaScript, for somebody who comes for the first time."""

    def __init__(self, page: Page, *, without: str = "") -> None:
        self._page = page
        self._without = without
        self._here = ""
        self._arrived: list[tuple[str, Response]] = []
        page.on("response", self._note)

    def go(self, path: str) -> None:
        self._here = path
        self._page.goto(path)

    def weights(self) -> dict[str, int]:
        """Of each page, with what came late."""
        heard: Counter[str] = Counter()
        once = {(path, response.url): response for path, response in self._arrived}
        for (path, _url), response in once.items():
            assert response.headers.get("content-encoding") in {"br", "gzip"}, response.url
            # What a cache had costs nothing here, and all of it those who come for the first time.
            heard[path] += int(response.headers.get("content-length", 0))
        return dict(heard)

    def _note(self, response: Response) -> None:
        left_out = bool(self._without) and self._without in response.url
        if response.request.resource_type in WEIGHED and not left_out:
            self._arrived.append((self._here, response))
