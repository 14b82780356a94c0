"""Takes the queued webhooks to their receivers, in order, and plays faults on the way."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.clock import now
from sandbox.faults import Family, Fault, names_of
from sandbox.frame import Frame
from sandbox.masking import mask_body, mask_path
from sandbox.webhooks import ForeignAddressError, Webhook, refuse_other_machines

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
ANSWER_KEPT_CHARACTERS = 500
FAULT_NAMES = names_of(Family.WEBHOOK)
# A webhook that has waited is sent when its time comes, and not made to wait again.
WAITED = frozenset({"out_of_order", "delayed"})


class Courier:
    """One lane for each service, so that a receiver that hangs holds up only its own."""

    def __init__(self, frame: Frame) -> None:
        self._webhooks = frame.webhooks
        self._faults = frame.faults
        self._services = frame.services

    async def run(self) -> None:
        # Only this machine is ever called, so a proxy from the environment must not be asked.
        client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT_SECONDS,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        async with client, asyncio.TaskGroup() as lanes:
            for service in self._webhooks.news:
                lanes.create_task(self._run_lane(service, client))

    async def _run_lane(self, service: str, client: httpx.AsyncClient) -> None:
        while True:
            self._webhooks.news[service].clear()
            due = self._webhooks.first_due(service, at=now())
            if due is not None:
                await self._dispatch(due, client)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._webhooks.seconds_to_next(service, at=now())):
                    await self._webhooks.news[service].wait()

    async def _dispatch(self, webhook: Webhook, client: httpx.AsyncClient) -> None:
        fault = (
            None if webhook.fault in WAITED else self._take_fault(webhook.service, webhook.event)
        )
        name = fault.kind.name if fault else webhook.fault
        if fault and name == "out_of_order":
            self._webhooks.settle(webhook, state="held", fault=name)
            return
        if fault and name == "delayed":
            due_at = now() + timedelta(seconds=fault.seconds or 0)
            self._webhooks.settle(webhook, state="queued", fault=name, due_at=due_at)
            return
        if name == "lost":
            self._webhooks.settle(webhook, state="lost", fault=name)
        else:
            await self._deliver(webhook, client, fault=name)
        self._webhooks.release_held(service=webhook.service)

    def _take_fault(self, service: str, event: str) -> Fault | None:
        # The one that comes after a held one is the one it was held for.
        is_awaited = self._webhooks.has_held(service)
        names = FAULT_NAMES - {"out_of_order"} if is_awaited else FAULT_NAMES
        return self._faults.take(service, names, [event])

    async def _deliver(
        self, webhook: Webhook, client: httpx.AsyncClient, *, fault: str | None
    ) -> None:
        copies = 2 if fault == "duplicate" else 1
        attempts = await asyncio.gather(
            *(self._attempt(webhook, client, fault=fault) for _ in range(copies))
        )
        waits = self._services[webhook.service].retry_webhooks_after
        if any(200 <= (attempt["status"] or 0) < 300 for attempt in attempts):
            self._webhooks.settle(webhook, state="delivered", fault=fault, attempts=attempts)
        elif webhook.tries < len(waits):
            due_at = now() + timedelta(seconds=waits[webhook.tries])
            self._webhooks.settle(
                webhook, state="queued", fault=None, attempts=attempts, due_at=due_at
            )
        else:
            self._webhooks.settle(webhook, state="failed", fault=fault, attempts=attempts)

    async def _attempt(
        self, webhook: Webhook, client: httpx.AsyncClient, *, fault: str | None
    ) -> dict[str, Any]:
        at = now()
        began = time.perf_counter()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"apranova-sandbox ({webhook.service})",
            **webhook.headers,
            **self._signature(webhook, at=at, is_wrong=fault == "wrong_signature"),
        }
        status, answer, error = None, "", ""
        try:
            refuse_other_machines(webhook.url)
            response = await client.post(webhook.url, content=webhook.body, headers=headers)
            status, answer = response.status_code, mask_body(response.text)
        except (httpx.HTTPError, ForeignAddressError) as failure:
            error = f"{type(failure).__name__}: {failure}".strip(": ")
        duration_ms = round((time.perf_counter() - began) * 1000, 1)
        log.info(
            "webhook %s %s to %s %s%s",
            webhook.service,
            webhook.event,
            mask_path(webhook.url),
            f"{status} in {duration_ms:.0f} ms" if status else error,
            f" (fault: {fault})" if fault else "",
        )
        return {
            "at": at.isoformat(),
            "status": status,
            "error": error,
            "duration_ms": duration_ms,
            "fault": fault,
            "headers": headers,
            "answer": answer[:ANSWER_KEPT_CHARACTERS],
        }

    def _signature(self, webhook: Webhook, *, at: datetime, is_wrong: bool) -> Mapping[str, str]:
        sign = self._services[webhook.service].sign
        if sign is None:
            return {}
        body = webhook.body + b" " if is_wrong else webhook.body
        return sign(body=body, secret=webhook.secret, at=at)
