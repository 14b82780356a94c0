"""Students' repositories: asking for one, and what GitHub tells of it from then on."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from accounts.models import User
from core.events.actions import record
from core.jobs.actions import start_job
from core.jobs.errors import JobUnderWay
from core.jobs.models import Job
from core.live.hints import send_hint
from curriculum.actions.enrollment import lock_enrollment
from curriculum.actions.github_connections import TOPIC
from curriculum.errors import GitHubNotConnected, NoTemplate, ProjectLocked
from curriculum.events import RepositoryGone, RepositoryReady
from curriculum.github import oauth
from curriculum.github.client import GitHub
from curriculum.github.configured import (
    EVENTS,
    demand_configured,
    hook_mark,
    hook_secret,
    hook_url,
)
from curriculum.github.errors import NotThereError
from curriculum.github.facts import Hook, HookOrder, RepositoryFacts
from curriculum.models import GitHubConnection, Project, Repository, RepositoryState
from curriculum.progress import progress_on

MAKE = "curriculum.repository"

logger = structlog.get_logger(__name__)


@transaction.atomic
def ask_for_repository(project: Project, *, by: User, at: datetime) -> Job:
    """A job that sees to it that there is one, ready to be worked in: makes it, goes on with what
    an earlier try left, or mends what is broken. While one is under way, that is the answer."""
    demand_configured()
    if not project.template:
        raise NoTemplate
    enrollment = lock_enrollment(by, track=project.track, at=at)
    living_connection(by)
    progress = progress_on(enrollment.track, by).of(project.pk)
    if progress is None or progress.is_locked:
        raise ProjectLocked(project=project.pk)
    repository, _is_new = Repository.objects.living().get_or_create(
        student=by, project=project, defaults={"created_at": at}
    )
    about = {"student_id": by.pk, "project_id": project.pk}
    try:
        job = start_job(
            kind=MAKE, owner=by, payload=about, at=at, subject=subject_of(by.pk, project.pk)
        )
    except JobUnderWay as under_way:
        return _under_way(under_way)
    if repository.state == RepositoryState.FAILED:
        repository.state, repository.problem = RepositoryState.CREATING, ""
        repository.save(update_fields=["state", "problem"])
    return job


def living_connection(user: User) -> GitHubConnection:
    """The one by which we may do in their account what repositories need."""
    connection = GitHubConnection.objects.filter(user=user).first()
    if connection is None or not connection.is_living:
        raise GitHubNotConnected
    if missing := oauth.missing_scopes(frozenset(connection.scopes.split(","))):
        raise GitHubNotConnected(missing=missing)
    return connection


def subject_of(student_id: int, project_id: int) -> str:
    return f"{student_id}:{project_id}"


@transaction.atomic
def note_repository(repository: Repository, facts: RepositoryFacts) -> bool:
    """Its name, address and the like, as GitHub tells them now; says whether anything is new."""
    known = {
        "full_name": facts.full_name,
        "html_url": facts.html_url,
        "default_branch": facts.default_branch or repository.default_branch,
        "is_private": facts.is_private,
        "owner_github_id": facts.owner_github_id,
    }
    news = {name: value for name, value in known.items() if getattr(repository, name) != value}
    if not news:
        return False
    Repository.objects.filter(pk=repository.pk).update(**news)
    for name, value in news.items():
        setattr(repository, name, value)
    _hint(repository)
    return True


@transaction.atomic
def note_push(repository: Repository, *, sha: str, at: datetime) -> bool:
    """Where its default branch stands; news that are older than what is known change nothing."""
    older = Repository.objects.filter(pk=repository.pk).exclude(pushed_at__gt=at)
    if not older.exclude(head_sha=sha, pushed_at=at).update(head_sha=sha, pushed_at=at):
        return False
    repository.head_sha, repository.pushed_at = sha, at
    _hint(repository)
    return True


@transaction.atomic
def note_ready(
    repository: Repository, *, sha: str, pushed_at: datetime | None, hook: Hook | None, at: datetime
) -> None:
    """Whoever is told of it twice hears of it once."""
    becoming = Repository.objects.filter(pk=repository.pk).exclude(state=RepositoryState.READY)
    is_news = becoming.exclude(state=RepositoryState.GONE).update(
        state=RepositoryState.READY, problem="", checked_at=at
    )
    Repository.objects.filter(pk=repository.pk).update(head_sha=sha, pushed_at=pushed_at)
    note_hook(repository, hook)
    if is_news:
        ready = RepositoryReady(
            repository_id=repository.pk,
            student_id=repository.student_id,
            project_id=repository.project_id,
        )
        record(ready, by=None, at=at)
    _hint(repository)


@transaction.atomic
def note_gone(repository: Repository, *, at: datetime) -> bool:
    """Deleted at GitHub. What is known of it stays; another one may be made."""
    living = Repository.objects.living().filter(pk=repository.pk)
    if not living.update(state=RepositoryState.GONE, problem="", checked_at=at):
        return False
    repository.state = RepositoryState.GONE
    logger.info("a repository is gone", repository_id=repository.pk)
    gone = RepositoryGone(
        repository_id=repository.pk,
        student_id=repository.student_id,
        project_id=repository.project_id,
    )
    record(gone, by=None, at=at)
    _hint(repository)
    return True


@transaction.atomic
def note_failure(repository: Repository, *, problem: str) -> None:
    """What one reads beside the button that tries again."""
    unready = Repository.objects.filter(pk=repository.pk, state=RepositoryState.CREATING)
    unready.update(state=RepositoryState.FAILED, problem=problem[:300])
    _hint(repository)


def note_hook(repository: Repository, hook: Hook | None) -> None:
    if hook is None:
        return
    Repository.objects.filter(pk=repository.pk).update(
        hook_id=hook.github_id, hook_mark=hook_mark()
    )
    repository.hook_id, repository.hook_mark = hook.github_id, hook_mark()


def right_hook(github: GitHub, repository: Repository) -> tuple[Hook | None, bool]:
    """Our webhook there, made or mended where it is not as it should be; says whether it was.

    Its secret cannot be read back: the mark tells whether it was given the present one.
    """
    number = repository.github_id
    if not hook_secret() or number is None:
        return None, False
    if repository.hook_id is not None and repository.hook_mark == hook_mark():
        try:
            hook = github.hook(number, repository.hook_id)
        except NotThereError:
            pass
        else:
            if _is_right(hook):
                return hook, False
    ours = HookOrder(url=hook_url(), secret=hook_secret(), events=EVENTS)
    for hook in github.hooks(number):
        if hook.url == hook_url() or hook.github_id == repository.hook_id:
            return github.change_hook(number, hook.github_id, ours), True
    return github.add_hook(number, ours), True


def _is_right(hook: Hook) -> bool:
    return hook.is_active and hook.url == hook_url() and hook.events >= set(EVENTS)


def _under_way(refusal: JobUnderWay) -> Job:
    """It may have ended meanwhile, and so is not named."""
    named = refusal.details.get("job")
    job = Job.objects.filter(pk=named).first() if named else None
    if job is None:
        raise refusal
    return job


def _hint(repository: Repository) -> None:
    data = {"repository": repository.pk, "project": repository.project_id}
    send_hint(user_id=repository.student_id, topic=TOPIC, data=data)
