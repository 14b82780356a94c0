"""What an automatic look at accessibility can find is not there, on a refusal either.

Of all other pages, `test_every_page.py` holds it.
"""

from tests.browser.axe import findings
from tests.browser.pages import NOWHERE


def test_axe_finds_nothing_on_a_refusal(page, watch):
    watch.expect("404")
    assert findings(page, [NOWHERE]) == []
