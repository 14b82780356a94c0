"""Stands before every HTTP service: plays the fault whose turn it is and logs the call."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.calls import BODY_KEPT_BYTES, NOTHING, Side
from sandbox.clock import now
from sandbox.faults import Fault, Family, names_of
from sandbox.frame import Frame
from sandbox.masking import mask_body, mask_headers, mask_path
from sandbox.service import Service

log = logging.getLogger(__name__)

FAULT_NAMES = names_of(Family.HTTP)
LARGEST_BODY_BYTES = 32 * 1024 * 1024


class Gate:
    def __init__(self, app: ASGIApp, *, service: Service, frame: Frame) -> None:
        self.app = app
        self.service = service
        self.frame = frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(f"/{self.service.name}")
        fault = self.frame.faults.take(self.service.name, FAULT_NAMES, [path])
        exchange = Exchange(scope, receive, send, gate=self, fault=fault)
        try:
            await exchange.read()
        except ClientDisconnect:
            return
        await self._answer(exchange, fault)

    async def _answer(self, exchange: "Exchange", fault: Fault | None) -> None:
        if exchange.is_too_large:
            await exchange.refuse(413, "The body is too large for the sandbox.")
            return
        match fault.kind.name if fault else "":
            case "429":
                await exchange.refuse(429, "Too many requests. Try again later.")
            case "500":
                await exchange.refuse(500, "Something went wrong on our side.")
            case "dropped":
                exchange.log_call()
                await exchange.drop()
            case "timeout":
                exchange.log_call()
                await self._hang(exchange, fault)
            case "slow":
                async with self._unless_gone(exchange, fault):
                    pass
                await exchange.pass_on()
            case "broken_body":
                await exchange.pass_on(broken=True)
            case _:
                await exchange.pass_on()
