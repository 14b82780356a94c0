"""A mail server that takes every mail and delivers none: it keeps them for the inbox."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any, AnyStr

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, Session

from sandbox.calls import NOTHING, Side
from sandbox.clock import now
from sandbox.faults import Family, Fault, names_of
from sandbox.frame import Frame
from sandbox.service import Service

log = logging.getLogger(__name__)

NAME = "smtp"
LARGEST_MAIL_BYTES = 10 * 1024 * 1024
REFUSALS = {
    "421": "421 4.3.2 The sandbox plays a server that is not available",
    "451": "451 4.3.0 The sandbox plays a temporary failure, try again later",
    "550": "550 5.1.1 The sandbox plays a mailbox that does not exist",
}
MAIL_FAULTS = names_of(Family.SMTP) - {"421"}

SERVICE = Service(
    name=NAME,
    title="Mail",
    about="Takes every mail over SMTP, with any user and password, and keeps it in the inbox.",
    speaks=Family.SMTP,
    icon="mail",
    page="/inbox?kind=mail",
)


def protocol_of(frame: Frame) -> Callable[[], asyncio.Protocol]:
    """Makes the protocol of each connection."""

    def connect() -> asyncio.Protocol:
        if frame.faults.take(NAME, {"421"}):
            _log_call(frame, method="CONNECT", path="", answer=REFUSALS["421"], fault="421")
            return Refusal()
        return MailServer(
            Handler(frame),
            frame=frame,
            loop=asyncio.get_running_loop(),
            # Asked of the resolver otherwise, which may take its time.
            hostname="sandbox.localhost",
            ident="ApraNova sandbox",
            data_size_limit=LARGEST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=_let_anyone_in,
        )

    return connect


class Refusal(asyncio.Protocol):
    """A server that hangs up at the door."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(f"{REFUSALS['421']}\r\n".encode())
        transport.close()


class MailServer(SMTP):
    """What the library refuses by itself (a mail too large, a line too long) is logged too."""

    def __init__(self, handler: "Handler", *, frame: Frame, **options: Any) -> None:
        super().__init__(handler, **options)
        self._frame = frame

    async def push(self, status: AnyStr) -> None:
        if isinstance(status, str) and status.startswith(("500", "552")):
            addresses = self.envelope.rcpt_tos if self.envelope else []
            _log_call(self._frame, method="MAIL", path=_listed(addresses), answer=status)
        await super().push(status)


class Handler:
    """The hooks that aiosmtpd calls, by its names."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> object:
        """A fault for some recipients refuses each of them; one for all refuses the mail."""
        fault = self._frame.faults.take(NAME, {"451", "550"}, [address], only_aimed=True)
        if fault is None:
            # What aiosmtpd asks a hook to give that leaves the work to it.
            return MISSING
        return self._refuse(fault, method="RCPT", path=_readable(address))

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        began = time.perf_counter()
        path = _listed(envelope.rcpt_tos)
        fault = self._frame.faults.take(NAME, MAIL_FAULTS, envelope.rcpt_tos)
        if fault and fault.kind.name in REFUSALS:
            return self._refuse(fault, method="MAIL", path=path)
        if fault and fault.kind.name == "drop_in_data":
            _log_call(self._frame, method="MAIL", path=path, answer="", fault="drop_in_data")
            _abort(server.transport)
            # Ended by aiosmtpd when it learns that the connection is gone.
            await asyncio.Event().wait()
        if fault:
            await asyncio.sleep(fault.seconds or 0)
        return self._keep(envelope, path=path, fault=fault, began=began)

    def _keep(self, envelope: Envelope, *, path: str, fault: Fault | None, began: float) -> str:
        raw = envelope.original_content or b""
        try:
            kept_as = self._frame.inbox.add_mail(
                raw,
                sender=_readable(envelope.mail_from or ""),
                recipients=[_readable(address) for address in envelope.rcpt_tos],
                at=now(),
            )
            answer = f"250 2.0.0 Kept as mail {kept_as}"
        except sqlite3.Error:
            log.exception("A mail could not be kept")
            answer = "451 4.3.0 The sandbox cannot keep the mail"
        _log_call(
            self._frame,
            method="MAIL",
            path=path,
            answer=answer,
            fault=fault.kind.name if fault else None,
            request=Side(
                headers=[
                    ("MAIL FROM", _readable(envelope.mail_from or "")),
                    *(("RCPT TO", _readable(address)) for address in envelope.rcpt_tos),
                ],
                body="",
                size=len(raw),
            ),
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return answer

    def _refuse(self, fault: Fault, *, method: str, path: str) -> str:
        answer = REFUSALS[fault.kind.name]
        _log_call(self._frame, method=method, path=path, answer=answer, fault=fault.kind.name)
        return answer


def _abort(transport: asyncio.BaseTransport | None) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _let_anyone_in(*_: object) -> AuthResult:
    return AuthResult(success=True)


def _listed(addresses: Iterable[str]) -> str:
    return ", ".join(_readable(address) for address in addresses)


def _readable(address: str) -> str:
    """Bytes that were no UTF-8 arrive as half characters, which no database takes."""
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _log_call(
    frame: Frame,
    *,
    method: str,
    path: str,
    answer: str,
    fault: str | None = None,
    request: Side = NOTHING,
    duration_ms: float | None = None,
) -> None:
    status = int(answer[:3]) if answer else None
    frame.calls.add(
        at=now(),
        service=NAME,
        method=method,
        path=path,
        status=status,
        duration_ms=duration_ms,
        fault=fault,
        request=request,
        answer=Side(headers=[], body=answer, size=len(answer)),
    )
    log.info(
        "%s %s %s %s%s",
        NAME,
        method,
        path,
        answer or "no answer",
        f" (fault: {fault})" if fault else "",
    )
