"""Waiting for what a page's modules bring to life."""

from playwright.sync_api import Page, expect


def await_module(page: Page, element: str) -> None:
    """Its module has come: what one does to it is heard from now on."""
    page.locator(f"{element}:defined").first.wait_for(state="attached")


def await_modules(page: Page) -> None:
    """Those of all elements that the page has."""
    expect(page.locator(":not(:defined)")).to_have_count(0)
