"""Draws the pictures that are kept with the code: what README shows, and the icon of home screens.

Runs in the environment of throw-away engines, which `make pictures` gives it.
"""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from bench.serving import EMBEDDED, serving
from tests.chromium import FLAGS, find_chromium

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "docs" / "images" / "apranova.png"
TOUCH = ROOT / "static" / "img" / "touch.png"
MARK = ROOT / "static" / "img" / "mark.svg"
# Kept from run to run, with the gallery's.
PLATFORM = ROOT / "var" / "gallery.platform"
WINDOW = {"width": 1280, "height": 860}
TOUCH_SIZE = 180
TOUCH_PAGE = """
<style>
  body { background: #fcfaf6; display: grid; height: 100vh; margin: 0; place-items: center }
  svg { height: 66vh }
</style>
"""
SETTLED = "document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 300)))"


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium is here: install one, or name it with CHROMIUM=.")
    os.environ |= {
        "DATA_DIR": str(PLATFORM),
        "DJANGO_SETTINGS_MODULE": "core.settings.base",
        "LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, check=True)
    with serving(EMBEDDED, dict(os.environ)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        draw_product(browser, address)
        draw_touch_icon(browser)
        browser.close()


def draw_product(browser: Browser, address: str) -> None:
    page = browser.new_page(
        base_url=address, viewport=WINDOW, color_scheme="light", reduced_motion="reduce"
    )
    page.goto("/")
    page.evaluate(SETTLED)
    README.parent.mkdir(exist_ok=True)
    page.screenshot(path=README)
    _squeeze(README)


def draw_touch_icon(browser: Browser) -> None:
    """As home screens take it: with a ground, without transparency."""
    size = {"width": TOUCH_SIZE, "height": TOUCH_SIZE}
    page = browser.new_page(viewport=size, color_scheme="light")
    page.set_content(TOUCH_PAGE + MARK.read_text())
    page.screenshot(path=TOUCH)
    _squeeze(TOUCH)


def _squeeze(path: Path) -> None:
    with Image.open(path) as picture:
        squeezed = picture.convert("RGB")
    squeezed.save(path, optimize=True)


if __name__ == "__main__":
    main()
