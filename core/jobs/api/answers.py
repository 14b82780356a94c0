"""The answer to a request that started a job: the job, or what it made, if that is awaited."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.jobs.api.serializers import JobSerializer
from core.jobs.models import Job
from core.jobs.states import JobStatus
from core.jobs.waiting import wait_for_end

LONGEST_WAIT_SECONDS = 30
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,4})", re.IGNORECASE)


def answer_job(
    request: Request,
    job: Job,
    *,
    finished: Callable[[Job], Response],
    accepted: Callable[[Job], dict[str, Any]] | None = None,
) -> Response:
    """With `Prefer: wait=N`, hold the answer until the job ends, and give what it made.

    `finished` answers for a job that succeeded. Else it is 202, with the job, or with what
    `accepted` puts around it; a job that failed meanwhile says so there. Call it outside of
    transactions, when the job is committed.
    """
    job = await_job(request, job)
    if job.status == JobStatus.SUCCEEDED:
        return applied(request, finished(job))
    body = accepted(job) if accepted else dict(JobSerializer(job).data)
    return applied(request, Response(body, status=HTTPStatus.ACCEPTED))


def await_job(request: Request, job: Job) -> Job:
    """The job, as it is after what the caller prefers to wait."""
    return wait_for_end(job, seconds=_preferred_seconds(request))


def applied(request: Request, response: Response) -> Response:
    """The same answer, saying that the preference was heard."""
    seconds = _preferred_seconds(request)
    if seconds:
        response["Preference-Applied"] = f"wait={seconds}"
    return response


def _preferred_seconds(request: Request) -> int:
    asked = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(asked[1]), LONGEST_WAIT_SECONDS) if asked else 0
