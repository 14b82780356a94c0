"""The kinds of job that there are, and how each is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from core.registries import Registry

if TYPE_CHECKING:
    from core.jobs.models import Job

Work = Callable[..., Mapping[str, Any] | None]
W = TypeVar("W", bound=Work)

# Between the polite end of a job's time and the end of its process.
GRACE_SECONDS = 30


@dataclass(frozen=True)
class JobKind:
    name: str
    work: Work
    queue: str
    attempts: int
    lease: timedelta
    time_limit: int
    unfinished: "Callable[[Job], None] | None" = None

    @property
    def send_options(self) -> dict[str, Any]:
        return {
            "queue": self.queue,
            "soft_time_limit": self.time_limit,
            "time_limit": self.time_limit + GRACE_SECONDS,
        }


job_kinds: Registry[JobKind] = Registry("kinds of job")


def tell_unfinished(job: "Job") -> None:
    """In the transaction of its end."""
    kind = job_kinds.get(job.kind)
    if kind is not None and kind.unfinished is not None:
        kind.unfinished(job)


def job_kind(
    name: str,
    *,
    queue: str = "default",
    attempts: int = 3,
    lease: int = 60,
    time_limit: int = 540,
    unfinished: "Callable[[Job], None] | None" = None,
) -> Callable[[W], W]:
    """Register the decorated `(run: JobRun, **payload) -> result` as a kind of job.

    It may run more than once (a worker dies, a fault of ours is tried again), so it must be
    idempotent; `attempts` says how often at most. A `DomainError` ends it at once with its
    message. `lease` and `time_limit` are in seconds: a worker that is silent for longer than the
    lease counts as dead, and a job that takes longer than the limit fails. `unfinished` is called
    in the transaction in which a job fails or is cancelled, whoever or whatever ended it.
    """
    if queue not in settings.QUEUES:
        raise ValueError(f"{name}: no worker listens to a queue {queue!r}")

    def register(work: W) -> W:
        kind = JobKind(
            name, work, queue, attempts, timedelta(seconds=lease), time_limit, unfinished
        )
        job_kinds.register(name, kind)
        return work

    return register
