"""Asks all checks at once; nobody waits for one that hangs, and nobody is asked twice a second."""

import logging
import threading
import time
from collections.abc import Callable, Collection

from core.health.findings import Finding, Status, not_configured
from core.registries import health_checks

# In this order, whether an app has registered them or not.
NAMES = ("database", "cache", "broker", "worker", "docker", "gemini", "storage", "disk")
# Without these nothing works; without any other, something does.
CRITICAL = frozenset({"database", "broker", "disk"})
SECONDS = 3.0
FRESH_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Board:
    """One for each process. Findings are shared by whoever asks within `fresh_seconds`."""

    def __init__(self, *, seconds: float = SECONDS, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._seconds = seconds
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._inquiries: dict[str, _Inquiry] = {}

    def findings(self, names: Collection[str] = ()) -> dict[str, Finding]:
        checks = dict(health_checks)
        wanted = names or [*NAMES, *(name for name in checks if name not in NAMES)]
        inquiries = {name: self._inquire(name, checks[name]) for name in wanted if name in checks}
        deadline = time.monotonic() + self._seconds
        found = {name: inquiry.wait(deadline) for name, inquiry in inquiries.items()}
        nobody = not_configured("Not set up here.")
        return {name: _weighed(name, found.get(name, nobody)) for name in wanted}

    def _inquire(self, name: str, check: Callable[[], Finding]) -> "_Inquiry":
        """The inquiry that still runs or has just ended, else a new one.

        So a check that hangs is never started a second time.
        """
        with self._lock:
            known = self._inquiries.get(name)
            if known is None or known.is_older_than(self._fresh_seconds):
                known = self._inquiries[name] = _Inquiry(name, check)
            return known


def overall(findings: dict[str, Finding]) -> Status:
    found = {finding.status for finding in findings.values()}
    for status in (Status.UNHEALTHY, Status.DEGRADED):
        if status in found:
            return status
    return Status.HEALTHY


class _Inquiry:
    def __init__(self, name: str, check: Callable[[], Finding]) -> None:
        self._name = name
        self._check = check
        self._ended = threading.Event()
        self._ended_at = 0.0
        self._finding = _failed("It failed.")
        threading.Thread(target=self._run, name=f"health-{name}", daemon=True).start()

    def wait(self, deadline: float) -> Finding:
        if self._ended.wait(max(0.0, deadline - time.monotonic())):
            return self._finding
        return _failed("It does not answer in time.")

    def is_older_than(self, seconds: float) -> bool:
        return self._ended.is_set() and time.monotonic() - self._ended_at >= seconds

    def _run(self) -> None:
        try:
            self._finding = self._check()
        except Exception:
            logger.exception("The health check %r failed.", self._name)
        finally:
            self._ended_at = time.monotonic()
            self._ended.set()


def _failed(detail: str) -> Finding:
    return Finding(Status.UNHEALTHY, detail)


def _weighed(name: str, finding: Finding) -> Finding:
    if finding.status is Status.UNHEALTHY and name not in CRITICAL:
        return Finding(Status.DEGRADED, finding.detail)
    return finding


board = Board()
