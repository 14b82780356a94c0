"""Who may follow and end a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.policies import policy

if TYPE_CHECKING:
    from core.jobs.models import Job


@policy("core.view_job")
def view_job(user: Any, job: Job | None) -> bool:
    """See how far one's own job is; staff see everybody's"""
    return job is None or user.is_staff or job.owner_id == user.pk


@policy("core.cancel_job", seen_by="core.view_job")
def cancel_job(user: Any, job: Job | None) -> bool:
    """End one's own job before its time; staff end anybody's"""
    return view_job(user, job)
