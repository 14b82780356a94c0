"""ClamAV as a scanner of files: its daemon is spoken to by a socket, chunk by chunk."""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Unavailable
from core.files.errors import FileRefused

SECONDS = 30.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
CLEAN, FOUND = b"OK", b"FOUND"


def scan(content: BinaryIO, name: str) -> None:
    """Raises FileRefused for what it finds, and Unavailable while nobody can look."""
    try:
        with closing(_connected(settings.CLAMAV_ADDRESS)) as daemon:
            answer = _asked(daemon, content)
    except (OSError, ValueError) as error:
        raise Unavailable(
            _("Files cannot be checked for viruses right now. Please try again soon.")
        ) from error
    if answer.endswith(FOUND):
        raise FileRefused(
            _("“%(name)s” looks like malware to our scanner, so it is not taken.") % {"name": name}
        )
    if not answer.endswith(CLEAN):
        raise Unavailable(_("“%(name)s” could not be checked for viruses.") % {"name": name})


def _asked(daemon: socket.socket, content: BinaryIO) -> bytes:
    """Its INSTREAM command: each chunk after its length, an empty one at the end."""
    daemon.sendall(b"zINSTREAM\0")
    while chunk := content.read(CHUNK):
        daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
    daemon.sendall(struct.pack("!L", 0))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        part = daemon.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").strip()


def _connected(address: str) -> socket.socket:
    """`unix:/run/clamav/clamd.ctl`, or a host and a port."""
    if address.startswith("unix:"):
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(SECONDS)
        try:
            daemon.connect(address.removeprefix("unix:"))
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)
