"""Reads a raw mail, however broken or hostile, into what the pages show."""

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice

PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
MOST_HEADERS = 500
LONGEST_HEADER = 10_000
# What the parser of the standard library raises on a mail that nobody would send: parts nested a
# thousand deep, parameters that contradict each other.
BROKEN = (AttributeError, IndexError, LookupError, RecursionError, TypeError, ValueError)

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_AHEAD = re.compile(r"<(link|i?frame)", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Attachment:
    name: str
    type: str
    content: bytes
    content_id: str


@dataclass(frozen=True, kw_only=True)
class Mail:
    subject: str = ""
    sender: str = ""
    to: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    is_readable: bool = True


def read_mail(raw: bytes) -> Mail:
    try:
        return _read(message_from_bytes(raw))
    except BROKEN:
        return Mail(subject="(a mail that cannot be read)", is_readable=False)


def safe_html(mail: Mail) -> str:
    """The HTML part as a page for a frame without scripts: its own pictures are inside, links
    open a new tab, and it asks for nothing from outside.

    A policy forbids everything else; but no policy keeps a browser from connecting ahead to the
    host that a link element or a frame names, so these must go."""
    pictures = {
        part.content_id: f"data:{part.type};base64,{base64.b64encode(part.content).decode()}"
        for part in mail.attachments
        if part.content_id and part.type in PICTURES
    }
    html = _CID.sub(lambda found: pictures.get(found[1], found[0]), mail.html)
    html = _AHEAD.sub(r"<no-\1", html)
    return f'<!doctype html><base target="_blank">{html}'


def _read(message: Message) -> Mail:
    texts: list[str] = []
    htmls: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not _is_attached(part):
            (htmls if kind == "text/html" else texts).append(_text(part))
        else:
            attachments.append(_attachment(part, number=len(attachments) + 1))
    headers = [
        (name, _one_line(value)) for name, value in islice(message.raw_items(), MOST_HEADERS)
    ]
    first = {name.lower(): value for name, value in reversed(headers)}
    return Mail(
        subject=first.get("subject", ""),
        sender=first.get("from", ""),
        to=first.get("to", ""),
        headers=headers,
        text="\n\n".join(texts),
        html="\n".join(htmls),
        attachments=attachments,
    )


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _is_attached(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _text(part: Message) -> str:
    content = _content(part)
    try:
        text = content.decode(part.get_content_charset() or "utf-8", "replace")
    except BROKEN:
        text = content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\0", "")


def _attachment(part: Message, *, number: int) -> Attachment:
    return Attachment(
        name=_file_name(part) or f"part-{number}",
        type=part.get_content_type(),
        content=_content(part),
        content_id=str(part.get("Content-ID", "")).strip().strip("<>"),
    )


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("")
    except BROKEN:
        return ""
    return _one_line(name).replace("\\", "/").rsplit("/", 1)[-1][:120]


def _one_line(value: object) -> str:
    """Plain text: no encoded word, line break or direction mark comes through."""
    text = str(value)[:LONGEST_HEADER]
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with suppress(HeaderParseError, *BROKEN):
        text = str(make_header(decode_header(text)))
    return _CONTROL.sub(" ", text).strip()
