"""Connections that are made to checked addresses only, and end by a deadline."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from core.outbound.addresses import is_allowed_inside, is_public
from core.outbound.errors import UnreachableError

logger = logging.getLogger(__name__)

WRITE_CHUNK = 16 * 1024


def _system_resolver(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@lru_cache(maxsize=1)
def _system_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True)
class Internet:
    """How names become addresses and addresses become connections; tests bring their own."""

    resolve: Callable[[str, int], list[str]] = _system_resolver
    backend: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    trust: Callable[[], ssl.SSLContext] = _system_trust


INTERNET = Internet()


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if at_most is None else min(left, at_most)


class GuardedBackend(httpcore.NetworkBackend):
    """Where every connection is made, whatever brought us here."""

    def __init__(self, internet: Internet, deadline: Deadline, *, connect_seconds: float) -> None:
        self._internet = internet
        self._deadline = deadline
        self._connect_seconds = connect_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port):
            try:
                stream = self._internet.backend.connect_tcp(
                    address, port, timeout=self._deadline.left(self._connect_seconds)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        addresses = _in_time(lambda: self._internet.resolve(host, port), self._deadline)
        if is_allowed_inside(host, port):
            return addresses
        # One that is not public spoils all: no honest name has both.
        if not all(is_public(address) for address in addresses):
            logger.warning("outbound_refused", extra={"host": host, "port": port})
            raise UnreachableError
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """Gives each step only what is left of the whole, so that a slow drip ends too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_CHUNK):
            self._stream.write(buffer[start : start + WRITE_CHUNK], self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _in_time(resolve: Callable[[], list[str]], deadline: Deadline) -> list[str]:
    """The system's resolver knows no time-out, so it is left behind when it takes too long."""
    answer: list[list[str]] = []

    def look_up() -> None:
        try:
            answer.append(resolve())
        except (OSError, UnicodeError):
            answer.append([])

    thread = threading.Thread(target=look_up, daemon=True, name="resolver")
    thread.start()
    thread.join(deadline.left())
    if not answer:
        raise httpcore.ConnectTimeout
    if not answer[0]:
        raise httpcore.ConnectError
    return answer[0]
