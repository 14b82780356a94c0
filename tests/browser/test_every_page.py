"""Every page of every role leaves nobody out, holds still, fits and is light; one visit tells all.

A visit costs more than each of the looks, so that all of them share it.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from accounts.permissions import ANONYMOUS, ROLES
from tests.browser import axe, holding
from tests.browser.pages import pages_of, styleguide_pages
from tests.browser.weighing import Scale, budget_of

PHONE = {"width": 360, "height": 740}
# Few enough for a test that nobody waits for long, on a slow machine either.
LOT = 8


def lots() -> Iterator[object]:
    groups = {role: (role, pages_of(role)) for role in ROLES}
    groups["styleguide"] = ("superadmin", styleguide_pages())
    for name, (role, paths) in groups.items():
        for number, start in enumerate(range(0, len(paths), LOT), 1):
            yield pytest.param(role, paths[start : start + LOT], id=f"{name}-{number}")


@pytest.fixture
def page_as(
    context: BrowserContext, page_of: Callable[[object], Page], request: pytest.FixtureRequest
) -> Callable[[str], Page]:
    def opened(role: str) -> Page:
        signed_in = role != ANONYMOUS
        return page_of(request.getfixturevalue(role)) if signed_in else context.new_page()

    return opened


@pytest.mark.parametrize(("role", "paths"), list(lots()))
def test_every_page_leaves_nobody_out_holds_still_fits_and_is_light(page_as, role, paths):
    assert faults(page_as(role), paths) == []


def faults(page: Page, paths: list[str]) -> list[str]:
    page.add_init_script(path=axe.SOURCE)
    page.add_init_script(holding.NOTE_SHIFTS)
    scale = Scale(page)
    found = []
    for path in paths:
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        scale.go(path)
        found += [f"{path}: {fault}" for fault in holding.unsteady_here(page)]
        found += [f"{path}: {fault}" for fault in axe.findings_of_every_look(page)]
        # By now what comes late has come.
        page.wait_for_load_state("networkidle")
    weights = scale.weights()
    assert weights.keys() == set(paths)
    return found + [
        f"{path}: it weighs {weight} bytes"
        for path, weight in weights.items()
        if weight > budget_of(path)
    ]
