"""Lets a page or a test wait for the next thing that happens instead of asking again and again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    def __init__(self) -> None:
        self.count = 0
        self._next = asyncio.Event()
        self._stopped = asyncio.Event()

    def announce(self) -> None:
        self.count += 1
        self._wake()

    def stop(self) -> None:
        """Nobody waits on a process that is going away."""
        self._stopped.set()
        self._wake()

    async def until(self, look: Callable[[], T], *, seconds: float) -> T:
        """What `look` gives as soon as it gives anything, and what it gives after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := look()) and not self._stopped.is_set():
                    await self._next.wait()
                return found
        except TimeoutError:
            return look()

    async def stopped(self) -> None:
        await self._stopped.wait()

    def _wake(self) -> None:
        waking, self._next = self._next, asyncio.Event()
        waking.set()
