"""The platform as a browser meets it: pages and sockets by a process of its own."""

import os
import socket
import subprocess
import sys
import time
from fcntl import LOCK_EX, flock
from http.client import HTTPConnection
from pathlib import Path

from core.embedded.child import Service
from core.embedded.process import FileSink

ROOT = Path(__file__).resolve().parents[2]
# Kept from run to run: collecting static files takes seconds.
DATA_DIR = ROOT / "var" / "tests"
PATIENCE = 30.0


class LivePlatform:
    """Serves this test process's database on a port of its own, until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        # By this name browsers give pages what they give elsewhere over HTTPS alone: passkeys.
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "DATA_DIR": str(DATA_DIR),
            "FRONTEND_URL": self.url,
        }
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        options = ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "1"]
        self.service = Service(
            "web",
            [sys.executable, "-m", "uvicorn", "core.asgi:application", *address, *options],
            environment=self.environment,
            folder=ROOT,
            sink=FileSink(folder),
        )

    def start(self) -> None:
        self.service.start()
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.service.is_running(), self.said()
            assert time.monotonic() < deadline, f"it does not answer\n{self.said()}"
            time.sleep(0.05)

    def stop(self) -> None:
        self.service.stop()

    def said(self) -> str:
        return self.service.sink.tail("web")

    def collect_static_files(self) -> None:
        """Once for all test processes, and again only when files have changed."""
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        with (DATA_DIR / "lock").open("w") as lock:
            flock(lock, LOCK_EX)
            subprocess.run(
                [sys.executable, "manage.py", "prepare", "--static-only"],
                cwd=ROOT,
                env=self.environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
