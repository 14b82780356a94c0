"""On paper stands what the page is about, black on white."""

from playwright.sync_api import expect


def test_paper_has_the_content_and_nothing_around_it(page_of, superadmin):
    page = page_of(superadmin)
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/styleguide/layouts/detail/")
    expect(page.locator("#main h1")).to_be_visible()
    for around in (".side-nav", ".top-bar", ".bottom-bar", ".toasts"):
        expect(page.locator(around)).to_be_hidden()
    colour = page.locator("#main h1").evaluate("element => getComputedStyle(element).color")
    assert colour == "rgb(17, 32, 42)"
    assert page.locator("#main").evaluate("element => element.getBoundingClientRect().left") < 40
