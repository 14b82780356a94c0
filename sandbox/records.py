"""Where a stand-in keeps the objects of its API (a payment, a repository) across restarts."""

import json
import sqlite3
from typing import Any

KEPT_BY_SERVICE = 5_000

Record = dict[str, Any]


class Records:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, service: str, kind: str, key: str, body: Record) -> None:
        self._database.execute(
            "INSERT INTO records (service, kind, key, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (service, kind, key) DO UPDATE SET body = excluded.body",
            (service, kind, key, json.dumps(body)),
        )
        self._database.execute(
            "DELETE FROM records WHERE service = ? AND id <= ("
            " SELECT id FROM records WHERE service = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (service, service, KEPT_BY_SERVICE),
        )

    def get(self, service: str, kind: str, key: str) -> Record | None:
        row = self._database.execute(
            "SELECT body FROM records WHERE service = ? AND kind = ? AND key = ?",
            (service, kind, key),
        ).fetchone()
        return json.loads(row["body"]) if row else None

    def remove(self, service: str, kind: str, key: str) -> None:
        self._database.execute(
            "DELETE FROM records WHERE service = ? AND kind = ? AND key = ?", (service, kind, key)
        )

    def all(self, service: str, kind: str) -> list[Record]:
        """Newest first."""
        return [body for _, body in self.keyed(service, kind)]

    def keyed(self, service: str, kind: str) -> list[tuple[str, Record]]:
        """With their keys, newest first."""
        rows = self._database.execute(
            "SELECT key, body FROM records WHERE service = ? AND kind = ? ORDER BY id DESC",
            (service, kind),
        )
        return [(row["key"], json.loads(row["body"])) for row in rows]

    def clear(self) -> None:
        self._database.execute("DELETE FROM records")
