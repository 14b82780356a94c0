"""A real server with real sockets, and the same consumer without one for the finer points."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from channels.layers import channel_layers
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.asgi import application

PATIENCE = 5.0


class Browser:
    """One open socket, as JavaScript sees it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def hear(self, kind: str) -> dict:
        """The next message of this kind; pings on the way are answered."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == "ping":
                    await self.say({"type": "pong"})
                if message["type"] == kind:
                    return message

    async def say(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def close_code(self) -> int:
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as closed:
                return closed.rcvd.code


class Platform:
    """The ASGI application behind a real uvicorn on a free port."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def browser(
        self, client=None, *, origin: str | None = "own", path: str = "/ws/notifications/"
    ) -> AsyncIterator[Browser]:
        headers = {}
        if client:
            headers["Cookie"] = client.cookies.output(header="", attrs=[], sep=";")
        async with connect(
            self.origin.replace("http", "ws", 1) + path,
            origin=self.origin if origin == "own" else origin,
            additional_headers=headers,
            close_timeout=1,
        ) as socket:
            yield Browser(socket)


@asynccontextmanager
async def served(app) -> AsyncIterator[Platform]:
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws_ping_interval=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield Platform(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await running
        await channel_layers["default"].flush()


@pytest.fixture
async def platform(transactional_db) -> AsyncIterator[Platform]:
    async with served(application) as platform:
        yield platform
