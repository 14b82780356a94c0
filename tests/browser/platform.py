"""The platform as a browser meets it: pages and sockets by a process of its own."""

import os
import subprocess
import sys
import time
from fcntl import LOCK_EX, flock
from http.client import HTTPConnection
from pathlib import Path

from core.embedded.child import Service
from core.embedded.process import FileSink
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
# Kept from run to run: collecting static files takes seconds.
DATA_DIR = ROOT / "var" / "tests"
PATIENCE = 90.0
AT_REST = "/tests/at-rest"


class LivePlatform:
    """Serves this test process's database on a port of its own, until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
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
            [sys.executable, "-m", "uvicorn", "tests.browser.asgi:application", *address, *options],
            environment=self.environment,
            folder=ROOT,
            sink=FileSink(folder),
        )

    def start(self) -> None:
        self.service.start()
        deadline = time.monotonic() + PATIENCE
        while self._status_of("/health/live", patience=5) != 200:
            assert self.service.is_running(), self.said()
            assert time.monotonic() < deadline, f"it does not answer\n{self.said()}"
            time.sleep(0.05)

    def stop(self) -> None:
        self.service.stop()

    def come_to_rest(self) -> None:
        """Until the last request of pages that are closed, and the last of their sockets, ended."""
        if self.service.is_running():
            assert self._status_of(AT_REST, patience=PATIENCE) == 204, self.said()

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

    def _status_of(self, path: str, *, patience: float) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()
