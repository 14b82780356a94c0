"""Every mail and text message that was sent, newest first, none of which left the machine."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sandbox.changes import Changes
from sandbox.findings import Link, find_codes, find_links, html_as_text
from sandbox.mail import Mail, read_mail

KEPT = 500
KEPT_BYTES = 200 * 1024 * 1024
PREVIEW_CHARACTERS = 160

Kind = Literal["mail", "sms"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line of the inbox."""

    id: int
    at: datetime
    kind: Kind
    sender: str
    recipients: list[str]
    subject: str
    preview: str
    codes: list[str]
    size: int

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "from": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "preview": self.preview,
            "codes": self.codes,
            "size": self.size,
        }


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One message with all that is in it."""

    message: Message
    raw: bytes
    mail: Mail
    links: list[Link]

    def as_json(self) -> dict[str, Any]:
        return {
            **self.message.as_json(),
            "text": self.mail.text,
            "html": self.mail.html,
            "headers": self.mail.headers,
            "links": [link.url for link in self.links],
            "attachments": [
                {"name": part.name, "type": part.type, "size": len(part.content)}
                for part in self.mail.attachments
            ],
        }


class Inbox:
    def __init__(
        self,
        database: sqlite3.Connection,
        changes: Changes,
        *,
        kept: int = KEPT,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._database = database
        self._changes = changes
        self._kept = kept
        self._kept_bytes = kept_bytes

    def add_mail(self, raw: bytes, *, sender: str, recipients: Iterable[str], at: datetime) -> int:
        mail = read_mail(raw)
        return self._add(
            kind="mail",
            at=at,
            sender=mail.sender or sender,
            recipients=recipients,
            subject=mail.subject,
            text=_readable_text(mail),
            content=raw,
        )

    def add_sms(self, text: str, *, sender: str, recipient: str, at: datetime) -> int:
        return self._add(
            kind="sms",
            at=at,
            sender=sender,
            recipients=[recipient],
            subject="",
            text=text,
            content=text.encode(),
        )

    def newest(
        self,
        *,
        kind: str = "",
        to: str = "",
        to_part: str = "",
        after: int = 0,
        before: int | None = None,
        limit: int = KEPT,
    ) -> list[Message]:
        """`to` is a whole address, `to_part` a piece of one; neither minds capitals."""
        rows = self._database.execute(
            "SELECT id, at, kind, sender, recipients, subject, preview, codes, size FROM messages"
            " WHERE id > :after AND (:before IS NULL OR id < :before)"
            " AND (:kind = '' OR kind = :kind)"
            " AND (:to = '' OR EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = :to))"
            " AND (:part = '' OR EXISTS"
            "  (SELECT 1 FROM json_each(recipients) WHERE instr(value, :part)))"
            " ORDER BY id DESC LIMIT :limit",
            {
                "kind": kind,
                "to": to.strip().lower(),
                "part": to_part.strip().lower(),
                "after": after,
                "before": before,
                "limit": limit,
            },
        )
        return [_message(row) for row in rows]

    def open(self, message_id: int) -> Opened | None:
        row = self._database.execute(
            "SELECT * FROM messages WHERE id = ?", (message_id,)
        ).fetchone()
        if row is None:
            return None
        message = _message(row)
        mail = read_mail(row["content"]) if message.kind == "mail" else _as_mail(row["content"])
        return Opened(
            message=message,
            raw=row["content"],
            mail=mail,
            links=find_links(mail.text, mail.html),
        )

    def count(self) -> int:
        return self._database.execute("SELECT count(*) FROM messages").fetchone()[0]

    def clear(self) -> None:
        self._database.execute("DELETE FROM messages")
        self._changes.announce()

    def _add(
        self,
        *,
        kind: Kind,
        at: datetime,
        sender: str,
        recipients: Iterable[str],
        subject: str,
        text: str,
        content: bytes,
    ) -> int:
        added = self._database.execute(
            "INSERT INTO messages"
            " (at, kind, sender, recipients, subject, preview, codes, size, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                at.isoformat(),
                kind,
                sender,
                json.dumps([recipient.lower() for recipient in recipients]),
                subject,
                " ".join(text[: PREVIEW_CHARACTERS * 4].split())[:PREVIEW_CHARACTERS],
                json.dumps(find_codes(f"{subject}\n{text}")),
                len(content),
                content,
            ),
        )
        self._forget_oldest()
        self._changes.announce()
        return added.lastrowid or 0

    def _forget_oldest(self) -> None:
        self._database.execute(
            "DELETE FROM messages WHERE id IN ("
            " SELECT id FROM ("
            "  SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS bytes"
            "  FROM messages WINDOW newest AS (ORDER BY id DESC))"
            " WHERE place > :kept OR (bytes > :kept_bytes AND place > 1))",
            {"kept": self._kept, "kept_bytes": self._kept_bytes},
        )


def _readable_text(mail: Mail) -> str:
    return mail.text if mail.text.strip() else html_as_text(mail.html)


def _as_mail(content: bytes) -> Mail:
    return Mail(text=content.decode())


def _message(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        kind=row["kind"],
        sender=row["sender"],
        recipients=json.loads(row["recipients"]),
        subject=row["subject"],
        preview=row["preview"],
        codes=json.loads(row["codes"]),
        size=row["size"],
    )
