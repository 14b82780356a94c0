"""One SQLite file under the data dir, so that a restart keeps what came in."""

import sqlite3
from pathlib import Path

# A file of another version is emptied: it holds only what the sandbox was told.
VERSION = 1

SCHEMA = """
CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    service TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    duration_ms REAL,
    fault TEXT,
    request TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX calls_by_service ON calls (service, id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    preview TEXT NOT NULL,
    codes TEXT NOT NULL,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
);

CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    event TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    secret TEXT NOT NULL,
    state TEXT NOT NULL,
    fault TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    attempts TEXT NOT NULL DEFAULT '[]',
    queued_at TEXT NOT NULL,
    due_at TEXT NOT NULL
);
CREATE INDEX webhooks_due ON webhooks (state, due_at, id);

CREATE TABLE records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (service, kind, key)
);
"""


class UnusableDatabaseError(Exception):
    """The database cannot be opened; the message says what to do."""


def open_database(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        _prepare(database)
    except (OSError, sqlite3.Error) as error:
        raise UnusableDatabaseError(
            f"{path} cannot be opened ({error}). It holds only what the sandbox was told: "
            "delete it, or choose another folder with --data-dir."
        ) from error
    return database


def _prepare(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    drops = "".join(f'DROP TABLE "{table["name"]}";' for table in tables)
    database.executescript(f"BEGIN; {drops} {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
