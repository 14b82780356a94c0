"""How a student's work for a project stands at GitHub, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from core.jobs.models import Job
from core.jobs.states import LIVE
from curriculum.actions.repositories import MAKE, subject_of
from curriculum.github.configured import is_configured
from curriculum.models import (
    Deliverable,
    DeliverableKind,
    GitHubConnection,
    Project,
    PullRequest,
    PullRequestState,
    Repository,
    RepositoryState,
)

MOST_SHOWN = 10


class CardState(StrEnum):
    """`NONE` shows nothing at all."""

    NONE = "none"
    UNCONFIGURED = "unconfigured"
    NOT_CONNECTED = "not_connected"
    REFUSED = "refused"
    OFFERED = "offered"
    CREATING = "creating"
    FAILED = "failed"
    READY = "ready"
    GONE = "gone"


@dataclass(frozen=True)
class PullRequestLine:
    """`offers` are the deliverables that it may be handed in for with a click."""

    pull_request: PullRequest
    submission: int | None
    offers: list[Deliverable]


@dataclass(frozen=True)
class GitHubCard:
    state: CardState
    project: Project
    is_own: bool
    connection: GitHubConnection | None = None
    repository: Repository | None = None
    job: Job | None = None
    problem: str = ""
    pull_requests: tuple[PullRequestLine, ...] = ()

    @property
    def is_followed(self) -> bool:
        """Whether we may ask GitHub; else it shows what is known, and that it may be old."""
        return self.connection is not None and self.connection.is_living


def github_card(project: Project, *, student: User, viewer: User) -> GitHubCard:
    """Six queries at most, however much there is."""
    is_own = student.pk == viewer.pk
    repository = Repository.objects.filter(student=student, project=project).newest_first().first()
    if repository is None and (not project.template or not is_own):
        return GitHubCard(CardState.NONE, project, is_own)
    connection = GitHubConnection.objects.filter(user=student).first()
    if repository is None:
        return GitHubCard(_before(connection), project, is_own, connection)
    job = _job(repository) if repository.state == RepositoryState.CREATING else None
    state = CardState(repository.state)
    problem = repository.problem
    if state is CardState.CREATING and (job is None or job.status not in LIVE):
        state = CardState.FAILED
        problem = str((job.error or {}).get("message", "")) if job else ""
    return GitHubCard(
        state,
        project,
        is_own,
        connection,
        repository,
        job,
        problem,
        _lines(repository, student, is_own=is_own),
    )


def _before(connection: GitHubConnection | None) -> CardState:
    if not is_configured():
        return CardState.UNCONFIGURED
    if connection is None:
        return CardState.NOT_CONNECTED
    return CardState.OFFERED if connection.is_living else CardState.REFUSED


def _job(repository: Repository) -> Job | None:
    about = subject_of(repository.student_id, repository.project_id)
    return Job.objects.filter(kind=MAKE, subject=about).order_by("-created_at").first()


def _lines(repository: Repository, student: User, *, is_own: bool) -> tuple[PullRequestLine, ...]:
    rows = list(repository.pull_requests.order_by("-number")[:MOST_SHOWN])
    if not rows:
        return ()
    handed_in = dict(
        PullRequest.objects.filter(pk__in=[row.pk for row in rows])
        .exclude(revisions__submission=None)
        .values_list("pk", "revisions__submission")
    )
    offers = _offers(repository, student) if is_own else []
    return tuple(
        PullRequestLine(
            row,
            handed_in.get(row.pk),
            offers if row.pk not in handed_in and row.state != PullRequestState.CLOSED else [],
        )
        for row in rows
    )


def _offers(repository: Repository, student: User) -> list[Deliverable]:
    """What of the project a pull request may be handed in for, and is not handed in yet."""
    wanted = Deliverable.objects.living().filter(
        project=repository.project_id, kind=DeliverableKind.PULL_REQUEST
    )
    return list(wanted.exclude(submissions__student=student).order_by("number"))
