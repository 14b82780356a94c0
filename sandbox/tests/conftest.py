"""What the tests of the sandbox share: a way to send, and somebody who receives webhooks."""

import contextlib
import smtplib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.database import open_database
from sandbox.services.sms import KEY
from sandbox.testing import SandboxServer


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(open_database(tmp_path / "sandbox.sqlite3")) as database:
        yield database


@pytest.fixture(scope="session")
def plain_client(sandbox_process: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox_process.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def client_with_key(sandbox_process: SandboxServer) -> Iterator[httpx.Client]:
    url = f"{sandbox_process.url}/sms"
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def browse(sandbox_server: SandboxServer, plain_client: httpx.Client) -> httpx.Client:
    """The pages and the API, for a program that is no browser."""
    return plain_client


@pytest.fixture
def gateway(sandbox_server: SandboxServer, client_with_key: httpx.Client) -> httpx.Client:
    """The SMS gateway as the platform sees it."""
    return client_with_key


def text_message(**changes: Any) -> dict[str, Any]:
    return {"to": "+919812345678", "from": "ApraNova", "text": "Your code is 739201.", **changes}


def mail(to: str = "student@demo.test", **parts: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "ApraNova <hello@apranova.test>"
    message["To"] = to
    message["Subject"] = parts.get("subject", "Hello")
    message.set_content(parts.get("text", "Good morning."))
    if "html" in parts:
        message.add_alternative(parts["html"], subtype="html")
    return message


@pytest.fixture
def send(sandbox_server: SandboxServer) -> Callable[[EmailMessage], None]:
    def send(message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", sandbox_server.smtp_port, timeout=60) as smtp:
            smtp.send_message(message)

    return send


@pytest.fixture
def send_raw(sandbox_server: SandboxServer) -> Callable[..., None]:
    """Sends bytes as they are, which no library would build."""

    def send_raw(raw: bytes, *, to: str = "student@demo.test") -> None:
        with smtplib.SMTP("127.0.0.1", sandbox_server.smtp_port, timeout=60) as smtp:
            smtp.sendmail("hello@apranova.test", [to], raw)

    return send_raw


class Receiver:
    """Takes webhooks; answers with `status`, to the first ones with those of `statuses`."""

    def __init__(self) -> None:
        self.status = 200
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self._came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(body, dict(self.headers)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/receipts"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        with self._came:
            self.bodies.append(body)
            self.headers.append(headers)
            self._came.notify_all()
            return self.statuses.pop(0) if self.statuses else self.status

    def wait_for(self, count: int) -> list[bytes]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.bodies) >= count, timeout=60)
        return self.bodies

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
