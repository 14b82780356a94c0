"""What each event of GitHub means here. What it is about is asked for anew where we may; the
payload, which may be old, stands in where we may not or where GitHub is away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog

from curriculum.actions.github_connections import acting_for
from curriculum.actions.pull_requests import note_checks, note_pull_request, note_review_state
from curriculum.actions.repositories import note_gone, note_push, note_repository
from curriculum.github.client import GitHub
from curriculum.github.errors import GitHubError, NotThereError
from curriculum.github.facts import ChecksFacts, PullRequestFacts
from curriculum.github.reading import (
    MOST_NUMBER,
    UnreadableError,
    moment_in,
    number_in,
    read_pull_request,
    read_repository,
    read_suite,
    text_in,
)
from curriculum.models import GitHubConnection, PullRequest, Repository, RepositoryState

T = TypeVar("T")

NO_COMMIT = "0" * 40
MOST_LISTED = 5
DECIDED = frozenset({"approved", "changes_requested"})

logger = structlog.get_logger(__name__)


class OfNoUse(Exception):
    """There is nothing to be done about it; its words say why."""


@dataclass
class Voice:
    """GitHub in the name of a repository's student, as long as it answers."""

    repository: Repository
    is_heard: bool = True
    connection: GitHubConnection | None = field(init=False)

    def __post_init__(self) -> None:
        known = GitHubConnection.objects.filter(user=self.repository.student_id, refused_at=None)
        self.connection = known.first()

    def ask(self, question: Callable[[GitHub, int], T]) -> T | None:
        """None where there is no telling; after the first silence nothing more is asked."""
        if self.connection is None or self.repository.github_id is None or not self.is_heard:
            return None
        try:
            with acting_for(self.connection) as github:
                return question(github, self.repository.github_id)
        except NotThereError:
            return None
        except GitHubError as error:
            self.is_heard = False
            logger.info("GitHub was not heard", reason=f"{type(error).__name__} {error}")
            return None

    def has_lost_it(self) -> bool | None:
        """Whether the repository is there no more; None where there is no telling."""
        own = self.connection
        if own is None or own.github_id != self.repository.owner_github_id:
            return None
        there = self.ask(_is_there)
        return None if there is None else not there


@dataclass(frozen=True)
class News:
    repository: Repository
    data: Mapping[str, Any]
    voice: Voice
    at: datetime

    @property
    def action(self) -> str:
        return text_in(self.data, "action", 64, is_needed=False)


def apply_news(
    *, event: str, data: Mapping[str, Any], repository_id: int | None, at: datetime
) -> str:
    """What came of it, in a few words. Raises `OfNoUse` or `UnreadableError`."""
    handle = HANDLERS.get(event)
    if handle is None:
        raise OfNoUse("not an event that counts here")
    if repository_id is None:
        raise OfNoUse("about no repository")
    repository = (
        Repository.objects.select_related("student", "project__track")
        .filter(github_id=repository_id)
        .first()
    )
    if repository is None:
        raise OfNoUse("a repository that is not known here")
    if repository.state == RepositoryState.GONE:
        raise OfNoUse("a repository that is gone")
    return handle(News(repository, data, Voice(repository), at))


def follow_pull_request(
    repository: Repository, facts: PullRequestFacts, *, voice: Voice, at: datetime
) -> bool:
    """Note it, and how the checks of its newest commit stand where that is another one now."""
    change = note_pull_request(repository, facts, at=at)
    if not change.has_new_head:
        return change.is_news
    checks = voice.ask(lambda github, number: github.checks(number, facts.head_sha))
    if checks is not None:
        note_checks(repository, checks, at=at)
    return True


def _ping(news: News) -> str:
    return "the webhook is there"


def _push(news: News) -> str:
    told = news.data.get("repository")
    branch = text_in(told, "default_branch", 200)
    sha = text_in(news.data, "after", 64)
    if text_in(news.data, "ref", 300) != f"refs/heads/{branch}" or sha == NO_COMMIT:
        raise OfNoUse("not to the default branch")
    pushed_at = moment_in(told, "pushed_at") or news.at
    facts = news.voice.ask(lambda github, number: github.repository(number))
    newest = news.voice.ask(lambda github, number: github.newest_commit(number))
    if facts is not None and newest:
        note_repository(news.repository, facts)
        sha, pushed_at = newest, facts.pushed_at or pushed_at
    return _outcome(note_push(news.repository, sha=sha, at=pushed_at), "a newer commit")


