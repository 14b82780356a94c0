"""What the tests of jobs share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.jobs import running
from core.jobs.actions import start_job
from core.jobs.models import Job
from core.jobs.tests import samples  # noqa: F401  (declares kinds of job)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    """What the running job takes for now."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(running, "now", clock)
    return clock


@pytest.fixture
def start(student: Any, clock: Clock) -> Callable[..., Job]:
    def started(kind: str, *, subject: str = "", owner: Any = student, **payload: Any) -> Job:
        return start_job(kind=kind, owner=owner, payload=payload, at=clock.at, subject=subject)

    return started


@pytest.fixture
def run(clock: Clock) -> Callable[[Job], Job]:
    def through(job: Job) -> Job:
        running.run_job(job.pk)
        job.refresh_from_db()
        return job

    return through
