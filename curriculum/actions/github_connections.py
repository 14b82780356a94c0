"""Somebody's account at GitHub: letting us act there, and ending that."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actions.audit import record_audit
from accounts.models import User
from core import encryption
from core.callers import Caller
from core.clock import now
from core.events.actions import record
from core.jobs.actions import start_job
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun
from core.live.hints import send_hint
from curriculum.errors import (
    BegunByAnother,
    ConnectingFailed,
    ConnectingTooLate,
    GitHubAway,
    GitHubTaken,
    NotConnected,
    ScopesMissing,
)
from curriculum.events import GitHubConnected, GitHubDisconnected
from curriculum.github import oauth
from curriculum.github.client import GitHub
from curriculum.github.configured import callback_url, demand_configured
from curriculum.github.errors import (
    AwayError,
    GitHubError,
    RateLimitedError,
    RefusedError,
    TokenRefusedError,
)
from curriculum.github.facts import Account
from curriculum.models import ConnectAttempt, GitHubConnection

# GitHub's own codes are good for ten minutes; signing in there and a second factor take a while.
ATTEMPT_LASTS = timedelta(minutes=30)
ATTEMPTS_KEPT = timedelta(days=1)
PATH_LENGTH = 200
GIVE_BACK = "curriculum.give_back_token"
TOPIC = "curriculum"
ASKED, REFUSED, REPLACED = "asked", "refused", "replaced"

logger = structlog.get_logger(__name__)


def begin_connecting(user: User, *, back_to: str, at: datetime) -> str:
    """Where at GitHub one says yes. The way back is known by its state: apps bring no cookie."""
    demand_configured()
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    ConnectAttempt.objects.create(
        state_digest=_digest(state),
        user=user,
        verifier=verifier,
        back_to=own_path(back_to),
        created_at=at,
        expires_at=at + ATTEMPT_LASTS,
    )
    return oauth.authorize_url(state=state, verifier=verifier, redirect_uri=callback_url())


def attempt_behind(state: str) -> ConnectAttempt | None:
    """Whose way this is, without going it."""
    known = ConnectAttempt.objects.filter(state_digest=_digest(state))
    return known.select_related("user").first()


@transaction.atomic
def use_attempt(state: str, *, at: datetime) -> ConnectAttempt:
    """A state is good once, for a while, and for whoever began; a wrong try uses it up too."""
    known = ConnectAttempt.objects.filter(state_digest=_digest(state))
    attempt = known.select_related("user").select_for_update(of=("self",)).first()
    if attempt is None:
        raise ConnectingFailed
    if not attempt.is_open(at) or not attempt.user.is_active:
        raise ConnectingTooLate
    attempt.used_at = at
    attempt.save(update_fields=["used_at"])
    return attempt


def connect_account(
    attempt: ConnectAttempt, *, code: str, by: User | None, caller: Caller, at: datetime
) -> GitHubConnection:
    """Change the code for a token, and remember whose it is. `by` is whoever is signed in here."""
    if by is not None and by.pk != attempt.user_id:
        raise BegunByAnother
    demand_configured()
    token = _token(attempt, code)
    try:
        account = _account(token)
        _demand_scopes(account)
        return _connect(attempt.user, account=account, token=token, caller=caller, at=at)
    except (ScopesMissing, GitHubTaken):
        _give_back(token, github_id=None, at=at)
        raise


@transaction.atomic
def disconnect_account(user: User, *, caller: Caller | None, at: datetime) -> None:
    """What was made there stays; we can do nothing there any more."""
    known = GitHubConnection.objects.filter(user=user)
    connection = known.select_for_update().first()
    if connection is None:
        raise NotConnected
    connection.delete()
    _give_back(connection.token, github_id=connection.github_id, at=at)
    record_audit("curriculum.github_disconnected", by=user, target=user, caller=caller, at=at)
    record(GitHubDisconnected(user_id=user.pk, reason=ASKED), by=user, at=at)
    send_hint(user_id=user.pk, topic=TOPIC, data={"github": "disconnected"})


@contextmanager
def acting_for(connection: GitHubConnection) -> Iterator[GitHub]:
    """GitHub in somebody's name. Where it refuses their token, that is known from then on."""
    with GitHub(connection.token) as github:
        try:
            yield github
        except TokenRefusedError:
            note_refusal(connection, at=now())
            raise


