"""The log of every call that came in: what was asked, what was answered, which fault was played."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sandbox.changes import Changes

KEPT = 1_000
# What is kept of a body; the rest is only counted.
BODY_KEPT_BYTES = 32 * 1024


@dataclass(frozen=True, kw_only=True)
class Side:
    """One half of a call, the request or the answer, with its secrets masked."""

    headers: list[tuple[str, str]]
    body: str
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > BODY_KEPT_BYTES


@dataclass(frozen=True, kw_only=True)
class Call:
    id: int
    at: datetime
    service: str
    method: str
    path: str
    status: int | None
    duration_ms: float | None
    fault: str | None
    request: Side
    answer: Side

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


NOTHING = Side(headers=[], body="", size=0)


class CallLog:
    def __init__(self, database: sqlite3.Connection, changes: Changes, *, kept: int = KEPT) -> None:
        self._database = database
        self._changes = changes
        self._kept = kept

    def add(
        self,
        *,
        at: datetime,
        service: str,
        method: str,
        path: str,
        status: int | None,
        duration_ms: float | None = None,
        fault: str | None = None,
        request: Side = NOTHING,
        answer: Side = NOTHING,
    ) -> None:
        self._database.execute(
            "INSERT INTO calls (at, service, method, path, status, duration_ms, fault,"
            " request, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                at.isoformat(),
                service,
                method,
                path,
                status,
                duration_ms,
                fault,
                json.dumps(asdict(request)),
                json.dumps(asdict(answer)),
            ),
        )
        self._database.execute(
            "DELETE FROM calls WHERE id <="
            " (SELECT id FROM calls ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (self._kept,),
        )
        self._changes.announce()

    def newest(
        self, *, service: str = "", before: int | None = None, limit: int = KEPT
    ) -> list[Call]:
        rows = self._database.execute(
            "SELECT * FROM calls WHERE (:service = '' OR service = :service)"
            " AND (:before IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit",
            {"service": service, "before": before, "limit": limit},
        )
        return [_call(row) for row in rows]

    def get(self, call_id: int) -> Call | None:
        row = self._database.execute("SELECT * FROM calls WHERE id = ?", (call_id,)).fetchone()
        return _call(row) if row else None

    def counts(self) -> dict[str, int]:
        rows = self._database.execute("SELECT service, count(*) AS n FROM calls GROUP BY service")
        return {row["service"]: row["n"] for row in rows}

    def clear(self, *, service: str = "") -> None:
        self._database.execute(
            "DELETE FROM calls WHERE :service = '' OR service = :service", {"service": service}
        )
        self._changes.announce()


def _call(row: sqlite3.Row) -> Call:
    return Call(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        service=row["service"],
        method=row["method"],
        path=row["path"],
        status=row["status"],
        duration_ms=row["duration_ms"],
        fault=row["fault"],
        request=_side(row["request"]),
        answer=_side(row["answer"]),
    )


def _side(text: str) -> Side:
    stored = json.loads(text)
    headers = [(name, value) for name, value in stored["headers"]]
    return Side(headers=headers, body=stored["body"], size=stored["size"])
