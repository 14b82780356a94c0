"""Draws every page of the platform in both themes and three widths, for people to look at.

Runs in the environment of throw-away engines, which `make gallery` gives it. Pictures and contact
sheets come to `var/gallery/`; `index.html` there shows all and leads from each to its full size.
Words after the command draw only the scenes with one of them in their names.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import django
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bench.serving import EMBEDDED, serving
from tests.chromium import FLAGS, find_chromium

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "var" / "gallery"
# Kept from run to run: collecting static files takes seconds.
PLATFORM = ROOT / "var" / "gallery.platform"
THEMES = ("light", "dark")
WINDOWS = {360: 740, 768: 1024, 1440: 900}
TALLEST = 5_000
LONGEST_SECONDS = 900
AT_ONCE = os.cpu_count() or 2
COLUMNS = {360: 6, 768: 4, 1440: 3}
ON_A_SHEET = 12
SHEET_WIDTH = 1_920
ANONYMOUS = "anonymous"
PEOPLE = {role: f"{role}@demo.apranova.test" for role in ("student", "trainer", "admin")} | {
    "superadmin": "superadmin@demo.apranova.test"
}
HEIGHT = "Math.max(document.documentElement.scrollHeight, document.body.scrollHeight)"
SETTLED = """
document.fonts.ready
  .then(() => Promise.all([...document.querySelectorAll("chart-drawing")].map(async (each) => {
    for (let waited = 0; !("drawn" in each.dataset) && waited < 50; waited += 1) {
      await new Promise((done) => setTimeout(done, 40));
    }
  })))
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
"""
Act = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """A page as somebody sees it, perhaps after they did something there."""

    name: str
    role: str
    path: str
    act: Act | None = None
    # A mail's frame runs no scripts, not even those that wait.
    is_mail: bool = False


@dataclass(frozen=True)
class Picture:
    scene: Scene
    theme: str
    width: int

    @property
    def file(self) -> str:
        return f"{self.theme}-{self.width}/{self.scene.name}.jpg"


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium is here: install one, or name it with CHROMIUM=.")
    began = time.monotonic()
    os.environ |= {
        "DATA_DIR": str(PLATFORM),
        "DJANGO_SETTINGS_MODULE": "core.settings.base",
        "LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, check=True)
    django.setup()
    shutil.rmtree(TARGET, ignore_errors=True)
    with serving(EMBEDDED, dict(os.environ)) as address:
        pictures = asyncio.run(draw(chromium, address, wanted_scenes(sys.argv[1:])))
    print(f"{len(pictures)} pictures in {time.monotonic() - began:.0f} s: {TARGET / 'index.html'}")


def wanted_scenes(words: list[str]) -> list[Scene]:
    scenes = list(every_scene())
    return (
        [each for each in scenes if any(word in each.name for word in words)] if words else scenes
    )


def every_scene() -> Iterator[Scene]:
    # Django must be set up before these can be asked.
    from tests.browser.pages import (  # noqa: PLC0415
        NOWHERE,
        admin_pages_of,
        mails,
        pages_of,
        styleguide_pages,
    )

    for path in styleguide_pages():
        yield Scene(_name(path), ANONYMOUS, path)
    for path in mails():
        yield Scene(_name(path), ANONYMOUS, path, is_mail=True)
    for role in (ANONYMOUS, *PEOPLE):
        for path in (*pages_of(role), *admin_pages_of(role)):
            yield Scene(f"{role}-{_name(path)}", role, path)
    yield Scene("refused-nowhere", ANONYMOUS, NOWHERE)
    yield Scene("refused-role", "student", "/admin/")
    yield from OPENED


async def draw(chromium: str, address: str, scenes: list[Scene]) -> list[Picture]:
    async with asyncio.timeout(LONGEST_SECONDS), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        waiting = asyncio.Queue[Scene]()
        for scene in scenes:
            waiting.put_nowait(scene)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_draw_waiting(browser, address, waiting)) for _ in range(AT_ONCE)
            ]
        drawn = {picture for task in tasks for picture in task.result()}
        pictures = [each for each in _in_order(scenes) if each in drawn]
        await _draw_sheets(browser, pictures)
        await browser.close()
    return pictures


async def _context(browser: Browser, address: str, role: str) -> BrowserContext:
    context = await browser.new_context(
        base_url=address, reduced_motion="reduce", locale="en-US", timezone_id="Asia/Kolkata"
    )
    if role in PEOPLE:
        await context.request.get("/accounts/login/")
        [token] = [each["value"] for each in await context.cookies() if each["name"] == "csrftoken"]
        form = {"email": PEOPLE[role], "csrfmiddlewaretoken": token}
        answer = await context.request.post("/accounts/demo/", form=form)
        if not answer.url.endswith("/dashboard/"):
            raise SystemExit(f"The demo let nobody in as {role}: {answer.url}")
    return context


async def _draw_waiting(
    browser: Browser, address: str, waiting: asyncio.Queue[Scene]
) -> list[Picture]:
    # Of its own: pages of one context share a window, and what is not in front is drawn badly.
    contexts = {role: await _context(browser, address, role) for role in (ANONYMOUS, *PEOPLE)}
    drawn = []
    while not waiting.empty():
        scene = waiting.get_nowait()
        page = await contexts[scene.role].new_page()
        drawn += await _draw_scene(page, scene)
        await page.close()
    return drawn


async def _draw_scene(page: Page, scene: Scene) -> list[Picture]:
    pictures = []
    for theme in THEMES:
        # Before the page comes: a change of themes is half drawn for a moment.
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.goto(scene.path)
        for width, height in WINDOWS.items():
            await page.set_viewport_size({"width": width, "height": height})
            if scene.act:
                # What is open belongs to a window of its own size.
                await page.goto(scene.path)
                await _settle(page, scene)
                await scene.act(page)
            else:
                await _settle(page, scene)
                whole = await page.evaluate(HEIGHT)
                # A window as tall as the page: what sticks to its edges then stands at the page's.
                size = {"width": width, "height": min(max(whole, height), TALLEST)}
                await page.set_viewport_size(size)
            await _settle(page, scene)
            picture = Picture(scene, theme, width)
            await page.screenshot(path=TARGET / picture.file, type="jpeg", quality=85)
            pictures.append(picture)
    return pictures


async def _settle(page: Page, scene: Scene) -> None:
    if scene.is_mail:
        await page.wait_for_load_state("networkidle")
    else:
        await page.evaluate(SETTLED)


def _in_order(scenes: list[Scene]) -> Iterator[Picture]:
    for theme in THEMES:
        for width in WINDOWS:
            for scene in scenes:
                yield Picture(scene, theme, width)


async def _draw_sheets(browser: Browser, pictures: list[Picture]) -> None:
    page = await browser.new_page(viewport={"width": SHEET_WIDTH, "height": 1_080})
    parts = []
    for theme in THEMES:
        for width in WINDOWS:
            some = [each for each in pictures if (each.theme, each.width) == (theme, width)]
            parts.append(_sheet(f"{theme}, {width} px", some, COLUMNS[width]))
            for first in range(0, len(some), ON_A_SHEET):
                title = f"{theme}, {width} px, from {first + 1}"
                sheet = TARGET / f"sheet-{theme}-{width}-{first // ON_A_SHEET + 1}"
                part = _sheet(title, some[first : first + ON_A_SHEET], COLUMNS[width])
                sheet.with_suffix(".html").write_text(_document(part))
                await page.goto(sheet.with_suffix(".html").as_uri())
                await page.screenshot(path=sheet.with_suffix(".png"), full_page=True)
                sheet.with_suffix(".html").unlink()
    (TARGET / "index.html").write_text(_document("".join(parts)))


def _sheet(title: str, pictures: list[Picture], columns: int) -> str:
    shown = "".join(
        f'<figure><a href="{escape(each.file)}"><img src="{escape(each.file)}" alt=""></a>'
        f"<figcaption>{escape(each.scene.name)}</figcaption></figure>"
        for each in pictures
    )
    grid = f'<div style="grid-template-columns: repeat({columns}, 1fr)">{shown}</div>'
    return f"<section><h2>{escape(title)}</h2>{grid}</section>"


def _document(body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The gallery</title>
<style>
  body {{ background: #8a929b; font: 14px system-ui, sans-serif; margin: 16px; }}
  div {{ align-items: start; display: grid; gap: 16px; }}
  figure {{ background: #fff; margin: 0; }}
  img {{ display: block; max-height: 1100px; object-fit: cover; object-position: top; }}
  img, a {{ width: 100%; }}
  figcaption {{ overflow-wrap: anywhere; padding: 4px 8px; }}
</style>
{body}
"""


