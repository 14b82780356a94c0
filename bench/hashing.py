"""Run as a program in a platform's environment: what one password hash costs, in ms and MB."""

import statistics
import time
from pathlib import Path

import django

django.setup()

from django.contrib.auth.hashers import get_hasher  # noqa: E402

TIMES = 20
PASSWORD = "apranova-demo"  # noqa: S105
KB = 1024


def _memory(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise SystemExit(f"There is no {field} here.")


def _seconds_to_hash() -> float:
    started = time.perf_counter()
    hasher.encode(PASSWORD, hasher.salt())
    return time.perf_counter() - started


hasher = get_hasher()
before = _memory("VmRSS:")
_seconds_to_hash()
at_most = _memory("VmHWM:")
print(statistics.median(_seconds_to_hash() for _ in range(TIMES)) * 1000, (at_most - before) / KB)
