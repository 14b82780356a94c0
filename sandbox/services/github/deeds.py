"""What a person does at GitHub without the platform, by one word each: for pages and tests."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.services.github.bodies import (
    Body,
    Links,
    commit_body,
    full_pull_body,
    repository_body,
    review_body,
    suite_body,
)
from sandbox.services.github.happenings import CannotBeDoneError, GitHub
from sandbox.services.github.store import PullRequest, Repository

LONGEST_TEXT = 500

Asked = Mapping[str, Any]


class Deeds:
    def __init__(self, github: GitHub, links: Links, repository: Repository) -> None:
        self._github = github
        self._links = links
        self._repository = repository

    def do(self, deed: str, asked: Asked) -> Body:
        known: dict[str, Callable[[Asked], Body]] = {
            "push": self._push,
            "open": self._open,
            "merge": self._merge,
            "close": self._close,
            "reopen": self._reopen,
            "review": self._review,
            "check": self._check,
            "rename": self._rename,
            "privatize": self._privatize,
            "publicize": self._publicize,
            "delete": self._delete,
            "tell": self._tell,
        }
        if deed not in known:
            raise CannotBeDoneError(f"“{deed}” is none of {', '.join(known)}.")
        return known[deed](asked)

    def _push(self, asked: Asked) -> Body:
        """To a branch, or to the one of a pull request."""
        branch = self._pull(asked).head if asked.get("number") else _text(asked, "branch")
        commit = self._github.push(
            self._repository,
            branch=branch,
            message=_text(asked, "message"),
            by=self._repository.owner,
        )
        return commit_body(self._repository, commit, self._links)

    def _open(self, asked: Asked) -> Body:
        """With a commit on a branch of its own, where there is none yet."""
        repository = self._repository
        if repository.is_empty:
            raise CannotBeDoneError("There is nothing in it yet to build on.")
        branch = _text(asked, "branch") or f"work-{repository.last_number + 1}"
        title = _text(asked, "title") or "My work"
        if branch == repository.default_branch:
            raise CannotBeDoneError("A pull request comes from a branch of its own.")
        is_ahead = branch in repository.branches and not repository.holds(
            repository.branches[branch], within=repository.default_branch
        )
        if not is_ahead:
            self._github.push(repository, branch=branch, message=title, by=repository.owner)
        pull = self._github.open_pull_request(
            repository,
            title=title,
            head=branch,
            body=_text(asked, "body") or None,
            is_draft=asked.get("draft") is True,
            by=repository.owner,
        )
        return full_pull_body(repository, pull, self._links)

    def _merge(self, asked: Asked) -> Body:
        pull = self._pull(asked)
        self._github.merge(self._repository, pull, by=self._repository.owner)
        return full_pull_body(self._repository, pull, self._links)

    def _close(self, asked: Asked) -> Body:
        pull = self._pull(asked)
        self._github.close(self._repository, pull, by=self._repository.owner)
        return full_pull_body(self._repository, pull, self._links)

    def _reopen(self, asked: Asked) -> Body:
        pull = self._pull(asked)
        self._github.reopen(self._repository, pull, by=self._repository.owner)
        return full_pull_body(self._repository, pull, self._links)

    def _review(self, asked: Asked) -> Body:
        pull = self._pull(asked)
        review = self._github.review(
            self._repository, pull, state=_text(asked, "state"), body=_text(asked, "body")
        )
        return review_body(self._repository, pull, review, self._links)

    def _check(self, asked: Asked) -> Body:
        """The newest commit of a branch, or of a pull request."""
        branch = self._pull(asked).head if asked.get("number") else _text(asked, "branch")
        suite = self._github.finish_checks(
            self._repository,
            branch=branch or self._repository.default_branch,
            conclusion=_text(asked, "conclusion"),
        )
        return suite_body(self._repository, suite, self._links)

    def _rename(self, asked: Asked) -> Body:
        self._github.rename(self._repository, _text(asked, "name"))
        return repository_body(self._repository, self._links)

    def _privatize(self, asked: Asked) -> Body:
        self._github.set_private(self._repository, is_private=True)
        return repository_body(self._repository, self._links)

    def _publicize(self, asked: Asked) -> Body:
        self._github.set_private(self._repository, is_private=False)
        return repository_body(self._repository, self._links)

    def _delete(self, asked: Asked) -> Body:
        self._github.delete(self._repository)
        return {}

    def _tell(self, asked: Asked) -> Body:
        self._github.tell_something_else(self._repository, _text(asked, "event"))
        return {}

    def _pull(self, asked: Asked) -> PullRequest:
        number = str(asked.get("number", ""))
        pull = self._repository.pull(int(number)) if _is_number(number) else None
        if pull is None:
            raise CannotBeDoneError("There is no such pull request.")
        return pull


def _text(asked: Asked, name: str) -> str:
    text = str(asked.get(name) or "").strip()
    if len(text) > LONGEST_TEXT:
        raise CannotBeDoneError(f"“{name}” may have {LONGEST_TEXT} characters.")
    return text


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
