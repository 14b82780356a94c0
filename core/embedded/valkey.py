"""The embedded Valkey: broker, cache and live layer in an append-only file."""

import os
import signal
import socket
from pathlib import Path

from core.embedded.binaries import valkey_server
from core.embedded.child import Child
from core.embedded.process import Sink, end_stranger, processes_in

SOCKET_NAME = "valkey.sock"


class Valkey(Child):
    name = "valkey"
    hurry_signal = signal.SIGTERM  # It has nothing to finish but its file.

    def __init__(self, folder: Path, *, sockets: Path, sink: Sink, durable: bool = True) -> None:
        super().__init__(sink=sink)
        self.folder = folder
        self.socket = sockets / SOCKET_NAME
        self.durable = durable

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for pid in processes_in(self.folder):
            end_stranger(pid, by=signal.SIGTERM, grace=self.stop_patience)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}
        self.spawn([str(valkey_server()), *options], environment=environment)

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
