"""The outgoing webhooks: a queue and a log in one, which survives a restart."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import httpx

from sandbox.changes import Changes
from sandbox.clock import now
from sandbox.masking import mask_body
from sandbox.service import Service

KEPT = 1_000
ATTEMPTS_KEPT = 20


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
    def __init__(
        self, database: sqlite3.Connection, changes: Changes, services: Mapping[str, Service]
    ) -> None:
        self._database = database
        self._changes = changes
        self._services = services
        # Set when there is something new to send for a service.
        self.news = {
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
        for name in self.news:
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

    def settle(
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

    def has_held(self, service: str) -> bool:
        held = self._database.execute(
            "SELECT 1 FROM webhooks WHERE service = ? AND state = 'held' LIMIT 1", (service,)
        )
        return held.fetchone() is not None

    def first_due(self, service: str, *, at: datetime) -> Webhook | None:
        row = self._database.execute(
            "SELECT * FROM webhooks WHERE service = ? AND state = 'queued' AND due_at <= ?"
            " ORDER BY due_at, id LIMIT 1",
            (service, at.isoformat()),
        ).fetchone()
        return _webhook(row) if row else None

    def seconds_to_next(self, service: str, *, at: datetime) -> float | None:
        due_at = self._database.execute(
            "SELECT min(due_at) FROM webhooks WHERE service = ? AND state = 'queued'", (service,)
        ).fetchone()[0]
        return max(0.0, (datetime.fromisoformat(due_at) - at).total_seconds()) if due_at else None

    def _announce(self, service: str) -> None:
        self.news[service].set()
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
