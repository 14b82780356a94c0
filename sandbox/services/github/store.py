"""The repositories that the stand-in keeps, each with all that belongs to it in one record."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sandbox.clock import now
from sandbox.people import Person
from sandbox.records import Records
from sandbox.services.github.names import NAME, TEMPLATE_NAME, TEMPLATES, moment, new_id

DEFAULT_BRANCH = "main"
# How long a repository that is made from a template has nothing in it.
FILLING_SECONDS = 0.7
# Of one repository; the oldest are forgotten first.
MOST_COMMITS = 300
MOST_PULL_REQUESTS = 100
MOST_SUITES = 100


@dataclass(kw_only=True)
class Commit:
    sha: str
    message: str
    author: Person
    at: str
    parents: list[str]


@dataclass(kw_only=True)
class Review:
    """State: APPROVED, CHANGES_REQUESTED or COMMENTED."""

    id: int
    author: Person
    state: str
    body: str
    commit_id: str
    submitted_at: str


@dataclass(kw_only=True)
class PullRequest:
    id: int
    number: int
    title: str
    body: str | None
    author: Person
    head: str
    head_sha: str
    base: str
    base_sha: str
    created_at: str
    updated_at: str
    state: str = "open"
    is_draft: bool = False
    closed_at: str | None = None
    merged_at: str | None = None
    merged_by: Person | None = None
    merge_commit_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)


@dataclass(kw_only=True)
class Suite:
    """What an autograder found about a commit: a check suite, and the workflow's run in it."""

    id: int
    run_id: int
    run_number: int
    head_branch: str
    head_sha: str
    before: str
    conclusion: str
    created_at: str


@dataclass(kw_only=True)
class Hook:
    id: int
    url: str
    content_type: str
    insecure_ssl: str
    secret: str
    events: list[str]
    is_active: bool
    created_at: str
    updated_at: str

    def hears(self, event: str) -> bool:
        return self.is_active and ("*" in self.events or event in self.events)


@dataclass(kw_only=True)
class Repository:
    id: int
    owner: Person
    name: str
    description: str | None
    is_private: bool
    created_at: str
    updated_at: str
    pushed_at: str
    template: str = ""
    is_template: bool = False
    default_branch: str = DEFAULT_BRANCH
    # When the first commit comes; None for one that stays empty.
    fills_at: float | None = None
    last_number: int = 0
    last_run: int = 0
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: list[PullRequest] = field(default_factory=list)
    suites: list[Suite] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.owner.handle}/{self.name}"

    @property
    def is_empty(self) -> bool:
        return not self.branches

    def pull(self, number: int) -> PullRequest | None:
        return next((pull for pull in self.pulls if pull.number == number), None)

    def hook(self, hook_id: int) -> Hook | None:
        return next((hook for hook in self.hooks if hook.id == hook_id), None)

    def resolve(self, ref: str) -> str | None:
        """The commit that a branch, a full name of one or the beginning of a sha means."""
        branch = ref.removeprefix("refs/").removeprefix("heads/")
        if branch in self.branches:
            return self.branches[branch]
        wanted = ref.lower()
        known = (sha for sha in self.commits if len(wanted) >= 4 and sha.startswith(wanted))
        return next(known, None)

    def history(self, sha: str) -> Iterator[Commit]:
        """Newest first: the commit and what it was built on."""
        place = {each: number for number, each in enumerate(self.commits)}
        waiting, seen = [sha], set()
        while waiting:
            newest = max(waiting, key=place.__getitem__)
            waiting.remove(newest)
            seen.add(newest)
            commit = self.commits[newest]
            yield commit
            waiting += [
                parent
                for parent in commit.parents
                if parent in self.commits and parent not in seen and parent not in waiting
            ]

    def holds(self, sha: str, *, within: str) -> bool:
        """Whether a branch has a commit already."""
        return any(commit.sha == sha for commit in self.history(self.branches[within]))

    def commit(
        self, message: str, author: Person, *, branch: str, parents: list[str] | None = None
    ) -> Commit:
        """Adds a commit to a branch, which begins with it where there was none."""
        at = moment()
        if parents is None:
            start = self.branches.get(branch) or self.branches.get(self.default_branch)
            parents = [start] if start else []
        text = f"{self.id} {branch} {message} {at} {parents} {secrets.token_hex(8)}"
        sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        commit = Commit(sha=sha, message=message, author=author, at=at, parents=parents)
        self.commits[sha] = commit
        self.branches[branch] = sha
        self.pushed_at = self.updated_at = at
        self._forget_oldest()
        return commit

    def _forget_oldest(self) -> None:
        needed = {*self.branches.values()}
        spare = [sha for sha in self.commits if sha not in needed]
        for sha in spare[: max(0, len(self.commits) - MOST_COMMITS)]:
            del self.commits[sha]


