"""Requests per second of a page and a list, by the embedded and the production server.

The load comes from the same machine, so read the figures as ratios.
"""

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

import httpx

from bench.load import measure
from core.embedded.engines import throwaway_engines

ROOT = Path(__file__).resolve().parents[1]
CONNECTIONS = 50
WARM_UP_SECONDS = 3
SECONDS = 8
PERSON = {"email": "student@demo.apranova.test", "password": "apranova-demo"}
EMBEDDED = ["-m", "uvicorn", "core.asgi:application", "--no-access-log", "--log-level=warning"]
PRODUCTION = [
    *("-m", "granian", "--interface=wsgi", "--no-ws", "--log-level=warning"),
    *("--workers=2", "--blocking-threads=8", "core.wsgi:application"),
]


def main() -> None:
    with prepared_demo() as environment:
        print(f"{CONNECTIONS} connections, {SECONDS} s each, {os.cpu_count()} cores\n")
        print(f"{'':34}{'requests/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'not 200':>9}")
        for title, command in (("embedded", EMBEDDED), ("production", PRODUCTION)):
            with serving(command, environment) as address:
                _measure(title, address)


@contextmanager
def prepared_demo() -> Iterator[dict[str, str]]:
    """The environment of a platform that only has to be started, and leaves nothing behind."""
    with (
        tempfile.TemporaryDirectory(prefix="apranova-bench-") as data_dir,
        throwaway_engines() as urls,
    ):
        environment = os.environ | {
            "DEMO": "1",
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoLS0=",
            "FRONTEND_URL": "http://localhost",
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "DATA_DIR": data_dir,
        }
        subprocess.run(
            [sys.executable, "manage.py", "prepare"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield environment


@contextmanager
def serving(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, *command, "--host=127.0.0.1", f"--port={port}"], cwd=ROOT, env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _measure(title: str, address: str) -> None:
    with httpx.Client(base_url=address) as client:
        signed_in = client.post("/api/auth/login/", json=PERSON).raise_for_status().json()
        token = {"Authorization": f"Bearer {signed_in['access']}"}
        cookie = {"Cookie": f"sessionid={browser_session(client)}"}
    for name, path, headers in (
        ("page /dashboard/", "/dashboard/", cookie),
        ("list /api/auth/sessions/", "/api/auth/sessions/", token),
    ):
        measure(
            f"{address}{path}", headers=headers, connections=CONNECTIONS, seconds=WARM_UP_SECONDS
        )
        load = measure(
            f"{address}{path}", headers=headers, connections=CONNECTIONS, seconds=SECONDS
        )
        print(
            f"{title + ', ' + name:34}{load.per_second:12.0f}{load.percentile(0.5):9.1f}"
            f"{load.percentile(0.95):9.1f}{load.failures:9}"
        )


def browser_session(client: httpx.Client) -> str:
    return session_of(client, PERSON["email"])


def session_of(client: httpx.Client, email: str) -> str:
    """Of somebody of the demo."""
    page = client.get("/accounts/login/").raise_for_status()
    form = {
        "login": email,
        "password": PERSON["password"],
        "csrfmiddlewaretoken": page.text.partition('name="csrfmiddlewaretoken" value="')[2][:64],
    }
    answer = client.post("/accounts/login/", data=form, headers={"Referer": str(page.url)})
    if answer.status_code != httpx.codes.FOUND:
        raise SystemExit(f"Signing in answered {answer.status_code}.")
    return client.cookies["sessionid"]


def _wait_until_ready(address: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            if httpx.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("The server did not get ready.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
