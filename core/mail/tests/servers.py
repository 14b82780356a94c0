"""A real SMTP server on loopback, which fails on demand."""

import asyncio
import socket
from collections.abc import Awaitable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"


class MailServer:
    """`faults` are the answers by command (`RCPT`, `DATA`, `MAIL`) in place of the usual ones."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.faults: dict[str, str] = {}
        self.silent = False
        self.connections = 0
        self._controller = _OnFreePort(self)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname  # type: ignore[assignment]
        return replies

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.faults.get("MAIL", TAKEN)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.faults.get("RCPT")
        if fault is None:
            envelope.rcpt_tos.append(address)
        return fault or TAKEN

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.silent:
            await asyncio.sleep(3600)
        if "DATA" not in self.faults:
            parsed = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
            self.mails.append(cast("EmailMessage", parsed))
        return self.faults.get("DATA", TAKEN)


class _OnFreePort(Controller):
    def __init__(self, handler: MailServer) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1])

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)
