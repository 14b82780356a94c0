"""A project's repository at GitHub, for the student whose it is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing
from core.jobs.api.answers import answer_job
from core.jobs.api.serializers import JobSerializer
from core.jobs.api.views import PREFER
from core.jobs.models import Job
from core.policies import demand, reading_or_writing
from curriculum.actions.repositories import ask_for_repository
from curriculum.errors import (
    GitHubNotConfigured,
    GitHubNotConnected,
    NoTemplate,
    NotEnrolled,
    ProjectLocked,
)
from curriculum.models import Project, PullRequest, Repository

REPOSITORY = {
    "id": 12,
    "project": 3,
    "state": "ready",
    "full_name": "asha-rao/fsd-03-api",
    "html_url": "https://github.com/asha-rao/fsd-03-api",
    "default_branch": "main",
    "is_private": True,
    "problem": "",
    "pushed_at": "2026-11-20T10:15:30Z",
    "checked_at": "2026-11-20T10:30:00Z",
    "pull_requests": [
        {
            "id": 40,
            "number": 1,
            "title": "My work",
            "html_url": "https://github.com/asha-rao/fsd-03-api/pull/1",
            "author": "asha-rao",
            "state": "open",
            "is_draft": False,
            "head_sha": "9f2c7d7d0f0a4f0ab2a6c5a3f0f8a1a2b3c4d5e6",
            "review_state": "approved",
            "checks": "passed",
            "opened_at": "2026-11-20T10:10:00Z",
            "merged_at": None,
            "closed_at": None,
        }
    ],
}
UNDER_WAY = OpenApiExample(
    "Under way",
    response_only=True,
    status_codes=["202"],
    value={
        "id": "0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11",
        "kind": "curriculum.repository",
        "status": "running",
        "progress": 40,
        "message": "Waiting for its files",
        "result": None,
        "error": None,
    },
)


class PullRequestSerializer(serializers.ModelSerializer[PullRequest]):
    class Meta:
        model = PullRequest
        fields = [
            *("id", "number", "title", "html_url", "author", "state", "is_draft", "head_sha"),
            *("review_state", "checks", "opened_at", "merged_at", "closed_at"),
        ]
        read_only_fields = fields


class RepositorySerializer(serializers.ModelSerializer[Repository]):
    pull_requests = PullRequestSerializer(many=True, read_only=True)

    class Meta:
        model = Repository
        fields = [
            *("id", "project", "state", "full_name", "html_url", "default_branch", "is_private"),
            *("problem", "pushed_at", "checked_at", "pull_requests"),
        ]
        read_only_fields = fields


class RepositoryEndpoint(GenericAPIView[Repository]):
    serializer_class = RepositorySerializer
    pagination_class = None

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(
            self.request, "curriculum.view_repository", "curriculum.make_repository"
        )

    @extend_schema(
        operation_id="curriculum_repository_retrieve",
        summary="My repository for a project",
        description="With its pull requests, as GitHub last told of them.",
        examples=[
            OpenApiExample("Ready", response_only=True, status_codes=["200"], value=REPOSITORY)
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(self._shown(request, self._project(request, pk)))

    @extend_schema(
        operation_id="curriculum_repository_create",
        summary="Have a repository made for a project",
        description="In one's own account at GitHub, from the project's template. A job: while "
        "one is under way, a second call answers with it; where there is one already, it is "
        "looked at and mended. With `Prefer: wait=N` the answer is the repository (201) if it is "
        "ready by then.",
        request=None,
        parameters=[PREFER],
        responses={
            HTTPStatus.CREATED: RepositorySerializer,
            HTTPStatus.ACCEPTED: JobSerializer,
        },
        examples=[
            UNDER_WAY,
            OpenApiExample("Ready", response_only=True, status_codes=["201"], value=REPOSITORY),
        ],
    )
    @may_raise(GitHubNotConfigured, GitHubNotConnected, NotEnrolled, ProjectLocked, NoTemplate)
    def post(self, request: Request, pk: int) -> Response:
        project = self._project(request, pk)
        demand(request.user, "curriculum.make_repository", project)
        job = ask_for_repository(project, by=user_in(request), at=now())

        def finished(_job: Job) -> Response:
            return Response(self._shown(request, project), HTTPStatus.CREATED)

        return answer_job(request, job, finished=finished)

    def _project(self, request: Request, pk: int) -> Project:
        projects = Project.objects.visible_to(request.user).select_related("track")
        return get_object_or_404(projects, pk=pk)

    def _shown(self, request: Request, project: Project) -> Any:
        own = Repository.objects.filter(student=user_in(request), project=project)
        repository = own.newest_first().prefetch_related("pull_requests").first()
        if repository is None:
            raise Missing
        return self.get_serializer(repository).data
