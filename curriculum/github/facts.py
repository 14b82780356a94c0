"""What GitHub says of things, as far as we care."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

# GitHub tells moments to the second; so long after one, all that happened in it has been told.
SETTLED_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class Account:
    github_id: int
    login: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class RepositoryFacts:
    github_id: int
    full_name: str
    html_url: str
    default_branch: str
    is_private: bool
    owner_github_id: int
    template: str = ""
    created_at: datetime | None = None
    pushed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PullRequestFacts:
    """`told_at` is when GitHub was asked; nothing for what it sent by itself."""

    github_id: int
    number: int
    title: str
    html_url: str
    author: str
    state: str
    is_draft: bool
    head_sha: str
    opened_at: datetime
    updated_at: datetime
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Asked for so late that nothing of its last second can be missing."""
        return self.told_at is not None and self.told_at >= self.updated_at + SETTLED_AFTER

    def as_told_at(self, moment: datetime) -> Self:
        return replace(self, told_at=moment)


@dataclass(frozen=True, kw_only=True)
class ChecksFacts:
    """How the checks of one commit stand; `state` is one of `ChecksState`."""

    sha: str
    state: str
    as_of: datetime
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Hook:
    github_id: int
    url: str
    is_active: bool
    events: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class HookOrder:
    """What we want a webhook to be."""

    url: str
    secret: str
    events: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PullRequests:
    """What changed last, newest first. Asked with `etag` again, nothing new is told as nothing."""

    found: tuple[PullRequestFacts, ...]
    etag: str = ""
