"""Runs the web server, the mail server and the webhooks in one event loop, and stops them."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.app import build_app
from sandbox.courier import Courier
from sandbox.database import open_database
from sandbox.frame import Frame
from sandbox.services import SERVICES
from sandbox.services.smtp import protocol_of

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
# How long open answers may take when the sandbox stops.
GRACE_SECONDS = 1


@dataclass(frozen=True, kw_only=True)
class Options:
    port: int
    smtp_port: int
    data_dir: Path
    platform_url: str


class PortTakenError(Exception):
    """Somebody else listens there; the message says what to do."""


async def serve(options: Options) -> None:
    web_socket = _listen(options.port, option="--port")
    smtp_socket = _listen(options.smtp_port, option="--smtp-port")
    with contextlib.closing(open_database(options.data_dir / "sandbox.sqlite3")) as database:
        frame = Frame(database, SERVICES, platform_url=options.platform_url)
        frame.smtp_port = smtp_socket.getsockname()[1]
        with _announced(options, port=web_socket.getsockname()[1], smtp_port=frame.smtp_port):
            await _run(frame, web_socket, smtp_socket)
    log.info("stopped")


async def _run(frame: Frame, web_socket: socket.socket, smtp_socket: socket.socket) -> None:
    web_server = _web_server(frame)

    def stop() -> None:
        frame.changes.stop()
        web_server.should_exit = True

    def stop_if_failed(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception():
            stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    mail_server = await loop.create_server(protocol_of(frame), sock=smtp_socket)
    courier = asyncio.create_task(Courier(frame).run())
    courier.add_done_callback(stop_if_failed)
    await web_server.serve(sockets=[web_socket])
    mail_server.close()
    courier.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        # What it failed of, if it did, is raised here and ends the process loudly.
        await courier


def _web_server(frame: Frame) -> uvicorn.Server:
    config = uvicorn.Config(
        build_app(frame),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return WebServer(config)


class WebServer(uvicorn.Server):
    """Leaves the signals to us: they stop more than the web server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Connection(H11Protocol):
    """Gives each call its connection along, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _listen(port: int, *, option: str) -> socket.socket:
    # With the protocol named, asyncio sends small answers at once (no 40 ms of Nagle).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Port {port} of {HOST} cannot be had ({error.strerror}). "
            f"Stop what listens there, or choose another port with {option}."
        ) from error
    listener.listen(128)
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def _announced(options: Options, *, port: int, smtp_port: int) -> Iterator[None]:
    """Says where we are, in the log for people and in a file for programs."""
    url = f"http://{HOST}:{port}"
    address = options.data_dir / "address.json"
    draft = address.with_suffix(".tmp")
    draft.write_text(json.dumps({"url": url, "smtp_port": smtp_port}))
    draft.replace(address)
    log.info("ready at %s, mail at port %s", url, smtp_port)
    try:
        yield
    finally:
        address.unlink(missing_ok=True)
