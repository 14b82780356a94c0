"""Who may open a socket, and how it begins."""

import pytest
from websockets.exceptions import InvalidStatus


async def test_a_signed_in_browser_is_welcomed(platform, client_of, student):
    async with platform.browser(client_of(student)) as browser:
        assert await browser.hear("welcome")
