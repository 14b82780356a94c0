"""What an automatic look at accessibility can find is not there, on any page of ours."""

import pytest

from accounts.permissions import ANONYMOUS
from accounts.roles import Role
from tests.browser.axe import findings
from tests.browser.pages import NOWHERE, pages_of, styleguide_pages

STYLEGUIDE = styleguide_pages()
SHARES = 6


@pytest.mark.parametrize("share", range(SHARES))
def test_axe_finds_nothing_on_the_styleguide(page_of, superadmin, share):
    assert findings(page_of(superadmin), STYLEGUIDE[share::SHARES]) == []


@pytest.mark.parametrize("role", Role.values)
def test_axe_finds_nothing_on_the_pages_of_a_role(page_of, request, role):
    assert findings(page_of(request.getfixturevalue(role)), pages_of(role)) == []


def test_axe_finds_nothing_on_the_pages_for_everybody(page):
    assert findings(page, pages_of(ANONYMOUS)) == []


def test_axe_finds_nothing_on_a_refusal(page, watch):
    watch.expect("404")
    assert findings(page, [NOWHERE]) == []
