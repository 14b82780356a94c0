"""Files on their way to an address of their own: lost and sent again, refused, taken back."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.keys import press, reach
from tests.browser.modules import await_modules

PAGE = "/tests/uploads/"
DROP = """
([names]) => {
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File(["id,total"], name));
  const zone = document.querySelector("file-drop");
  for (const type of ["dragover", "drop"]) {
    zone.dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer })
    );
  }
}
"""


@pytest.fixture
def form(page: Page) -> Page:
    page.goto(PAGE)
    await_modules(page)
    return page


@pytest.fixture
def files(tmp_path: Path):
    def make(*names: str, size: int = 8) -> list[Path]:
        paths = [tmp_path / name for name in names]
        for path in paths:
            path.write_bytes(b"x" * size)
        return paths

    return make


def line(page: Page, name: str):
    return page.locator(".file-drop-line", has_text=name)


def states(page: Page) -> list[str]:
    return page.locator(".file-drop-line").evaluate_all(
        "all => all.map(each => each.dataset.state)"
    )


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Hand in").click()


def test_files_that_are_dropped_are_sent_and_the_form_takes_their_ids_along(form):
    form.evaluate(DROP, [["orders.csv", "notes.txt"]])
    for name in ("orders.csv", "notes.txt"):
        expect(line(form, name)).to_have_attribute("data-state", "done")
    expect(form.locator("file-drop [role=status]")).to_contain_text("is sent")
    hand_in(form)
    expect(form.locator("#arrived .id")).to_have_count(2)
    expect(form.locator("#arrived .file")).to_have_count(0)


def test_what_is_refused_says_why_and_the_others_go_on(form, files, watch):
    watch.expect("status of 400")
    form.locator("input[type=file]").set_input_files(files("virus.exe", "orders.csv"))
    refused = line(form, "virus.exe")
    expect(refused).to_have_attribute("data-state", "failed")
    expect(refused).to_contain_text("Programs are not taken.")
    expect(refused.get_by_role("button", name="Send virus.exe again")).to_be_hidden()
    expect(line(form, "orders.csv")).to_have_attribute("data-state", "done")
    hand_in(form)
    expect(form.locator("#arrived .id")).to_have_count(1)


def test_a_file_that_is_too_large_is_not_even_sent(form, files):
    asked: list[str] = []
    form.on("request", lambda request: asked.append(request.url))
    form.locator("input[type=file]").set_input_files(files("film.mov", size=2_000_001))
    expect(line(form, "film.mov")).to_contain_text("larger than 2 MB")
    assert asked == []


def test_a_lost_connection_leaves_the_file_there_to_be_sent_again(form, files, watch):
    watch.expect("ERR_FAILED")
    form.route("**/tests/files/", lambda route: route.abort(), times=1)
    form.locator("input[type=file]").set_input_files(files("orders.csv"))
    expect(line(form, "orders.csv")).to_contain_text("The connection broke off")
    line(form, "orders.csv").get_by_role("button", name="Send orders.csv again").click()
    expect(line(form, "orders.csv")).to_have_attribute("data-state", "done")


def test_one_on_its_way_can_be_stopped_and_two_go_at_once(form, files, watch):
    held: list[Route] = []
    seen = threading.Event()

    def hold(route: Route) -> None:
        held.append(route)
        seen.set()

    form.route("**/tests/files/", hold)
    form.locator("input[type=file]").set_input_files(files("a.csv", "b.csv", "c.csv"))
    expect(line(form, "c.csv")).to_have_attribute("data-state", "waiting")
    assert states(form) == ["sending", "sending", "waiting"]
    hand_in(form)
    expect(form.locator("file-drop [role=status]")).to_contain_text("still on their way")
    line(form, "a.csv").get_by_role("button", name="Stop sending a.csv").click()
    expect(line(form, "a.csv")).to_have_count(0)
    expect(line(form, "c.csv")).to_have_attribute("data-state", "sending")


def test_how_far_each_is_can_be_seen(form, files):
    # A line of one's own: the local one is too fast to see anything.
    session = form.context.new_cdp_session(form)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000},
    )
    form.evaluate(
        """() => {
          window.seen = new Set();
          new MutationObserver(() => {
            for (const bar of document.querySelectorAll(".file-drop-line progress")) {
              seen.add(bar.value);
            }
          }).observe(document.querySelector(".file-drop-list"),
            { subtree: true, childList: true, characterData: true });
        }"""
    )
    form.locator("input[type=file]").set_input_files(files("orders.csv", size=900_000))
    expect(line(form, "orders.csv")).to_have_attribute("data-state", "done")
    assert any(0 < value < 100 for value in form.evaluate("[...seen]"))


def test_all_of_it_takes_no_mouse(form, files, watch):
    watch.expect("ERR_FAILED")
    form.route("**/tests/files/", lambda route: route.abort(), times=1)
    field = form.locator("input[type=file]")
    reach(form, field)
    with form.expect_file_chooser() as chosen:
        press(form, "Space")
    chosen.value.set_files(files("orders.csv"))
    again = form.get_by_role("button", name="Send orders.csv again")
    expect(again).to_be_visible()
    reach(form, again)
    press(form, "Enter")
    expect(line(form, "orders.csv")).to_have_attribute("data-state", "done")
    remove = form.get_by_role("button", name="Remove orders.csv")
    expect(remove).to_be_focused()
    press(form, "Enter")
    expect(line(form, "orders.csv")).to_have_count(0)
    expect(field).to_be_focused()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_it_is_a_field_for_files(page: Page, files):
    page.goto(PAGE)
    page.locator("input[type=file]").set_input_files(files("orders.csv", "notes.txt"))
    hand_in(page)
    expect(page.locator("#arrived .file")).to_have_text(["orders.csv", "notes.txt"])