def _name(path: str) -> str:
    return path.strip("/").replace("/", "-") or "landing"


def _click(selector: str) -> Act:
    async def act(page: Page) -> None:
        await page.locator(selector).locator("visible=true").first.click()

    return act


async def _sign_in_wrongly(page: Page) -> None:
    await page.locator("[name=login]").fill("somebody@example.org")
    await page.locator("[type=password]").first.fill("not the password")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def _open_navigation(page: Page) -> None:
    opener = page.locator("[popovertarget=navigation]").locator("visible=true")
    if await opener.count():
        await opener.first.click()


OPENED = [
    Scene(
        "open-user-menu",
        ANONYMOUS,
        "/styleguide/layouts/list/",
        _click("[popovertarget=user-menu]"),
    ),
    Scene("open-navigation", ANONYMOUS, "/styleguide/layouts/list/", _open_navigation),
    Scene("open-menu", ANONYMOUS, "/styleguide/menu/", _click("[popovertarget=menu-more]")),
    Scene("open-dialog", ANONYMOUS, "/styleguide/dialog/", _click("[commandfor=dialog-delete]")),
    Scene("open-wide-dialog", ANONYMOUS, "/styleguide/dialog/", _click("[commandfor=dialog-note]")),
    Scene("open-drawer", ANONYMOUS, "/styleguide/drawer/", _click("[commandfor=drawer-person]")),
    Scene("open-bell", ANONYMOUS, "/styleguide/bell/", _click("[popovertarget=bell-list]")),
    Scene("refused-sign-in", ANONYMOUS, "/accounts/login/", _sign_in_wrongly),
]


if __name__ == "__main__":
    main()
