"""Going through a page by keyboard alone."""

from playwright.sync_api import Locator, Page

MANY = 120
HAS_FOCUS = "element => element === document.activeElement"


def reach(page: Page, target: Locator) -> None:
    """With the Tab key, as somebody does who has no other way."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if target.evaluate(HAS_FOCUS):
            return
    raise AssertionError(f"The Tab key does not lead to {target}")


def enter_content(page: Page) -> None:
    """Past the navigation, by the link that the first key offers."""
    press(page, "Tab", "Enter")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
