"""The embedded Valkey: broker, cache and live layer in an append-only file."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from core.embedded import binaries
from core.embedded.errors import EmbeddedError
from core.embedded.process import Sink, end, end_foreign, processes_in, spawn, wait_until

SOCKET_NAME = "valkey.sock"
START_PATIENCE = 60.0  # It reads its whole file again.
STOP_PATIENCE = 10.0


class Valkey:
    name = "valkey"

    def __init__(self, folder: Path, *, sockets: Path, sink: Sink, durable: bool = True) -> None:
        self.folder = folder
        self.socket = sockets / SOCKET_NAME
        self.sink = sink
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for pid in processes_in(self.folder):
            end_foreign(pid, by=signal.SIGTERM, grace=STOP_PATIENCE)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        self.process = spawn(
            self.name,
            [
                str(binaries.valkey_server()),
                *(part for name, value in options.items() for part in (f"--{name}", value)),
            ],
            sink=self.sink,
            environment={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            death_signal=signal.SIGTERM,
        )

    def wait_ready(self) -> None:
        process = self.process
        assert process, "launch() comes first"
        wait_until(lambda: self._answers() or process.poll() is not None, START_PATIENCE)
        if process.poll() is not None or not self._answers():
            self.stop()
            raise EmbeddedError(f"Valkey did not start. It said:\n{self.sink.tail(self.name)}")

    def stop(self, *, hurry: bool = False) -> None:
        if self.process:
            end(self.process, by=signal.SIGTERM, grace=0 if hurry else STOP_PATIENCE)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
