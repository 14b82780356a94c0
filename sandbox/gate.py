"""Stands before every HTTP service: plays the fault whose turn it is and logs the call."""

import asyncio
import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.calls import BODY_KEPT_BYTES, Side
from sandbox.clock import now
from sandbox.faults import Family, Fault, names_of
from sandbox.frame import Frame
from sandbox.masking import mask_body, mask_headers, mask_path
from sandbox.service import Service

log = logging.getLogger(__name__)

FAULT_NAMES = names_of(Family.HTTP)
LARGEST_BODY_BYTES = 32 * 1024 * 1024
TEXT_TYPES = ("text/", "json", "xml", "urlencoded", "javascript", "multipart/")


class Gate:
    def __init__(self, app: ASGIApp, *, service: Service, frame: Frame) -> None:
        self._app = app
        self._service = service
        self._frame = frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(f"/{self._service.name}")
        names = FAULT_NAMES | self._service.refusals.keys()
        exchange = Exchange(scope, receive, send, service=self._service, frame=self._frame)
        exchange.fault = self._frame.faults.take(self._service.name, names, [path])
        try:
            await exchange.read()
        except ClientDisconnect:
            return
        if exchange.is_too_large:
            await exchange.refuse(413, "The body is larger than the sandbox takes.")
            return
        if exchange.fault is None and self._service.marked:
            exchange.fault = self._service.marked(self._frame, path, exchange.body)
        try:
            await self._answer(exchange, exchange.fault)
        finally:
            exchange.log_call()

    async def _answer(self, exchange: "Exchange", fault: Fault | None) -> None:
        if fault and (refuse := self._service.refusals.get(fault.kind.name)):
            await exchange.answer(refuse(fault))
            return
        match fault.kind.name if fault else None:
            case "429":
                await exchange.refuse(429, "Too many requests. Try again later.")
            case "500":
                await exchange.refuse(500, "Something went wrong on our side.")
            case "dropped":
                exchange.log_call()
                await exchange.drop()
            case "timeout":
                exchange.log_call()
                await exchange.wait()
                await exchange.drop()
            case "slow":
                await exchange.wait()
                await exchange.pass_on(self._app)
            case "broken_body":
                await exchange.pass_on_half(self._app)
            case _:
                await exchange.pass_on(self._app)


class Exchange:
    """One call on its way through, and what is noted of it.

    It is logged before its last byte leaves, so that whoever has the answer finds the call."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        service: Service,
        frame: Frame,
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._service = service
        self._frame = frame
        self.fault: Fault | None = None
        self._at = now()
        self._began = time.perf_counter()
        self.body = b""
        self._start: Message | None = None
        self._answer = bytearray()
        self._answer_size = 0
        self._is_logged = False
        self.is_too_large = False

    async def read(self) -> None:
        body = bytearray()
        async for chunk in Request(self._scope, self._receive).stream():
            body += chunk
            if len(body) > LARGEST_BODY_BYTES:
                self.is_too_large = True
                break
        self.body = bytes(body)

    async def pass_on(self, app: ASGIApp) -> None:
        await app(self._scope, self._replay(), self._forward)

    async def pass_on_half(self, app: ASGIApp) -> None:
        """Lets the service do its work, and half of what it says go out."""
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await app(self._scope, self._replay(), hold)
        half = bytes(body[: len(body) // 2])
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["Content-Length"] = str(len(half))
        await self._forward({**start, "headers": headers.raw})
        await self._forward({"type": "http.response.body", "body": half})

    async def refuse(self, status: int, message: str) -> None:
        headers = {}
        if self.fault and self.fault.retry_after is not None:
            headers["Retry-After"] = str(self.fault.retry_after)
        await self.answer(JSONResponse(self._service.error(status, message), status, headers))

    async def answer(self, response: Response) -> None:
        await response(self._scope, self._receive, self._forward)

    async def wait(self) -> None:
        """As long as the fault lasts, unless the client goes or the sandbox stops before."""
        ends = {
            asyncio.ensure_future(self._gone()),
            asyncio.ensure_future(self._frame.changes.stopped()),
        }
        await asyncio.wait(
            ends,
            timeout=self.fault.seconds if self.fault else 0,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for end in ends:
            end.cancel()

    async def drop(self) -> None:
        self._scope["state"]["transport"].abort()
        await self._gone()

    def log_call(self) -> None:
        if self._is_logged:
            return
        self._is_logged = True
        status = self._start["status"] if self._start else None
        duration_ms = round((time.perf_counter() - self._began) * 1000, 1) if status else None
        fault = self.fault.kind.name if self.fault else None
        path = mask_path(_full_path(self._scope))
        method = self._scope["method"]
        self._frame.calls.add(
            at=self._at,
            service=self._service.name,
            method=method,
            path=path,
            status=status,
            duration_ms=duration_ms,
            fault=fault,
            request=_side(Headers(scope=self._scope), self.body, len(self.body)),
            answer=_side(self._answer_headers(), bytes(self._answer), self._answer_size),
        )
        log.info(
            "%s %s %s %s%s",
            self._service.name,
            method,
            path,
            f"{status} in {duration_ms:.0f} ms" if status else "no answer",
            f" (fault: {fault})" if fault else "",
        )

    async def _forward(self, message: Message) -> None:
        self._note(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.log_call()
        await self._send(message)

    def _note(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self._answer_size += len(body)
            self._answer += body[: max(0, BODY_KEPT_BYTES - len(self._answer))]

    def _answer_headers(self) -> Headers:
        return Headers(raw=list(self._start["headers"]) if self._start else [])

    def _replay(self) -> Receive:
        is_given = False

        async def receive() -> Message:
            nonlocal is_given
            if is_given:
                return await self._receive()
            is_given = True
            return {"type": "http.request", "body": self.body, "more_body": False}

        return receive

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _full_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else scope["path"]


def _side(headers: Headers, body: bytes, size: int) -> Side:
    return Side(
        headers=mask_headers(headers.items()),
        body=_as_text(body[:BODY_KEPT_BYTES], headers.get("content-type", "")),
        size=size,
    )


def _as_text(body: bytes, content_type: str) -> str:
    is_text = not content_type or any(part in content_type.lower() for part in TEXT_TYPES)
    if b"\0" in body or not is_text:
        return f"({content_type or 'binary'})"
    return mask_body(body.decode("utf-8", "replace"))
