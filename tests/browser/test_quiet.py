"""No page says a word on the console, breaks its policy or asks another host; `watch` listens.

The other tests of this folder hear it of the pages that they visit; these are what is left.
"""

import pytest

from tests.browser.pages import NOWHERE, admin_pages_of


def test_the_pages_of_the_admin_are_quiet(page_of, superadmin):
    page = page_of(superadmin)
    for path in admin_pages_of("superadmin"):
        page.goto(path, wait_until="load")


@pytest.mark.parametrize("path", [NOWHERE, f"/admin{NOWHERE}"])
def test_what_is_not_there_is_not_there_quietly(page_of, superadmin, watch, path):
    watch.expect("status of 404")
    page_of(superadmin).goto(path, wait_until="load")


def test_who_may_not_enter_hears_so_quietly(page_of, student, watch):
    watch.expect("status of 403")
    page_of(student).goto("/admin/", wait_until="load")
