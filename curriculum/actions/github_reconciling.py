"""Comparing with GitHub what we believe of it, so that news which never arrived are found.

GitHub does not bring again what it could not bring. Repositories take turns, those that nobody
has looked at for longest first; one that goes wrong stops no other.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from django.db import models, transaction
from django.db.models import Count, F, Max

from core.clock import now
from core.events.actions import record
from core.handover import hand_over_after_commit
from core.live.hints import send_hint
from curriculum.actions.github_connections import TOPIC, acting_for
from curriculum.actions.pull_requests import note_checks, note_pull_request, note_review_state
from curriculum.actions.repositories import (
    note_gone,
    note_hook,
    note_push,
    note_repository,
    right_hook,
)
from curriculum.errors import AskedJustNow
from curriculum.events import RepositoryMended
from curriculum.github.client import GitHub
from curriculum.github.configured import is_configured
from curriculum.github.errors import (
    AwayError,
    GitHubError,
    NotThereError,
    RateLimitedError,
    RefusedError,
)
from curriculum.github.facts import PullRequestFacts
from curriculum.models import GitHubConnection, PullRequest, PullRequestState, Repository

RECONCILE = "curriculum.github.reconcile"
CHECK = "curriculum.github.check"
BATCH = 300
LEAST_AGE = timedelta(minutes=10)
# Within the time that the task has (see tasks).
LONGEST_ROUND_SECONDS = 420
SILENT_AFTER = 3
AWAY_KEY = "curriculum.github.away"
AWAY_SECONDS = 3600
ETAG_SECONDS = 14 * 86_400
MOST_OPEN = 10
BETWEEN_CHECKS = timedelta(seconds=20)

logger = structlog.get_logger(__name__)


@dataclass
class Round:
    """One turn of the sweep. `limited` are students whose calls of this hour are used up."""

    looked_at: int = 0
    mended: int = 0
    silences: int = 0
    limited: set[int] = field(default_factory=set)

    @property
    def is_silent(self) -> bool:
        return self.silences >= SILENT_AFTER


def reconcile(*, at: datetime, limit: int = BATCH) -> Round:
    """A round by those whose turn it is; ends early where GitHub does not answer."""
    this = Round()
    if not is_configured():
        return this
    until = time.monotonic() + LONGEST_ROUND_SECONDS
    while this.looked_at < limit and time.monotonic() < until and not this.is_silent:
        repository = _next(this, at=at)
        if repository is None:
            break
        this.looked_at += 1
        _look_at(repository, this)
    _note_health(this)
    if this.mended:
        logger.info("GitHub had news that nobody brought", repositories=this.mended)
    return this


@transaction.atomic
def ask_for_check(repository: Repository, *, at: datetime) -> None:
    """Somebody wants to know now; of many who ask, one is enough."""
    rested = Repository.objects.ready().filter(pk=repository.pk)
    if not rested.exclude(checked_at__gt=at - BETWEEN_CHECKS).update(checked_at=at):
        raise AskedJustNow
    hand_over_after_commit(CHECK, repository.pk)


def check_now(repository_id: int) -> None:
    """For `ask_for_check`: whatever it finds, whoever asked sees that it was done."""
    repository = _rows().filter(pk=repository_id).first()
    if repository is None:
        return
    _look_at(repository, Round())
    data = {"repository": repository.pk, "project": repository.project_id}
    send_hint(user_id=repository.student_id, topic=TOPIC, data=data)


def check_repository(
    repository: Repository, connection: GitHubConnection, *, at: datetime
) -> list[str]:
    """What was not as we believed, and is now: by the same actions as for what was brought."""
    with acting_for(connection) as github:
        number = repository.github_id
        if number is None:
            return []
        try:
            facts = github.repository(number)
        except NotThereError:
            return _absent(repository, connection, at=at)
        found = ["repository"] if note_repository(repository, facts) else []
        if facts.pushed_at is not None and facts.pushed_at != repository.pushed_at:
            sha = github.newest_commit(number)
            if sha and note_push(repository, sha=sha, at=facts.pushed_at):
                found.append("push")
        found += _check_pull_requests(github, repository, at=at)
        if _mend_hook(github, repository):
            found.append("webhook")
    return found


def _next(this: Round, *, at: datetime) -> Repository | None:
    """Whose turn it is, taken: another sweep at the same time goes on with the one after it."""
    with transaction.atomic():
        waiting = _rows().exclude(checked_at__gt=at - LEAST_AGE).exclude(student__in=this.limited)
        ordered = waiting.order_by(F("checked_at").asc(nulls_first=True), "pk")
        repository = ordered.select_for_update(skip_locked=True, of=("self",)).first()
        if repository is not None:
            Repository.objects.filter(pk=repository.pk).update(checked_at=at)
    return repository


def _rows() -> models.QuerySet[Repository]:
    return (
        Repository.objects.ready()
        .filter(student__github_connection__refused_at=None, student__is_active=True)
        .filter(student__github_connection__isnull=False)
        .select_related("project__track", "student__github_connection")
    )


def _look_at(repository: Repository, this: Round) -> None:
    try:
        at = now()
        found = check_repository(repository, repository.student.github_connection, at=at)
        this.silences = 0
        if found:
            this.mended += 1
            _tell(repository, found, at=at)
    except RateLimitedError as limit:
        this.limited.add(repository.student_id)
        logger.info("GitHub limits somebody", repository_id=repository.pk, seconds=limit.seconds)
    except AwayError as error:
        this.silences += 1
        logger.warning("GitHub is away", repository_id=repository.pk, reason=str(error))
    except GitHubError as error:
        reason = f"{type(error).__name__} {error}"
        logger.info("GitHub did not go along", repository_id=repository.pk, reason=reason)
    except Exception:
        logger.exception("a repository could not be compared", repository_id=repository.pk)


def _absent(repository: Repository, connection: GitHubConnection, *, at: datetime) -> list[str]:
    """It may be in an account that is no longer connected, where we cannot see it."""
    if repository.owner_github_id not in {None, connection.github_id}:
        return []
    return ["gone"] if note_gone(repository, at=at) else []


def _check_pull_requests(github: GitHub, repository: Repository, *, at: datetime) -> list[str]:
    """The hundred that changed last; that none did costs nothing of the rate."""
    number = repository.github_id
    if number is None:
        return []
    known = dict(repository.pull_requests.values_list("number", "as_of"))
    told = github.pull_requests(number, etag=cache.get(_etag_key(repository), ""))
    changed = [facts for facts in told.found if known.get(facts.number) != facts.updated_at]
    news = [facts.number for facts in changed if _note(repository, facts, at=at)]
    found = [f"pull request {each}" for each in news]
    for row in _open(repository):
        if row.number in {facts.number for facts in changed}:
            state = github.review_state(number, row.number)
            found += ["a review"] * note_review_state(row, state, at=at)
        checks = github.checks(number, row.head_sha)
        found += ["checks"] * bool(note_checks(repository, checks, at=at))
    if told.etag:
        cache.set(_etag_key(repository), told.etag, ETAG_SECONDS)
    return found


def _note(repository: Repository, facts: PullRequestFacts, *, at: datetime) -> bool:
    return note_pull_request(repository, facts, at=at).is_news


def _etag_key(repository: Repository) -> str:
    """By what is known here too: after a backup is restored, all is asked for anew."""
    known = repository.pull_requests.aggregate(rows=Count("pk"), newest=Max("as_of"))
    newest = known["newest"].isoformat() if known["newest"] else ""
    return f"github.pulls.{repository.github_id}.{known['rows']}.{newest}"


def _open(repository: Repository) -> list[PullRequest]:
    living = repository.pull_requests.filter(state=PullRequestState.OPEN).exclude(head_sha="")
    return list(living.select_related("repository")[:MOST_OPEN])


def _mend_hook(github: GitHub, repository: Repository) -> bool:
    """GitHub makes none for an address that it cannot reach: then asking is all there is."""
    try:
        hook, was_mended = right_hook(github, repository)
    except (NotThereError, RefusedError) as error:
        logger.info("no webhook", repository_id=repository.pk, reason=str(error))
        return False
    note_hook(repository, hook)
    return was_mended


@transaction.atomic
def _tell(repository: Repository, found: list[str], *, at: datetime) -> None:
    logger.info("a repository was brought up to date", repository_id=repository.pk, found=found)
    record(RepositoryMended(repository_id=repository.pk, found=found), by=None, at=at)


def _note_health(this: Round) -> None:
    if this.is_silent:
        cache.set(AWAY_KEY, 1, AWAY_SECONDS)
    elif this.looked_at:
        cache.delete(AWAY_KEY)
