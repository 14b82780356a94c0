"""One open socket: who it is, what it hears, and when it must end."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, NamedTuple

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import Error as DatabaseError
from redis import RedisError

from core import clock
from core.errors import DomainError
from core.live import origins
from core.live.auth import Credential, SignedIn, TokenCredential, session_credential
from core.live.codes import Close
from core.live.groups import user_group

logger = logging.getLogger(__name__)

# By process: what it protects is the memory of this one, and nothing is left behind by a crash.
_open_sockets: Counter[int] = Counter()


class LiveConsumer(AsyncWebsocketConsumer):
    """Hears the hints for one user. `docs/live.md` holds the protocol.

    A subclass hears more by `groups_for`, and takes more messages by methods named `on_<type>`.

    The heartbeat goes out through the broker and comes back before it is sent to the browser, so
    whoever hears it would hear a hint too; and the first one, the welcome, is sent only when the
    subscription is in force, so that no hint falls between a page's first fetch and its listening.
    """

    seconds_to_sign_in = 5.0
    seconds_between_looks = 300.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signed_in: SignedIn | None = None
        self._joined: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._welcomed = self._echoed = self._ended = False
        self._heard = True
        self._messages = _Window(started=0.0, taken=0)

    @property
    def user(self) -> AbstractBaseUser:
        if self.signed_in is None:
            raise RuntimeError("Nobody has signed in on this socket.")
        return self.signed_in.user

    async def groups_for(self, user: AbstractBaseUser) -> list[str]:
        """Groups beside the user's own. Raises a `DomainError` where they may not listen."""
        return []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        except (RedisError, DatabaseError, TimeoutError):
            logger.warning("A socket could not be served: an engine is away", exc_info=True)
            self.base_send = send
            await self.close(Close.TRY_AGAIN)
        finally:
            await self._leave()

    async def connect(self) -> None:
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if origin and not origins.is_allowed(origin=origin, host=host):
            await self.close()
            return
        await self.accept()
        # Only a browser sends an origin, and only a browser's cookie is worth anything.
        cookies = headers.get(b"cookie", b"").decode("latin-1")
        credential = session_credential(cookies) if origin else None
        if not (credential and await self._sign_in(credential)):
            self._start(self._await_sign_in())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self._heard = True
        if text_data is None:
            await self.close(Close.BAD_MESSAGE)
        elif len(text_data.encode()) > settings.LIVE_MESSAGE_BYTES:
            await self.close(Close.TOO_BIG)
        elif self._is_flooded():
            await self.close(Close.TOO_MANY)
        else:
            await self._take(text_data)

    async def on_authenticate(self, message: dict[str, Any]) -> None:
        token = message.get("token")
        if self.signed_in or not isinstance(token, str):
            await self.close(Close.BAD_MESSAGE)
        elif not await self._sign_in(TokenCredential(token)):
            await self.close(Close.SIGN_IN_NEEDED)

    async def on_ping(self, message: dict[str, Any]) -> None:
        await self.send_message({"type": "pong"})

    async def on_pong(self, message: dict[str, Any]) -> None:
        """Hearing it was enough."""

    async def live_hint(self, message: dict[str, Any]) -> None:
        await self.send_message(
            {"type": "hint", "topic": message["topic"], "data": message["data"]}
        )

    async def live_echo(self, message: dict[str, Any]) -> None:
        if message["to"] != self.channel_name:
            return
        self._echoed = True
        if self._welcomed:
            await self.send_message({"type": "ping"})
            return
        self._welcomed = True
        await self.send_message({"type": "welcome", "heartbeat": settings.LIVE_HEARTBEAT_SECONDS})

    async def live_end(self, message: dict[str, Any]) -> None:
        ended = message["sign_in_id"]
        if self.signed_in and ended in {None, self.signed_in.sign_in_id}:
            await self.close(Close.SIGN_IN_ENDED)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        if not self._ended:
            self._ended = True
            await super().close(code, reason)

    async def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
            handler = getattr(self, f"on_{message['type']}")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            await self.close(Close.BAD_MESSAGE)
            return
        if self.signed_in or handler == self.on_authenticate:
            await handler(message)
        else:
            await self.close(Close.SIGN_IN_NEEDED)

    async def _sign_in(self, credential: Credential) -> bool:
        signed_in = await credential.identify()
        if signed_in is None:
            return False
        user = signed_in.user
        if _open_sockets[user.pk] >= settings.LIVE_SOCKETS_PER_USER:
            await self.close(Close.TOO_MANY)
            return True
        try:
            groups = await self.groups_for(user)
        except DomainError:
            await self.close(Close.NOT_ALLOWED)
            return True
        self.signed_in = signed_in
        _open_sockets[user.pk] += 1
        # The user's own group comes last: the echo through it proves that all are joined.
        for group in [*groups, user_group(user.pk)]:
            await self.channel_layer.group_add(group, self.channel_name)
            self._joined.append(group)
        self._start(self._beat())
        self._start(self._watch_sign_in(credential, signed_in))
        return True

    async def _await_sign_in(self) -> Close | None:
        await asyncio.sleep(self.seconds_to_sign_in)
        return None if self.signed_in else Close.SIGN_IN_NEEDED

    async def _beat(self) -> Close:
        # The broker may take the first echo before the subscription that was sent ahead of it.
        for pause in (0.1, 0.5, 2, 5):
            await self._echo()
            await asyncio.sleep(pause)
            if self._welcomed:
                break
        else:
            return Close.TRY_AGAIN
        while True:
            await asyncio.sleep(settings.LIVE_HEARTBEAT_SECONDS)
            if not self._heard:
                return Close.SILENT
            if not self._echoed:
                return Close.TRY_AGAIN
            self._heard = self._echoed = False
            await self._echo()

    async def _echo(self) -> None:
        group = self._joined[-1]
        await self.channel_layer.group_send(group, {"type": "live.echo", "to": self.channel_name})

    async def _watch_sign_in(self, credential: Credential, signed_in: SignedIn) -> Close:
        """A message ends a socket at once; this finds what no message said, and what ran out."""
        while True:
            left = (signed_in.ends_at - clock.now()).total_seconds()
            await asyncio.sleep(min(max(left, 0), self.seconds_between_looks))
            again = await credential.identify()
            if again is None:
                ran_out = clock.now() >= signed_in.ends_at
                return Close.SIGN_IN_NEEDED if ran_out else Close.SIGN_IN_ENDED
            signed_in = again

    def _start(self, work: Coroutine[Any, Any, Close | None]) -> None:
        task = asyncio.create_task(self._close_after(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close_after(self, work: Coroutine[Any, Any, Close | None]) -> None:
        try:
            code = await work
        except Exception:
            logger.exception("A socket's own work failed")
            code = Close.TRY_AGAIN
        if code:
            await self.close(code)

    async def send_message(self, message: dict[str, Any]) -> None:
        if not self._ended:
            await self.send(text_data=json.dumps(message))

    def _is_flooded(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._messages.started > 60:
            self._messages = _Window(started=now, taken=0)
        self._messages = self._messages._replace(taken=self._messages.taken + 1)
        return self._messages.taken > settings.LIVE_MESSAGES_PER_MINUTE

    async def _leave(self) -> None:
        """Whichever way the socket ended: a send to a browser that is gone ends it too."""
        for task in self._tasks:
            task.cancel()
        if self.signed_in is None:
            return
        user_id = self.user.pk
        _open_sockets[user_id] -= 1
        if not _open_sockets[user_id]:
            del _open_sockets[user_id]
        for group in self._joined:
            with suppress(RedisError):  # This process has forgotten it, and a dead broker too.
                await self.channel_layer.group_discard(group, self.channel_name)


class _Window(NamedTuple):
    started: float
    taken: int
