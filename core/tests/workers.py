"""Real workers for tests: a process group of their own on this test process's engines."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT_SECONDS = 120


class Worker:
    """A Celery worker that can be killed whole."""

    def __init__(
        self,
        *,
        include: str = "",
        processes: int = 1,
        schedule: Path | None = None,
        **environment: str,
    ) -> None:
        command = [sys.executable, "-m", "celery", "-A", "core.celery", "worker"]
        command += ["--concurrency", str(processes), "--without-gossip", "--without-mingle"]
        command += ["--loglevel", "warning", *(["--include", include] if include else [])]
        # Where beat writes what it did; without it there is none.
        command += ["--beat", "--schedule", str(schedule)] if schedule else []
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, start_new_session=True
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended_with(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        """All of it at once, as when a machine loses its power."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def _signal(self, number: int) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)


@contextmanager
def worker(**how: Any) -> Iterator[Worker]:
    running = Worker(**how)
    try:
        yield running
    finally:
        running.stop()


def wait_until(condition: Callable[[], object], *, what: str) -> None:
    """Look again and again, up to a bound that only a fault reaches."""
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)
