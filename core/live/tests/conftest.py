"""A real server, a real broker and real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.db import connections
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core import clock
from core.asgi import application
from core.errors import InvalidToken
from core.live import groups
from core.live.codes import Close

PATIENCE = 60.0


class Browser:
    """One open socket, as a page sees it."""

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

    async def answer_until_told_to_go(self) -> Close:
        with suppress(ConnectionClosed):
            await self.hear("nothing else")
        return Close(self.socket.close_code)

    async def say(self, message: object) -> None:
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear_nothing_but_answers(self) -> None:
        """What was sent before is here by now: our ping was answered behind it."""
        await self.say({"type": "ping"})
        message = {"type": "ping"}
        async with asyncio.timeout(PATIENCE):
            while message == {"type": "ping"}:  # Its own question may come first.
                message = json.loads(await self.socket.recv())
        assert message == {"type": "pong"}

    async def is_told_to_go(self) -> Close:
        """Pings on the way are not answered."""
        async with asyncio.timeout(PATIENCE):
            await self.socket.wait_closed()
        return Close(self.socket.close_code)


class Platform:
    """The ASGI application behind a real uvicorn on a free port."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def socket(
        self,
        client: Client | None = None,
        *,
        origin: str | None = "its own",
        path: str = "/ws/notifications/",
    ) -> AsyncIterator[Browser]:
        cookies = client.cookies.output(header="", attrs=[], sep=";") if client else ""
        async with connect(
            self.origin.replace("http", "ws", 1) + path,
            origin=self.origin if origin == "its own" else origin,
            additional_headers={"Cookie": cookies} if cookies else None,
            close_timeout=1,
        ) as socket:
            yield Browser(socket)

    @asynccontextmanager
    async def welcomed(self, client: Client) -> AsyncIterator[Browser]:
        async with self.socket(client) as browser:
            await browser.hear("welcome")
            yield browser


@sync_to_async
def deactivate(user) -> None:
    user.is_active = False
    user.save()


@asynccontextmanager
async def served(app) -> AsyncIterator[Platform]:
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws_ping_interval=None)
    )
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    try:
        yield Platform(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await running
        await channel_layers["default"].flush()
        await sync_to_async(connections.close_all)()


@pytest.fixture
async def platform(transactional_db) -> AsyncIterator[Platform]:
    async with served(application) as platform:
        yield platform


@pytest.fixture
def student_client(transactional_db, client_of, student) -> Client:
    """Made outside of the event loop, inside of which the database connection is another."""
    return client_of(student)


@pytest.fixture
def trainer_client(transactional_db, client_of, trainer) -> Client:
    return client_of(trainer)


@pytest.fixture
def quick_heartbeat(settings) -> None:
    settings.LIVE_HEARTBEAT_SECONDS = 0.5


@pytest.fixture(autouse=True)
def _rested() -> None:
    groups._resting_until = 0.0


TOKENS: dict[str, tuple] = {}


def authenticate(token: str) -> tuple:
    """Stands in for the tokens of accounts, which stand on a higher floor."""
    user, ends_at = TOKENS.get(token, (None, clock.now()))
    if ends_at <= clock.now():
        raise InvalidToken
    return user, ends_at, "sign-in"


@pytest.fixture
def token(settings, student) -> str:
    settings.LIVE_TOKEN_AUTHENTICATOR = f"{__name__}.authenticate"
    TOKENS["good"] = (student, clock.now() + timedelta(minutes=15))
    return "good"


@pytest.fixture
def brief_token(token, student) -> str:
    TOKENS["brief"] = (student, clock.now() + timedelta(seconds=0.3))
    return "brief"
