"""Every part of a page can be used by keyboard alone, and the focus never gets lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import PASSWORD
from tests.browser.keys import enter_content, press, reach
from tests.browser.modules import await_modules

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def styleguide(page_of, superadmin):
    def opened(name: str) -> Page:
        page = page_of(superadmin)
        page.goto(f"/styleguide/{name}/")
        await_modules(page)
        return page

    return opened


def test_somebody_signs_in_and_goes_where_they_want(page: Page, student):
    page.goto("/accounts/login/")
    reach(page, page.get_by_label("mail"))
    page.keyboard.type(student.email)
    reach(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page).to_have_url("/dashboard/")


def test_the_first_key_offers_a_way_past_the_navigation(styleguide):
    page = styleguide("badge")
    press(page, "Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_navigation_leads_on(styleguide):
    page = styleguide("badge")
    reach(page, page.get_by_role("navigation").get_by_role("link", name="Avatar"))
    press(page, "Enter")
    expect(page).to_have_url("/styleguide/avatar/")


def test_on_a_phone_the_navigation_opens_and_closes_and_the_focus_is_where_it_was(styleguide):
    page = styleguide("badge")
    page.set_viewport_size(PHONE)
    opener = page.locator("[popovertarget=navigation]").locator("visible=true").first
    navigation = page.locator("#navigation")
    expect(navigation).to_be_hidden()
    reach(page, opener)
    press(page, "Enter")
    expect(navigation).to_be_visible()
    reach(page, navigation.get_by_role("link", name="Avatar"))
    press(page, "Escape")
    expect(navigation).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize(
    ("component", "opener", "name"),
    [
        ("dialog", "Delete this quiz", "Isolation levels"),
        ("drawer", "About this student", "Ishani"),
    ],
)
def test_a_dialog_keeps_the_focus_and_gives_it_back(styleguide, component, opener, name):
    page = styleguide(component)
    button = page.get_by_role("button", name=opener)
    dialog = page.get_by_role("dialog", name=name)
    enter_content(page)
    reach(page, button)
    press(page, "Enter")
    expect(dialog).to_be_visible()
    for _ in range(8):
        press(page, "Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest(':modal')"
        )
    press(page, "Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_dialog_closes_by_its_own_buttons_too(styleguide):
    page = styleguide("dialog")
    button = page.get_by_role("button", name="Delete this quiz")
    dialog = page.get_by_role("dialog", name="Isolation levels")
    enter_content(page)
    reach(page, button)
    press(page, "Enter")
    reach(page, dialog.get_by_role("button", name="Cancel"))
    press(page, "Enter")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_arrows_go_through_a_menu_and_escape_leaves_it(styleguide):
    page = styleguide("menu")
    more = page.get_by_role("button", name="More")
    items = page.locator("#menu-more .menu-item")
    enter_content(page)
    reach(page, more)
    press(page, "Enter")
    expect(items.nth(0)).to_be_focused()
    press(page, "ArrowDown")
    expect(items.nth(1)).to_be_focused()
    press(page, "End")
    expect(items.last).to_be_focused()
    press(page, "ArrowDown")
    expect(items.first).to_be_focused()
    press(page, "Escape")
    expect(items.first).to_be_hidden()
    expect(more).to_be_focused()


def test_the_own_menu_changes_the_theme_and_leads_out(styleguide):
    page = styleguide("badge")
    own = page.locator("[popovertarget=user-menu]")
    reach(page, own)
    press(page, "Enter")
    reach(page, page.locator("#user-menu").get_by_role("button", name="Dark"))
    press(page, "Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    press(page, "Escape")
    expect(own).to_be_focused()


def test_a_table_is_sorted_by_its_headings(styleguide):
    page = styleguide("table")
    heading = page.get_by_role("columnheader", name="Project").first
    enter_content(page)
    reach(page, heading.get_by_role("link"))
    press(page, "Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    enter_content(page)
    reach(page, heading.get_by_role("link"))
    press(page, "Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_rows_are_selected_one_by_one_and_all_at_once(styleguide):
    page = styleguide("table")
    said = page.locator(".selection-bar output")
    enter_content(page)
    reach(page, page.get_by_role("checkbox", name="Select Ishani Rao"))
    press(page, "Space")
    expect(said).to_have_text("1 selected")
    every = page.get_by_role("checkbox", name="Select all rows")
    expect(every).to_be_checked(indeterminate=True)
    press(page, "Shift+Tab")
    while not every.evaluate("element => element === document.activeElement"):
        press(page, "Shift+Tab")
    press(page, "Space")
    expect(said).to_have_text("4 selected")
    press(page, "Space")
    expect(said).to_have_text("Nothing selected")


def test_arrows_go_from_tab_to_tab_and_one_more_key_into_the_panel(styleguide):
    page = styleguide("panels")
    question, key, history = (
        page.get_by_role("tab", name=name) for name in ("Question", "Key", "History")
    )
    enter_content(page)
    reach(page, question)
    press(page, "ArrowRight")
    expect(key).to_be_focused()
    expect(key).to_have_attribute("aria-selected", "true")
    expect(page.locator("#panel-key")).to_be_visible()
    expect(page.locator("#panel-text")).to_be_hidden()
    press(page, "End")
    expect(history).to_be_focused()
    press(page, "Home", "Tab")
    expect(page.locator("#panel-text")).to_be_focused()


def test_files_are_chosen_and_taken_back(styleguide, tmp_path: Path):
    page = styleguide("file_drop")
    work = tmp_path / "orders.csv"
    work.write_text("id,total\n1,12\n")
    drop = page.locator("file-drop").first
    field = drop.locator("input[type=file]")
    enter_content(page)
    reach(page, field)
    with page.expect_file_chooser() as chosen:
        press(page, "Space")
    chosen.value.set_files(work)
    expect(drop.get_by_role("listitem")).to_contain_text("orders.csv")
    reach(page, drop.get_by_role("button", name="Remove orders.csv"))
    press(page, "Enter")
    expect(drop.get_by_role("listitem")).to_have_count(0)
    expect(field).to_be_focused()


def test_a_form_with_faults_takes_the_focus_to_them_and_leads_to_each(styleguide):
    page = styleguide("form")
    expect(page.get_by_role("alert")).to_be_focused()
    reach(page, page.get_by_role("link", name="E-mail address"))
    press(page, "Enter")
    expect(page.locator("#id_wrong-email")).to_be_focused()


def test_a_slash_leads_to_the_search_but_not_while_one_writes(styleguide):
    page = styleguide("search")
    press(page, "/")
    field = page.locator("[data-shortcut='/']").first
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")


def test_what_has_the_focus_can_be_seen(styleguide):
    page = styleguide("button")
    button = page.locator("#main .button:not([aria-disabled]):not(:disabled)").first
    enter_content(page)
    reach(page, button)
    width = button.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)")
    assert width >= 2
