"""Kinds of job that only the tests know. What happens in them is told by their payload."""

import os
import signal
import threading
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from core.errors import Invalid
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun


class TooManyRowsError(Invalid):
    code = "TOO_MANY_ROWS"


@job_kind("core.count", attempts=2)
def count(run: JobRun, *, to: int) -> dict[str, Any]:
    for number in range(to):
        run.progress(100 * (number + 1) // to, f"{number + 1} of {to}")
    return {"counted": to}


@job_kind("core.refuse")
def refuse(run: JobRun) -> None:
    raise TooManyRowsError("At most 5 rows, please.", rows=6)


@job_kind("core.stumble", attempts=2)
def stumble(run: JobRun, *, over: str = "a stone") -> None:
    raise RuntimeError(f"stumbled over {over}")


@job_kind("core.dawdle", attempts=3)
def dawdle(run: JobRun) -> None:
    raise SoftTimeLimitExceeded


@job_kind("core.give_nonsense", attempts=1)
def give_nonsense(run: JobRun) -> dict[str, Any]:
    return {"lock": threading.Lock()}


@job_kind("core.hang", attempts=3, lease=2, time_limit=60)
def hang(run: JobRun) -> dict[str, Any]:
    """Its first worker stands still in one long step; the second one gets through."""
    run.progress(10, f"worker {os.getpid()}")
    if run.attempt == 1:
        signal.pause()
    return {"attempt": run.attempt}


@job_kind("core.follow", lease=2, time_limit=60)
def follow(run: JobRun) -> None:
    """Works until somebody cancels it."""
    run.progress(10, "following")
    beat = threading.Event()
    while True:
        run.check()
        beat.wait(0.05)


@job_kind("core.overrun", attempts=3, time_limit=1)
def overrun(run: JobRun) -> None:
    signal.pause()
