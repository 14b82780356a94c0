"""The outgoing webhooks: a queue that survives a restart, sent in order, with faults applied."""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

import httpx

from sandbox.changes import Changes
from sandbox.clock import now
from sandbox.faults import FaultBook, Family, names_of
from sandbox.service import Service

log = logging.getLogger(__name__)

KEPT = 1_000
ATTEMPTS_KEPT = 20
ANSWER_KEPT_CHARACTERS = 500
TIMEOUT_SECONDS = 10
FAULT_NAMES = names_of(Family.WEBHOOK)
# A webhook that has waited is sent when its time comes, and not made to wait again.
WAITED = frozenset({"out_of_order", "delayed"})


class Refused(ValueError):
    """The address is not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """State: queued, held (until the next one), delivered, failed, lost."""

    id: int
    service: str
    event: str
    url: str
    headers: dict[str, str]
    body: bytes
    secret: str
    state: str
    fault: str | None
    tries: int
    attempts: list[dict[str, Any]]
    queued_at: datetime
    due_at: datetime

    @property
    def last_status(self) -> int | None:
        return self.attempts[-1]["status"] if self.attempts else None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "service": self.service,
            "event": self.event,
            "url": self.url,
            "body": self.body.decode("utf-8", "replace"),
            "state": self.state,
            "fault": self.fault,
            "status": self.last_status,
            "attempts": self.attempts,
            "queued_at": self.queued_at.isoformat(),
        }


class Webhooks:
    """One lane for each service, so that a receiver that hangs holds up only its own."""

    def __init__(
        self,
        database: sqlite3.Connection,
        changes: Changes,
        faults: FaultBook,
        services: Mapping[str, Service],
    ) -> None:
        self._database = database
        self._changes = changes
        self._faults = faults
        self._services = services
        self._news = {name: asyncio.Event() for name, service in services.items() if service.webhooks}

    def send(
        self,
        service: str,
        url: str,
        body: bytes | Mapping[str, Any],
        *,
        event: str,
        secret: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Queues a webhook. It is signed at each delivery by the service's own `sign`, since
        a signature that bears its time is worth nothing an hour later."""
        refuse_other_machines(url)
        at = now().isoformat()
        added = self._database.execute(
            "INSERT INTO webhooks"
            " (service, event, url, headers, body, secret, state, queued_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
            (
                service,
                event,
                url,
                json.dumps(dict(headers or {})),
                body if isinstance(body, bytes) else json.dumps(body).encode(),
                secret,
                at,
                at,
            ),
        )
        self._database.execute(
            "DELETE FROM webhooks WHERE id <="
            " (SELECT id FROM webhooks ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (KEPT,),
        )
        self._announce(service)
        return added.lastrowid or 0

    def redeliver(self, webhook: Webhook) -> None:
        """Sends it once more; active faults apply to it as to any other."""
        self._database.execute(
            "UPDATE webhooks SET state = 'queued', fault = NULL, tries = 0, due_at = ?"
            " WHERE id = ?",
            (now().isoformat(), webhook.id),
        )
        self._announce(webhook.service)

    def release_held(self, *, service: str = "") -> None:
        self._database.execute(
            "UPDATE webhooks SET state = 'queued', due_at = :at"
            " WHERE state = 'held' AND (:service = '' OR service = :service)",
            {"at": now().isoformat(), "service": service},
        )
        for name in [service] if service else self._news:
            self._announce(name)

    def newest(
        self, *, service: str = "", before: int | None = None, limit: int = KEPT
    ) -> list[Webhook]:
        rows = self._database.execute(
            "SELECT * FROM webhooks WHERE (:service = '' OR service = :service)"
            " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
            {"service": service, "before": before, "limit": limit},
        )
        return [_webhook(row) for row in rows]

    def get(self, webhook_id: int) -> Webhook | None:
        row = self._database.execute(
            "SELECT * FROM webhooks WHERE id = ?", (webhook_id,)
        ).fetchone()
        return _webhook(row) if row else None

    def count_unsettled(self) -> int:
        return self._database.execute(
            "SELECT count(*) FROM webhooks WHERE state IN ('queued', 'held')"
        ).fetchone()[0]

    def clear(self) -> None:
        self._database.execute("DELETE FROM webhooks")
        self._changes.announce()

    async def run(self) -> None:
        # Only this machine is ever called, so a proxy from the environment must not be asked.
        async with (
            httpx.AsyncClient(
                trust_env=False, follow_redirects=False, timeout=TIMEOUT_SECONDS
            ) as client,
            asyncio.TaskGroup() as lanes,
        ):
            for service in self._news:
                lanes.create_task(self._run_lane(service, client))

    async def _run_lane(self, service: str, client: httpx.AsyncClient) -> None:
        while True:
            self._news[service].clear()
            due = self._first_due(service, at=now())
            if due is not None:
                await self._dispatch(due, client)
                continue
            try:
                async with asyncio.timeout(self._seconds_to_next(service)):
                    await self._news[service].wait()
            except TimeoutError:
                pass

    async def _dispatch(self, webhook: Webhook, client: httpx.AsyncClient) -> None:
        fault = None if webhook.fault in WAITED else self._take_fault(webhook)
        match fault.kind.name if fault else None:
            case "lost":
                self._settle(webhook, state="lost", fault="lost")
            case "out_of_order":
                self._settle(webhook, state="held", fault="out_of_order")
                return
            case "delayed":
                due_at = now() + timedelta(seconds=fault.seconds)
                self._settle(webhook, state="queued", fault="delayed", due_at=due_at)
                return
            case "duplicate":
                await asyncio.gather(
                    self._deliver(webhook, client, fault="duplicate"),
                    self._deliver(webhook, client, fault="duplicate"),
                )
            case name:
                await self._deliver(webhook, client, fault=name or webhook.fault)
        self.release_held(service=webhook.service)
