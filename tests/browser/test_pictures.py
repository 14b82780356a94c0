"""A picture on its way into a text that somebody writes."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

PAGE = "/tests/question/"
PASTE = """
(bytes) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "plan.png", { type: "image/png" }));
  const paste = new ClipboardEvent("paste", {
    bubbles: true, cancelable: true, clipboardData: transfer,
  });
  document.querySelector("textarea").dispatchEvent(paste);
}
"""


@pytest.fixture
def form(page_of, trainer) -> Page:
    page = page_of(trainer)
    page.goto(PAGE)
    page.evaluate("customElements.whenDefined('picture-adder').then(() => true)")
    page.evaluate("customElements.whenDefined('markdown-field').then(() => true)")
    return page


def a_picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (120, 80), "teal").save(made, "PNG")
    return made.getvalue()


def test_a_chosen_picture_comes_into_the_text_and_asks_what_it_shows(form, tmp_path: Path):
    text = form.get_by_role("textbox", name="Question")
    text.fill("What is this?")
    file = tmp_path / "plan.png"
    file.write_bytes(a_picture())
    with form.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Add a picture").click()
    chooser.value.set_files(file)
    expect(form.locator("picture-adder [role=status]")).to_contain_text("Write what it shows")
    form.keyboard.type("A plan with two joins")
    assert "What is this?\n\n![A plan with two joins](/api/files/" in text.input_value()
    form.get_by_role("tab", name="Preview").click()
    shown = form.get_by_role("img", name="A plan with two joins")
    expect(shown).to_have_attribute("width", "120")
    assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)") == 120


def test_a_picture_is_pasted(form):
    form.evaluate(PASTE, list(a_picture()))
    expect(form.get_by_role("textbox", name="Question")).to_have_value(
        re.compile(r"^!\[what the picture shows\]\(/api/files/")
    )


def test_a_refusal_stands_below_and_the_text_stays(form, watch, tmp_path: Path):
    watch.expect("400")
    text = form.get_by_role("textbox", name="Question")
    text.fill("What is this?")
    file = tmp_path / "plan.png"
    file.write_bytes(b"nothing")
    form.locator("picture-adder input").set_input_files(file)
    expect(form.locator("picture-adder [role=status]")).to_contain_text("no picture that we can")
    expect(text).to_have_value("What is this?")


def test_a_lost_connection_is_told(form, watch, tmp_path: Path):
    watch.expect("ERR_FAILED")
    form.route("**/api/questions/images/", lambda route: route.abort())
    file = tmp_path / "plan.png"
    file.write_bytes(a_picture())
    form.locator("picture-adder input").set_input_files(file)
    expect(form.locator("picture-adder [role=status]")).to_contain_text("The connection broke off")