@transaction.atomic
def note_refusal(connection: GitHubConnection, *, at: datetime) -> None:
    """Of the token that was tried: one that came meanwhile is another."""
    tried = GitHubConnection.objects.filter(
        pk=connection.pk, connected_at=connection.connected_at, refused_at=None
    )
    if not tried.update(refused_at=at):
        return
    connection.refused_at = at
    logger.info("GitHub takes a token no more", user_id=connection.user_id)
    record(GitHubDisconnected(user_id=connection.user_id, reason=REFUSED), by=None, at=at)
    send_hint(user_id=connection.user_id, topic=TOPIC, data={"github": "refused"})


def forget_attempts(*, at: datetime) -> int:
    return ConnectAttempt.objects.filter(expires_at__lt=at - ATTEMPTS_KEPT).delete()[0]


@job_kind(GIVE_BACK, attempts=6, lease=60, time_limit=120)
def give_back_token(run: JobRun, *, token: str, github_id: int | None) -> dict[str, bool]:
    """The grant goes with the token, unless the account was connected again meanwhile: then the
    new token hangs on it too."""
    whole = (
        github_id is not None and not GitHubConnection.objects.filter(github_id=github_id).exists()
    )
    with suppress(TokenRefusedError):
        oauth.give_back(encryption.decrypt(token), whole_grant=whole)
    return {"whole_grant": whole}


def own_path(path: str) -> str:
    """A page of ours to come back to, or none."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    is_page = is_ours and not path.startswith("/api/") and len(path) <= PATH_LENGTH
    return path if is_page and path.isprintable() else ""


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


def _token(attempt: ConnectAttempt, code: str) -> str:
    try:
        return oauth.token_for(code=code, verifier=attempt.verifier, redirect_uri=callback_url())
    except RefusedError:
        raise ConnectingFailed from None
    except AwayError as error:
        logger.warning("GitHub gave no token", reason=str(error))
        raise GitHubAway from None


def _account(token: str) -> Account:
    try:
        with GitHub(token) as github:
            return github.account()
    except RateLimitedError as error:
        raise GitHubAway(retry_after=error.seconds) from None
    except GitHubError as error:
        logger.warning("GitHub did not say whose token it is", reason=str(error))
        raise GitHubAway from None


def _demand_scopes(account: Account) -> None:
    if missing := oauth.missing_scopes(account.scopes):
        raise ScopesMissing(missing=missing)


@transaction.atomic
def _connect(
    user: User, *, account: Account, token: str, caller: Caller, at: datetime
) -> GitHubConnection:
    # Two tabs of one person come one after the other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if GitHubConnection.objects.filter(github_id=account.github_id).exclude(user=user).exists():
        raise GitHubTaken(login=account.login)
    before = GitHubConnection.objects.filter(user=user).first()
    try:
        with transaction.atomic():
            connection, _is_new = GitHubConnection.objects.update_or_create(
                user=user,
                defaults={
                    "github_id": account.github_id,
                    "login": account.login,
                    "token": token,
                    "scopes": ",".join(sorted(account.scopes))[:200],
                    "connected_at": at,
                    "refused_at": None,
                },
            )
    except IntegrityError:
        # Somebody else connected this account at the same moment.
        raise GitHubTaken(login=account.login) from None
    if before is not None and before.is_living and before.token != token:
        is_same = before.github_id == account.github_id
        _give_back(before.token, github_id=None if is_same else before.github_id, at=at)
    record_audit("curriculum.github_connected", by=user, target=user, caller=caller, at=at)
    record(GitHubConnected(user_id=user.pk, login=account.login), by=user, at=at)
    send_hint(user_id=user.pk, topic=TOPIC, data={"github": "connected"})
    return connection


def _give_back(token: str, *, github_id: int | None, at: datetime) -> None:
    """By a job, since GitHub may be away; without a `github_id` the token alone, not the grant."""
    payload = {"token": encryption.encrypt(token), "github_id": github_id}
    start_job(kind=GIVE_BACK, owner=None, payload=payload, at=at)
