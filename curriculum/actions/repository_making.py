"""The job that makes a repository, step by step; each step finds what an earlier run has done.

A worker may die after GitHub did something and before we wrote it down. So the name is written
down before it is used, and what is there already under that name, made from our template since
it was asked for, is ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun
from curriculum.actions.github_connections import acting_for
from curriculum.actions.repositories import (
    MAKE,
    living_connection,
    note_failure,
    note_gone,
    note_ready,
    note_repository,
    right_hook,
)
from curriculum.errors import (
    GitHubAway,
    GitHubBusy,
    GitHubNotConnected,
    RepositoryEmpty,
    RepositoryRefused,
    TemplateMissing,
)
from curriculum.github.client import GitHub
from curriculum.github.errors import (
    AwayError,
    GitHubError,
    NotThereError,
    RateLimitedError,
    RefusedError,
    TokenRefusedError,
)
from curriculum.github.facts import Hook, RepositoryFacts
from curriculum.models import GitHubConnection, Repository, RepositoryState

T = TypeVar("T")

# GitHub fills a repository in seconds; about a minute in all.
WAITS_FOR_COMMIT = (0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 10.0, 10.0)
# One that was empty for so long stays empty: another one is made, since we may not delete.
EMPTY_FOR_GOOD = timedelta(seconds=50)
WAITS_WHILE_AWAY = (1.0, 3.0, 8.0)
# A worker sits out a limit that ends soon; a longer one is told.
LONGEST_SITTING = 20
CLOCKS_DIFFER = timedelta(minutes=5)
MOST_NAMES = 20
SLICE_SECONDS = 1.0

logger = structlog.get_logger(__name__)


@job_kind(MAKE, attempts=5, lease=60, time_limit=300)
def make_repository(run: JobRun, *, student_id: int, project_id: int) -> dict[str, Any]:
    repository = _row(student_id, project_id)
    if repository is None:
        return {}
    try:
        with _told(living_connection(repository.student)) as (github, connection):
            repository = _made(run, github, connection, repository)
    except DomainError as error:
        note_failure(repository, problem=str(error.message))
        raise
    return {
        "repository": repository.pk,
        "full_name": repository.full_name,
        "url": repository.html_url,
    }


def _made(
    run: JobRun, github: GitHub, connection: GitHubConnection, repository: Repository
) -> Repository:
    run.progress(5, _("Making the repository in your account"))
    _patiently(run, lambda: _note_login(github, connection))
    repository, facts = _patiently(run, lambda: _at_github(github, connection, repository))
    run.progress(40, _("Waiting for its files"))
    sha = _first_commit(run, github, facts)
    run.progress(75, _("Asking GitHub to tell us what happens there"))
    hook = _hook(run, github, repository)
    with run.fenced():
        note_ready(repository, sha=sha, pushed_at=facts.pushed_at, hook=hook, at=now())
    run.progress(100, _("Ready"))
    return repository


def _note_login(github: GitHub, connection: GitHubConnection) -> None:
    """People rename themselves, and repositories are made by the name."""
    login = github.account().login
    if login != connection.login:
        GitHubConnection.objects.filter(pk=connection.pk).update(login=login)
        connection.login = login


def _row(student_id: int, project_id: int) -> Repository | None:
    """The living one: what the job began with may have been found gone by an earlier run."""
    rows = Repository.objects.filter(student=student_id, project=project_id)
    return rows.living().select_related("student", "project__track").first()


def _at_github(
    github: GitHub, connection: GitHubConnection, repository: Repository
) -> tuple[Repository, RepositoryFacts]:
    """As it stands there, made if need be."""
    known = _known_there(github, repository)
    if known is not None and not _is_empty_for_good(github, known):
        note_repository(repository, known)
        return repository, known
    if repository.state == RepositoryState.READY:
        if known is not None:
            # It had files once, and its owner took them out.
            return repository, known
        repository = _another(repository)
    first = _place_of(repository) + (known is not None)
    for name in _names(repository, first):
        facts = _under_name(github, connection, repository, name)
        if facts is not None:
            Repository.objects.filter(pk=repository.pk).update(github_id=facts.github_id)
            repository.github_id = facts.github_id
            note_repository(repository, facts)
            return repository, facts
    raise RepositoryRefused(_("Too many repositories have its name already. Rename some of them."))


@transaction.atomic
def _another(repository: Repository) -> Repository:
    at = now()
    note_gone(repository, at=at)
    return Repository.objects.create(
        student=repository.student, project=repository.project, created_at=at
    )


def _known_there(github: GitHub, repository: Repository) -> RepositoryFacts | None:
    if repository.github_id is None:
        return None
    try:
        return github.repository(repository.github_id)
    except NotThereError:
        return None


def _under_name(
    github: GitHub, connection: GitHubConnection, repository: Repository, name: str
) -> RepositoryFacts | None:
    """The one of this name, if it is ours or could be made; else the name is another's."""
    there = github.repository_called(connection.login, name)
    if there is not None:
        is_ours = _is_ours(there, connection, repository)
        return there if is_ours and not _is_empty_for_good(github, there) else None
    full_name = f"{connection.login}/{name}"
    Repository.objects.filter(pk=repository.pk).update(github_id=None, full_name=full_name)
    repository.github_id, repository.full_name = None, full_name
    try:
        return github.generate(
            _template_of(repository),
            owner=connection.login,
            name=name,
            description=f"{repository.project.track.name}: {repository.project.title}",
            is_private=settings.GITHUB_PRIVATE_REPOSITORIES,
        )
    except NotThereError:
        raise TemplateMissing from None
    except RefusedError as error:
        if "already exists" in error.message:
            # Between our look and our call.
            return None
        raise


