"""What every stand-in and page stands on: the log, the inbox, faults, webhooks and records."""

import sqlite3
from collections.abc import Iterable

from starlette.requests import Request

from sandbox.calls import CallLog
from sandbox.changes import Changes
from sandbox.faults import FaultBook
from sandbox.inbox import Inbox
from sandbox.records import Records
from sandbox.service import Service
from sandbox.webhooks import Webhooks

# Paths of the frame itself, which no service may be called by.
RESERVED_NAMES = frozenset({"_sandbox", "calls", "faults", "inbox", "static", "webhooks"})


class Frame:
    def __init__(
        self, database: sqlite3.Connection, services: Iterable[Service], *, platform_url: str = ""
    ) -> None:
        self.services = {service.name: service for service in services}
        self.platform_url = platform_url
        self.smtp_port = 0
        self.changes = Changes()
        self.records = Records(database)
        self.calls = CallLog(database, self.changes)
        self.inbox = Inbox(database, self.changes)
        self.faults = FaultBook(self.changes)
        self.webhooks = Webhooks(database, self.changes, self.services)
        if clash := RESERVED_NAMES & self.services.keys():
            raise ValueError(f"A service cannot be called {', '.join(sorted(clash))}.")

    def clear_faults(self, *, service: str = "", fault_id: int | None = None) -> None:
        """Back to a quiet day: webhooks that a fault held back are sent too."""
        self.faults.clear(service=service, fault_id=fault_id)
        self.webhooks.release_held(service=service)

    def clear(self) -> None:
        """As on the first day."""
        self.faults.clear()
        self.webhooks.clear()
        self.calls.clear()
        self.inbox.clear()
        self.records.clear()


def frame_of(request: Request) -> Frame:
    return request.app.state.frame
