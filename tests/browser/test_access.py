"""What an automatic look at accessibility can find is not there, on any page of ours."""

import pytest

from accounts.permissions import ANONYMOUS
from accounts.roles import Role
from tests.browser.axe import findings
from tests.browser.pages import pages_of, styleguide_pages

STYLEGUIDE = styleguide_pages()
SHARES = 6


@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_the_styleguide(page_of, superadmin, share):
    page = page_of(superadmin)
    assert [found for path in STYLEGUIDE[share::SHARES] for found in findings(page, path)] == []


@pytest.mark.parametrize("role", Role.values)
def test_axe_finds_nothing_on_the_pages_of_a_role(page_of, request, role):
    page = page_of(request.getfixturevalue(role))
    assert [found for path in pages_of(role) for found in findings(page, path)] == []


def test_axe_finds_nothing_on_the_pages_for_everybody(page):
    assert [found for path in pages_of(ANONYMOUS) for found in findings(page, path)] == []