def _is_ours(there: RepositoryFacts, connection: GitHubConnection, repository: Repository) -> bool:
    is_from_template = there.template.lower() == _template_of(repository).lower()
    is_since = there.created_at is not None and (
        there.created_at >= repository.created_at - CLOCKS_DIFFER
    )
    others = Repository.objects.filter(github_id=there.github_id).exclude(pk=repository.pk)
    is_here = there.owner_github_id == connection.github_id
    return is_from_template and is_since and is_here and not others.exists()


def _is_empty_for_good(github: GitHub, there: RepositoryFacts) -> bool:
    is_old = there.created_at is not None and now() - there.created_at >= EMPTY_FOR_GOOD
    return is_old and not github.newest_commit(there.github_id)


def _template_of(repository: Repository) -> str:
    return f"{settings.GITHUB_TEMPLATE_OWNER}/{repository.project.template}"


def _names(repository: Repository, first: int) -> Iterator[str]:
    """`fsd-01-page`, `fsd-01-page-2` and so on, from one of them on."""
    base = repository.project.template
    for place in range(first, MOST_NAMES + 1):
        yield base if place == 1 else f"{base}-{place}"


def _place_of(repository: Repository) -> int:
    """Which of these names was written down last."""
    _owner, _slash, name = repository.full_name.partition("/")
    suffix = name.removeprefix(f"{repository.project.template}-")
    return int(suffix) if suffix.isdecimal() and 1 < int(suffix) <= MOST_NAMES else 1


def _first_commit(run: JobRun, github: GitHub, facts: RepositoryFacts) -> str:
    for wait in (0.0, *WAITS_FOR_COMMIT):
        pause(run, wait)
        sha = _patiently(run, lambda: github.newest_commit(facts.github_id))
        if sha:
            return sha
    raise RepositoryEmpty


def _hook(run: JobRun, github: GitHub, repository: Repository) -> Hook | None:
    """Without it we ask instead of being told: no reason to leave somebody without a repository."""
    try:
        hook, _was_mended = _patiently(run, lambda: right_hook(github, repository))
    except (GitHubAway, GitHubBusy, RefusedError, NotThereError) as error:
        logger.warning("no webhook", repository_id=repository.pk, reason=str(error))
        return None
    return hook


@contextmanager
def _told(connection: GitHubConnection) -> Iterator[tuple[GitHub, GitHubConnection]]:
    """What GitHub says no with, in words for the student."""
    try:
        with acting_for(connection) as github:
            yield github, connection
    except TokenRefusedError:
        message = _("GitHub no longer takes what you allowed us. Connect it again, then try again.")
        raise GitHubNotConnected(message) from None
    except RefusedError as error:
        said = _("GitHub did not make the repository: %(reason)s") % {"reason": error.message}
        raise RepositoryRefused(said) from None
    except GitHubError as error:
        logger.warning("GitHub did not go along", reason=f"{type(error).__name__} {error}")
        raise GitHubAway from None


def _patiently(run: JobRun, step: Callable[[], T]) -> T:
    """Again after a while, where that may help: so each step must bear being repeated."""
    for wait in WAITS_WHILE_AWAY:
        try:
            return step()
        except AwayError:
            pause(run, wait)
        except RateLimitedError as limit:
            if limit.seconds > LONGEST_SITTING:
                raise _busy(limit) from None
            pause(run, limit.seconds)
    try:
        return step()
    except AwayError as error:
        logger.warning("GitHub is away", reason=str(error))
        raise GitHubAway from None
    except RateLimitedError as limit:
        raise _busy(limit) from None


def _busy(limit: RateLimitedError) -> GitHubBusy:
    minutes = max(1, round(limit.seconds / 60))
    message = _("GitHub asks us to wait %(minutes)d min. Nothing was lost: try again then.")
    return GitHubBusy(message % {"minutes": minutes}, retry_after=limit.seconds)


def pause(run: JobRun, seconds: float) -> None:
    """In slices, so that whoever stops the job need not wait."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SLICE_SECONDS))
        run.check()
