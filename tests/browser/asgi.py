"""The platform as it is served, which also tells when nothing is under way in it any more.

A request goes on when the page that sent it is gone. What it writes after its test would be found
by the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from core.asgi import application as platform
from tests.browser.platform import AT_REST

_under_way = 0
_at_rest = asyncio.Condition()


async def application(
    scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Awaitable[None]]
) -> None:
    if scope["type"] == "lifespan":
        await platform(scope, receive, send)
    elif scope["path"] == AT_REST:
        await _tell_when_at_rest(send)
    else:
        await _counted(scope, receive, send)


async def _counted(
    scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Awaitable[None]]
) -> None:
    global _under_way  # noqa: PLW0603  (of the process)
    _under_way += 1
    try:
        await platform(scope, receive, send)
    finally:
        _under_way -= 1
        async with _at_rest:
            _at_rest.notify_all()


async def _tell_when_at_rest(send: Callable[..., Awaitable[None]]) -> None:
    await asyncio.sleep(0)  # What has come together with this is counted first.
    async with _at_rest:
        await _at_rest.wait_for(lambda: not _under_way)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
