"""Following a job, and ending it before its time."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing
from core.jobs import policies  # noqa: F401  (declares what is asked for below)
from core.jobs.actions import cancel_job
from core.jobs.api.answers import LONGEST_WAIT_SECONDS, applied, await_job
from core.jobs.api.serializers import JobSerializer
from core.jobs.errors import JobIsOver
from core.jobs.models import Job
from core.policies import Allows

PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description=f"`wait=N` holds the answer until the job ends, {LONGEST_WAIT_SECONDS} s at most.",
)
UNDER_WAY = OpenApiExample(
    "Under way",
    response_only=True,
    status_codes=["200", "202"],
    value={
        "id": "0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11",
        "kind": "accounts.export",
        "status": "running",
        "progress": 40,
        "message": "Gathering your submissions",
        "result": None,
        "error": None,
    },
)


class JobEndpoint(GenericAPIView[Job]):
    serializer_class = JobSerializer
    queryset = Job.objects.all()
    throttle_scope = "poll"

    def job(self, job_id: UUID) -> Job:
        job = Job.objects.visible_to(self.request.user).filter(pk=job_id).first()
        if job is None:
            raise Missing
        self.check_object_permissions(self.request, job)
        return job

    def answer(self, job: Job) -> Response:
        return Response(self.get_serializer(job).data)


class JobView(JobEndpoint):
    permission_classes = [Allows("core.view_job")]

    @extend_schema(
        operation_id="jobs_retrieve",
        summary="How far a job is",
        description="What it made once it succeeded is in `result`; why it failed, in `error`.",
        parameters=[PREFER],
        examples=[UNDER_WAY],
        tags=["Jobs"],
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        return applied(request, self.answer(await_job(request, self.job(job_id))))


class JobCancellation(JobEndpoint):
    permission_classes = [Allows("core.cancel_job")]

    @extend_schema(
        operation_id="jobs_cancel",
        summary="End a job before its time",
        description="A job that waits is cancelled at once, one that runs stops at its next step. "
        "Again for a cancelled job: the same answer; for one that has ended: 409.",
        request=None,
        examples=[UNDER_WAY],
        tags=["Jobs"],
    )
    @may_raise(JobIsOver)
    def post(self, request: Request, job_id: UUID) -> Response:
        return self.answer(cancel_job(self.job(job_id), at=now()))
