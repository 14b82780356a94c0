"""A small closed-loop HTTP client for loopback: many keep-alive connections, bounded in time."""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass(frozen=True)
class Load:
    requests: int
    failures: int
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds that this share of the requests stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def measure(url: str, *, headers: dict[str, str], connections: int, seconds: float) -> Load:
    return asyncio.run(_measure(url, headers, connections, seconds))


async def _measure(url: str, headers: dict[str, str], connections: int, seconds: float) -> Load:
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        raise ValueError("load goes to this machine only")
    lines = [f"GET {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    latencies: list[float] = []
    failures = 0
    started = time.monotonic()
    ends = started + seconds

    async def one_connection() -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.monotonic() < ends:
            sent = time.monotonic()
            writer.write(request)
            status = await _read_answer(reader)
            latencies.append(time.monotonic() - sent)
            failures += status != 200
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    return Load(len(latencies), failures, time.monotonic() - started, latencies)


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
    return int(head.split(b" ", 2)[1])
