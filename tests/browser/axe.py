"""What axe-core finds on a page, in both themes, on a phone and on a desk."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1440, "height": 900}
# Themes differ in nothing but colours, so the second look asks for those alone.
LOOKS = (
    (PHONE, "light", {"type": "tag", "values": TAGS}),
    (PHONE, "dark", {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}),
    (DESK, "dark", {"type": "tag", "values": TAGS}),
    (DESK, "light", {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}),
)
# Colours are on their way to the other theme for a moment, whatever somebody's wishes on motion.
SETTLED = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => Promise.all(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
    .map((each) => each.finished.catch(() => {}))))
"""
RUN = """
(runOnly) => axe.run(document, { runOnly, iframes: false, resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => {
      const reason = failureSummary.split("\\n").slice(1).join(";").trim();
      return `${id}: ${help}: ${target.join(" ")}: ${reason}`;
    })))
"""


def findings(page: Page, paths: Iterable[str]) -> list[str]:
    """Each as one line, with where it was seen."""
    page.add_init_script(path=SOURCE)
    found = []
    for path in paths:
        page.goto(path)
        found += [f"{path} {fault}" for fault in findings_of_every_look(page)]
    return found


def findings_of_every_look(page: Page) -> list[str]:
    """On the page that has come. `SOURCE` has to be an init script of it, here and below."""
    return [
        f"{size['width']} px, {theme}: {found}"
        for size, theme, rules in LOOKS
        for found in _look(page, size, theme, rules)
    ]


def findings_here(page: Page) -> list[str]:
    """On the page as it stands, in both themes."""
    size = page.viewport_size or PHONE
    return [
        f"{page.url} {theme}: {found}"
        for _size, theme, rules in LOOKS[:2]
        for found in _look(page, size, theme, rules)
    ]


def _look(page: Page, size: dict, theme: str, rules: dict) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate(SETTLED)
    return page.evaluate(RUN, rules)
