"""The outgoing webhooks: a queue that survives a restart, sent in order, with faults applied."""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

import httpx

from sandbox.changes import Changes
from sandbox.clock import now
from sandbox.faults import Family, Fault, FaultBook, names_of
from sandbox.masking import mask_body, mask_path
from sandbox.service import Service

log = logging.getLogger(__name__)

KEPT = 1_000
ATTEMPTS_KEPT = 20
ANSWER_KEPT_CHARACTERS = 500
TIMEOUT_SECONDS = 10
FAULT_NAMES = names_of(Family.WEBHOOK)
# A webhook that has waited is sent when its time comes, and not made to wait again.
WAITED = frozenset({"out_of_order", "delayed"})


class ForeignAddressError(ValueError):
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

    @property
    def shown_body(self) -> str:
        return mask_body(self.body.decode("utf-8", "replace"))

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "service": self.service,
            "event": self.event,
            "url": self.url,
            "body": self.shown_body,
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
        self._news = {
            name: asyncio.Event() for name, service in services.items() if service.webhooks
        }

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
        if event not in self._services[service].webhooks:
            raise ValueError(f"{service} does not say that it sends {event}.")
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
        """They keep their old due time, so that they go before whatever else waits."""
        self._database.execute(
            "UPDATE webhooks SET state = 'queued'"
            " WHERE state = 'held' AND (:service = '' OR service = :service)",
            {"service": service},
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
        client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT_SECONDS,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        async with client, asyncio.TaskGroup() as lanes:
            for service in self._news:
                lanes.create_task(self._run_lane(service, client))

    async def _run_lane(self, service: str, client: httpx.AsyncClient) -> None:
        while True:
            self._news[service].clear()
            due = self._first_due(service, at=now())
            if due is not None:
                await self._dispatch(due, client)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_to_next(service, at=now())):
                    await self._news[service].wait()

    async def _dispatch(self, webhook: Webhook, client: httpx.AsyncClient) -> None:
        fault = (
            None if webhook.fault in WAITED else self._take_fault(webhook.service, webhook.event)
        )
        name = fault.kind.name if fault else webhook.fault
        if fault and name == "out_of_order":
            self._settle(webhook, state="held", fault=name)
            return
        if fault and name == "delayed":
            due_at = now() + timedelta(seconds=fault.seconds or 0)
            self._settle(webhook, state="queued", fault=name, due_at=due_at)
            return
        if name == "lost":
            self._settle(webhook, state="lost", fault=name)
        else:
            await self._deliver(webhook, client, fault=name)
        self.release_held(service=webhook.service)

    def _take_fault(self, service: str, event: str) -> Fault | None:
        held = self._database.execute(
            "SELECT 1 FROM webhooks WHERE service = ? AND state = 'held' LIMIT 1", (service,)
        ).fetchone()
        # The one that comes after a held one is the one it was held for.
        names = FAULT_NAMES - {"out_of_order"} if held else FAULT_NAMES
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
            self._settle(webhook, state="delivered", fault=fault, attempts=attempts)
        elif webhook.tries < len(waits):
            due_at = now() + timedelta(seconds=waits[webhook.tries])
            self._settle(webhook, state="queued", fault=None, attempts=attempts, due_at=due_at)
        else:
            self._settle(webhook, state="failed", fault=fault, attempts=attempts)

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

    def _settle(
        self,
        webhook: Webhook,
        *,
        state: str,
        fault: str | None,
        attempts: Sequence[dict[str, Any]] = (),
        due_at: datetime | None = None,
    ) -> None:
        self._database.execute(
            "UPDATE webhooks SET state = ?, fault = ?, tries = tries + ?, attempts = ?, due_at = ?"
            " WHERE id = ?",
            (
                state,
                fault,
                1 if attempts else 0,
                json.dumps([*webhook.attempts, *attempts][-ATTEMPTS_KEPT:]),
                (due_at or webhook.due_at).isoformat(),
                webhook.id,
            ),
        )
        self._changes.announce()

    def _first_due(self, service: str, *, at: datetime) -> Webhook | None:
        row = self._database.execute(
            "SELECT * FROM webhooks WHERE service = ? AND state = 'queued' AND due_at <= ?"
            " ORDER BY due_at, id LIMIT 1",
            (service, at.isoformat()),
        ).fetchone()
        return _webhook(row) if row else None

    def _seconds_to_next(self, service: str, *, at: datetime) -> float | None:
        due_at = self._database.execute(
            "SELECT min(due_at) FROM webhooks WHERE service = ? AND state = 'queued'", (service,)
        ).fetchone()[0]
        return max(0.0, (datetime.fromisoformat(due_at) - at).total_seconds()) if due_at else None

    def _announce(self, service: str) -> None:
        self._news[service].set()
        self._changes.announce()


def refuse_other_machines(url: str) -> None:
    # Read by the library that will send, so that both see the same host in a crooked address.
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ForeignAddressError(f"{url!r} is not an address.") from error
    if address.scheme != "http" or not _is_this_machine(address.host):
        raise ForeignAddressError(
            f"Nothing here leaves this machine: {url!r} is not an http loopback address."
        )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _webhook(row: sqlite3.Row) -> Webhook:
    return Webhook(
        id=row["id"],
        service=row["service"],
        event=row["event"],
        url=row["url"],
        headers=json.loads(row["headers"]),
        body=row["body"],
        secret=row["secret"],
        state=row["state"],
        fault=row["fault"],
        tries=row["tries"],
        attempts=json.loads(row["attempts"]),
        queued_at=datetime.fromisoformat(row["queued_at"]),
        due_at=datetime.fromisoformat(row["due_at"]),
    )
