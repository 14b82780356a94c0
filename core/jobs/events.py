"""What is told about jobs."""

from uuid import UUID

from core.events.definition import event


@event("core.job_failed")
class JobFailed:
    """A job was given up for a fault of ours; refusing what it was given is not one."""

    job: UUID
    kind: str
    code: str
