"""Writing Markdown and looking at it; and what a browser makes of what wants to be more."""

import pytest
from playwright.sync_api import Page, expect

from core.markdown import render_markdown
from core.markdown.tests.attacks import ATTACKS, faults_of
from tests.browser.keys import enter_content, press, reach

PREVIEW = "**/markdown/preview/"
# What stands in the page, and whether anything in it ran.
ELEMENTS_OF = """html => {
  const there = new DOMParser().parseFromString(html, "text/html");
  return [...there.body.querySelectorAll("*")].map((each) => [
    each.localName, Object.fromEntries([...each.attributes].map(({name, value}) => [name, value])),
  ]);
}"""
PUT_IN_PAGE = """html => {
  window.alert = () => console.error("a script of the text ran");
  document.querySelector("#main").innerHTML = html;
}"""


@pytest.fixture
def plain_field(page_of, superadmin):
    page = page_of(superadmin)
    page.goto("/styleguide/field/")
    return page.locator("markdown-field")


@pytest.fixture
def field(plain_field):
    """Once its module has come: whoever is quicker than that finds tabs that do nothing yet."""
    plain_field.page.evaluate("customElements.whenDefined('markdown-field').then(() => true)")
    return plain_field


def test_somebody_writes_looks_and_goes_on_writing_by_keyboard(field):
    page = field.page
    text, preview = field.get_by_role("textbox"), field.get_by_role("tabpanel", name="Preview")
    write, look = field.get_by_role("tab", name="Write"), field.get_by_role("tab", name="Preview")
    enter_content(page)
    reach(page, write)
    press(page, "Tab")
    expect(text).to_be_focused()
    press(page, "Control+a")
    page.keyboard.type("It is *nearly* there:\n\n```python\nprint('so')\n")
    press(page, "Shift+Tab", "ArrowRight")
    expect(look).to_be_focused()
    expect(text).to_be_hidden()
    expect(preview.locator("em")).to_have_text("nearly")
    expect(preview.get_by_role("button")).to_have_text("Copy")
    expect(preview.get_by_role("button")).to_be_visible()
    press(page, "Tab")
    expect(preview).to_be_focused()
    press(page, "Shift+Tab", "ArrowLeft", "Tab")
    expect(text).to_be_focused()
    expect(text).to_have_value("It is *nearly* there:\n\n```python\nprint('so')\n")


def test_the_tab_key_leads_out_of_the_text(field):
    field.get_by_role("textbox").focus()
    press(field.page, "Tab")
    expect(field.get_by_role("textbox")).not_to_be_focused()


def test_what_has_been_looked_at_is_asked_for_once(field):
    asked = []
    field.page.on("request", lambda request: asked.append(request.url))
    write, look = field.get_by_role("tab", name="Write"), field.get_by_role("tab", name="Preview")
    look.click()
    expect(field.get_by_role("listitem")).to_have_text("add an index on day")
    write.click()
    look.click()
    write.click()
    field.get_by_role("textbox").fill("")
    look.click()
    expect(field.get_by_text("There is nothing to see yet.")).to_be_visible()
    assert len([url for url in asked if "preview" in url]) == 2


def test_nothing_below_moves_when_one_looks(field):
    height = "element => element.offsetHeight"
    before = field.evaluate(height)
    field.get_by_role("tab", name="Preview").click()
    expect(field.locator(".prose")).to_be_visible()
    assert field.evaluate(height) == before


def test_a_box_of_a_task_is_as_large_as_its_line(field):
    field.get_by_role("textbox").fill("- [x] done")
    field.get_by_role("tab", name="Preview").click()
    box = field.get_by_role("checkbox", name="Done")
    expect(box).to_be_checked()
    expect(box).to_be_disabled()
    assert box.bounding_box()["height"] == box.bounding_box()["width"] < 20


@pytest.mark.parametrize(
    ("status", "words"),
    [(413, "up to 20 kB"), (429, "a little too often"), (500, "cannot be had right now")],
)
def test_a_refusal_is_said_in_place_and_one_may_try_again(field, watch, status, words):
    watch.expect(f"the server responded with a status of {status}")
    watch.expect("Response Status Error Code")
    page = field.page
    page.route(PREVIEW, lambda route: route.fulfill(status=status, body="no"))
    field.get_by_role("tab", name="Preview").click()
    expect(field.get_by_role("status")).to_contain_text(words)
    expect(page.locator("[data-toasts] dialog")).to_have_count(0)
    page.unroute(PREVIEW)
    field.get_by_role("tab", name="Write").click()
    field.get_by_role("tab", name="Preview").click()
    expect(field.locator("strong")).to_have_text("right")


def test_a_lost_connection_is_said_in_place(field, watch):
    watch.expect("net::ERR_FAILED")
    watch.expect("htmx:(sendError|afterRequest)")
    field.page.route(PREVIEW, lambda route: route.abort())
    field.get_by_role("tab", name="Preview").click()
    expect(field.get_by_role("status")).to_contain_text("What you wrote is still here.")


def test_whoever_is_signed_out_sees_no_other_page_in_there(field):
    field.page.context.clear_cookies(name="sessionid")
    field.get_by_role("tab", name="Preview").click()
    expect(field.get_by_role("status")).to_contain_text("You are signed out.")
    expect(field.locator("form, h1")).to_have_count(0)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_there_is_the_text_alone(plain_field):
    expect(plain_field.get_by_role("textbox")).to_be_visible()
    expect(plain_field.get_by_role("tab", include_hidden=True).first).to_be_hidden()


def test_a_browser_sees_nothing_in_an_attack_but_text(page: Page):
    page.route("**/media/**", lambda route: route.fulfill(content_type="image/png", body=b""))
    page.goto("/accounts/login/")
    for name, (text, _words) in ATTACKS.items():
        html = render_markdown(text, anchors="part")
        for tag, attributes in page.evaluate(ELEMENTS_OF, html):
            assert faults_of(tag, attributes) == [], name
        page.evaluate(PUT_IN_PAGE, html)
