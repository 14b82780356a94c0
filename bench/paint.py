"""How soon pages show what they are about, and how long the server takes for them.

The largest paint by Lighthouse's mobile profile (150 ms to and fro, 1.6 Mbit/s, a processor four
times slower) with nothing cached, then the server's own time, and what pages weigh. Everything runs
on one machine, so a busy one makes all of it slower.
"""

import os
import statistics
import sys
import time

import httpx
from playwright.sync_api import Browser, BrowserContext, Response, sync_playwright

from bench.serving import EMBEDDED, prepared_demo, serving
from tests.chromium import FLAGS, find_chromium

PHONE = {"width": 412, "height": 823}
LINE = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
PAINTS = 3
REQUESTS = 30
WEIGHED = {"stylesheet", "script"}
PEOPLE = ("", "student", "trainer", "admin", "superadmin")
PAGES = {"": ["/", "/accounts/login/", "/styleguide/layouts/list/", "/styleguide/table/"]}
SIGNED_IN = ["/", "/dashboard/"]
NOTE_PAINTS = """
window.largest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) largest = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        sys.exit("No Chromium is here: install one, or name it with CHROMIUM=.")
    with (
        prepared_demo() as environment,
        serving(EMBEDDED, environment | {"LOG_LEVEL": "WARNING"}) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        report(browser, address)
        browser.close()


def report(browser: Browser, address: str) -> None:
    load = os.getloadavg()[0]
    print(f"Median of {PAINTS} paints and {REQUESTS} requests; load at the start {load:.1f}\n")
    columns = ("largest paint ms", "server ms", "worst", "CSS, JS KB")
    print(f"{'':42}" + "".join(f"{title:>18}" for title in columns))
    for person in PEOPLE:
        cookies = _cookies(address, person)
        for path in PAGES.get(person, SIGNED_IN):
            paints, weight = zip(
                *(_paint(browser, address, path, cookies) for _ in range(PAINTS)), strict=True
            )
            times = _server_times(address, path, cookies)
            figures = (statistics.median(paints), statistics.median(times), max(times))
            shown = "".join(f"{figure:18.0f}" for figure in figures)
            print(f"{person or 'anybody':12}{path:30}{shown}{weight[0] / 1024:18.1f}")


def _paint(browser: Browser, address: str, path: str, cookies: dict[str, str]) -> tuple[float, int]:
    """When the largest thing was there, and how many bytes of CSS and JavaScript came."""
    context = _context(browser, address, cookies)
    page = context.new_page()
    page.add_init_script(NOTE_PAINTS)
    slowly = context.new_cdp_session(page)
    slowly.send("Network.enable")
    slowly.send("Network.emulateNetworkConditions", {"offline": False, **LINE})
    slowly.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answers: list[Response] = []

    def note(response: Response) -> None:
        answers.append(response)

    page.on("response", note)
    page.goto(path, wait_until="networkidle")
    largest = page.evaluate("largest")
    weight = sum(
        each.request.sizes()["responseBodySize"]
        for each in answers
        if each.request.resource_type in WEIGHED
    )
    context.close()
    return largest, weight


def _context(browser: Browser, address: str, cookies: dict[str, str]) -> BrowserContext:
    context = browser.new_context(
        base_url=address, viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )
    return context


def _server_times(address: str, path: str, cookies: dict[str, str]) -> list[float]:
    times = []
    with httpx.Client(base_url=address, cookies=cookies) as client:
        for _ in range(REQUESTS):
            began = time.perf_counter()
            client.get(path).raise_for_status()
            times.append(1000 * (time.perf_counter() - began))
    return times


def _cookies(address: str, person: str) -> dict[str, str]:
    if not person:
        return {}
    with httpx.Client(base_url=address) as client:
        client.get("/accounts/login/").raise_for_status()
        form = {
            "email": f"{person}@demo.apranova.test",
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
        }
        headers = {"Referer": f"{address}/accounts/login/"}
        answer = client.post("/accounts/demo/", data=form, headers=headers)
        if answer.status_code != httpx.codes.FOUND:
            raise SystemExit(f"The demo let nobody in as {person}: {answer.status_code}")
        return dict(client.cookies)


if __name__ == "__main__":
    main()