def _pull_request(news: News) -> str:
    told = _pull_request_in(news)
    facts = news.voice.ask(lambda github, number: github.pull_request(number, told.number))
    is_news = follow_pull_request(news.repository, facts or told, voice=news.voice, at=news.at)
    return _outcome(is_news, f"pull request {told.number}")


def _review(news: News) -> str:
    told = _pull_request_in(news)
    facts = news.voice.ask(lambda github, number: github.pull_request(number, told.number))
    is_news = follow_pull_request(news.repository, facts or told, voice=news.voice, at=news.at)
    state = news.voice.ask(lambda github, number: github.review_state(number, told.number))
    pull_request = PullRequest.objects.get(repository=news.repository, number=told.number)
    if state is None:
        if told.updated_at < pull_request.as_of:
            return _outcome(is_news, f"pull request {told.number}")
        state = _state_of_review(news)
    is_reviewed = note_review_state(pull_request, state, at=news.at)
    return _outcome(is_news or is_reviewed, f"a review of pull request {told.number}")


def _checks(name: str) -> Callable[[News], str]:
    def handle(news: News) -> str:
        told = read_suite(news.data.get(name))
        facts = _checks_of(news, told)
        noted = note_checks(news.repository, facts, at=news.at)
        if noted is None:
            # A pull request that we were not told of.
            _find_pull_requests(news, news.data.get(name))
            noted = note_checks(news.repository, facts, at=news.at)
        if noted is None:
            raise OfNoUse("no pull request has this commit")
        return _outcome(noted, f"checks {facts.state}")

    return handle


def _repository(news: News) -> str:
    if news.action == "deleted":
        if news.voice.has_lost_it() is False:
            raise OfNoUse("it is there all the same")
        return _outcome(note_gone(news.repository, at=news.at), "the repository is gone")
    facts = news.voice.ask(lambda github, number: github.repository(number))
    told = facts or read_repository(news.data.get("repository"))
    return _outcome(note_repository(news.repository, told), f"the repository was {news.action}")


HANDLERS: dict[str, Callable[[News], str]] = {
    "ping": _ping,
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "check_suite": _checks("check_suite"),
    "workflow_run": _checks("workflow_run"),
    "repository": _repository,
}


def _pull_request_in(news: News) -> PullRequestFacts:
    data = news.data.get("pull_request")
    base = data.get("base") if isinstance(data, Mapping) else None
    home = base.get("repo") if isinstance(base, Mapping) else None
    if number_in(home, "id") != news.repository.github_id:
        raise UnreadableError("a pull request of another repository")
    return read_pull_request(data)


def _state_of_review(news: News) -> str:
    state = text_in(news.data.get("review"), "state", 40).lower()
    if state in DECIDED:
        return state
    return "" if state == "dismissed" else "commented"


def _checks_of(news: News, told: ChecksFacts) -> ChecksFacts:
    return news.voice.ask(lambda github, number: github.checks(number, told.sha)) or told


def _find_pull_requests(news: News, data: Any) -> None:
    listed = data.get("pull_requests") if isinstance(data, Mapping) else None
    for each in (listed if isinstance(listed, list) else [])[:MOST_LISTED]:
        _find_pull_request(news, number_in(each, "number", MOST_NUMBER))


def _find_pull_request(news: News, number: int) -> None:
    facts = news.voice.ask(lambda github, home: github.pull_request(home, number))
    if facts is not None:
        follow_pull_request(news.repository, facts, voice=news.voice, at=news.at)


def _is_there(github: GitHub, number: int) -> bool:
    try:
        github.repository(number)
    except NotThereError:
        return False
    return True


def _outcome(is_news: bool, what: str) -> str:
    return what if is_news else "nothing new"
