"""Memory and processor time of one process that holds a thousand idle sockets.

Every socket is of another person, signed in by token, and answers the heartbeat as a page does.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from core.embedded.engines import throwaway_engines

ROOT = Path(__file__).resolve().parents[1]
HEARTBEAT_SECONDS = 10
LIMIT_MB = 300
AT_ONCE = 50
PATIENCE_SECONDS = 120
UVICORN = [sys.executable, "-m", "uvicorn", "core.asgi:application", "--log-level=warning"]
# Compression pays for long messages only, and keeps buffers for every socket.
VARIANTS = {
    "with compression": [],
    "without compression": ["--ws-per-message-deflate=false"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=30, help="of idling")
    options = parser.parse_args()
    with platform() as environment:
        tokens = _run("-m", "bench.people", str(options.sockets), environment=environment).split()
        print(f"{options.sockets} sockets, a heartbeat every {HEARTBEAT_SECONDS} s")
        for name, flags in VARIANTS.items():
            with server(flags, environment) as (process, port):
                asyncio.run(_measure(name, tokens, process.pid, port, options.seconds))


@contextmanager
def platform() -> Iterator[dict[str, str]]:
    with (
        tempfile.TemporaryDirectory(prefix="apranova-bench-") as data_dir,
        throwaway_engines() as urls,
    ):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "core.settings.base",
            "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoLS0=",
            "FRONTEND_URL": "http://localhost",
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS_ONLY": "0",
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "DATA_DIR": data_dir,
            "LIVE_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
        }
        _run("manage.py", "migrate", "--verbosity=0", environment=environment)
        yield environment


@contextmanager
def server(
    flags: list[str], environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*UVICORN, f"--port={port}", *flags], cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


async def _measure(name: str, tokens: list[str], pid: int, port: int, seconds: int) -> None:
    empty = _megabytes(pid)
    gate = asyncio.Semaphore(AT_ONCE)
    started = time.monotonic()
    async with asyncio.timeout(PATIENCE_SECONDS):
        pages = await asyncio.gather(*(_open(port, token, gate) for token in tokens))
    took = time.monotonic() - started
    busy_before = _processor_seconds(pid)
    await asyncio.sleep(seconds)
    busy = (_processor_seconds(pid) - busy_before) / seconds
    lost = sum(page.done() for page in pages)
    full = _megabytes(pid)
    print(
        f"{name}: {full:.0f} MB ({empty:.0f} MB before, {(full - empty) * 1024 / len(tokens):.0f} "
        f"kB a socket, limit {LIMIT_MB} MB), all open after {took:.1f} s, "
        f"{busy:.1%} of a core while idle, {lost} lost"
    )
    for page in pages:
        page.cancel()
    await asyncio.wait(pages)


async def _open(port: int, token: str, gate: asyncio.Semaphore) -> asyncio.Task[None]:
    """A welcomed page, as the task that answers for it until the socket ends."""
    async with gate:
        page = await connect(f"ws://127.0.0.1:{port}/ws/notifications/", open_timeout=60)
        await page.send(json.dumps({"type": "authenticate", "token": token}))
        if json.loads(await page.recv())["type"] != "welcome":
            raise SystemExit("A socket was not welcomed.")
        return asyncio.create_task(_answer(page))


async def _answer(page: ClientConnection) -> None:
    async with page:
        async for _ping in page:
            await page.send('{"type": "pong"}')


def _megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("The server is gone.")


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_for(port: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def _run(*command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