class Store:
    """Reads and writes whole repositories; nothing waits between the two, so nothing is lost."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def called(self, owner: str, name: str) -> Repository | None:
        """Also by a name that it had before."""
        if owner.lower() == TEMPLATES.handle and TEMPLATE_NAME.fullmatch(name):
            return template_called(name)
        known = self._records.get(NAME, "repository_name", _key(owner, name))
        return self.get(known["id"]) if known else None

    def get(self, repository_id: int) -> Repository | None:
        record = self._records.get(NAME, "repository", str(repository_id))
        return self._filled(_repository(record)) if record else None

    def all(self) -> list[Repository]:
        """Newest first."""
        return [self._filled(_repository(each)) for each in self._records.all(NAME, "repository")]

    def is_taken(self, owner: str, name: str) -> bool:
        found = self.called(owner, name)
        return found is not None and _key(owner, name) == found.full_name.lower()

    def put(self, repository: Repository) -> None:
        repository.pulls = repository.pulls[-MOST_PULL_REQUESTS:]
        repository.suites = repository.suites[-MOST_SUITES:]
        self._records.put(NAME, "repository", str(repository.id), asdict(repository))
        key = _key(repository.owner.handle, repository.name)
        self._records.put(NAME, "repository_name", key, {"id": repository.id})

    def remove(self, repository: Repository) -> None:
        self._records.remove(NAME, "repository", str(repository.id))
        for key, known in self._records.keyed(NAME, "repository_name"):
            if known["id"] == repository.id:
                self._records.remove(NAME, "repository_name", key)

    def _filled(self, repository: Repository) -> Repository:
        if repository.fills_at is not None and now().timestamp() >= repository.fills_at:
            repository.fills_at = None
            repository.commit("Initial commit", repository.owner, branch=repository.default_branch)
            self.put(repository)
        return repository


def new_repository(
    owner: Person,
    name: str,
    *,
    description: str | None = None,
    is_private: bool = False,
    template: str = "",
    fills_in: float | None = FILLING_SECONDS,
) -> Repository:
    """With nothing in it; its first commit comes in `fills_in` seconds, or never."""
    at = now()
    fills_at = None if fills_in is None else (at + timedelta(seconds=fills_in)).timestamp()
    return Repository(
        id=new_id(),
        owner=owner,
        name=name,
        description=description,
        is_private=is_private,
        created_at=moment(at),
        updated_at=moment(at),
        pushed_at=moment(at),
        template=template,
        fills_at=fills_at,
    )


def template_called(name: str) -> Repository:
    """Made up at each look, always alike, so that no list of templates has to be kept."""
    number = int(hashlib.sha256(name.lower().encode()).hexdigest()[:7], 16)
    at = "2026-01-05T09:00:00Z"
    sha = hashlib.sha1(name.lower().encode(), usedforsecurity=False).hexdigest()
    commit = Commit(sha=sha, message="Begin the project", author=TEMPLATES, at=at, parents=[])
    return Repository(
        id=number,
        owner=TEMPLATES,
        name=name.lower(),
        description=f"Where the project {name.lower()} begins",
        is_private=False,
        created_at=at,
        updated_at=at,
        pushed_at=at,
        is_template=True,
        branches={DEFAULT_BRANCH: sha},
        commits={sha: commit},
    )


def _key(owner: str, name: str) -> str:
    return f"{owner}/{name}".lower()


def _repository(record: dict[str, Any]) -> Repository:
    return Repository(
        **{
            **record,
            "owner": Person(**record["owner"]),
            "commits": {sha: _commit(each) for sha, each in record["commits"].items()},
            "pulls": [_pull(each) for each in record["pulls"]],
            "suites": [Suite(**each) for each in record["suites"]],
            "hooks": [Hook(**each) for each in record["hooks"]],
        }
    )


def _commit(record: dict[str, Any]) -> Commit:
    return Commit(**{**record, "author": Person(**record["author"])})


def _pull(record: dict[str, Any]) -> PullRequest:
    merged_by = record["merged_by"]
    return PullRequest(
        **{
            **record,
            "author": Person(**record["author"]),
            "merged_by": Person(**merged_by) if merged_by else None,
            "reviews": [
                Review(**{**each, "author": Person(**each["author"])}) for each in record["reviews"]
            ],
        }
    )
