"""GitHub's REST API, in somebody's name: one try a call, typed answers, errors by what to do.

Repositories are asked for by their number, which outlives renames and transfers. GitHub's own
redirects after a rename lead to the same addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

import httpx
from django.conf import settings

from core.clock import now
from core.version import VERSION
from curriculum.github.errors import (
    AwayError,
    NotThereError,
    RateLimitedError,
    RefusedError,
    TokenRefusedError,
)
from curriculum.github.facts import (
    Account,
    ChecksFacts,
    Hook,
    HookOrder,
    PullRequestFacts,
    PullRequests,
    RepositoryFacts,
)
from curriculum.github.reading import (
    SHA,
    UnreadableError,
    clean,
    read_account,
    read_hook,
    read_pull_request,
    read_repository,
    read_review_state,
    read_suites,
    text_in,
)

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": f"ApraNova/{VERSION}",
}
PAGE = 100
MOST_PAGES = 10
# What GitHub asks for where it says nothing.
USUAL_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 3_600
TOLD_LENGTH = 200
_NOT_THERE = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS}
)


class GitHub:
    """`with GitHub(token) as github:`; whoever acts for a person uses `acting_for` instead."""

    def __init__(self, token: str = "", *, auth: tuple[str, str] | None = None) -> None:
        headers = HEADERS | ({"Authorization": f"Bearer {token}"} if token else {})
        # No proxy of the environment: the address is the operator's own, as they wrote it.
        self._http = httpx.Client(
            base_url=settings.GITHUB["api"],
            headers=headers,
            auth=auth,
            timeout=settings.GITHUB_TIMEOUT,
            follow_redirects=True,
            transport=httpx.HTTPTransport(retries=1, trust_env=False),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def account(self) -> Account:
        answer = self._ask("GET", "/user")
        return _read(read_account, _json(answer), scopes=answer.headers.get("X-OAuth-Scopes", ""))

    def forget_token(self, client_id: str, token: str, *, whole_grant: bool) -> None:
        """What is forgotten already is as good as forgotten."""
        what = "grant" if whole_grant else "token"
        try:
            self._ask("DELETE", f"/applications/{client_id}/{what}", json={"access_token": token})
        except (NotThereError, RefusedError):
            return

    def repository(self, github_id: int) -> RepositoryFacts:
        return _read(read_repository, _json(self._ask("GET", f"/repositories/{github_id}")))

    def repository_called(self, owner: str, name: str) -> RepositoryFacts | None:
        try:
            answer = self._ask("GET", f"/repos/{quote(owner)}/{quote(name)}")
        except NotThereError:
            return None
        return _read(read_repository, _json(answer))

    def generate(
        self, template: str, *, owner: str, name: str, description: str, is_private: bool
    ) -> RepositoryFacts:
        """It is there at once, and its first commit a while later."""
        body = {
            "owner": owner,
            "name": name,
            "description": description,
            "private": is_private,
            "include_all_branches": False,
        }
        answer = self._ask("POST", f"/repos/{quote(template)}/generate", json=body)
        return _read(read_repository, _json(answer))

    def newest_commit(self, github_id: int) -> str:
        """Of the default branch; nothing while the repository is empty."""
        try:
            answer = self._ask("GET", f"/repositories/{github_id}/commits", params={"per_page": 1})
        except RefusedError as error:
            if error.status == HTTPStatus.CONFLICT:
                return ""
            raise
        commits = _items(answer)
        return _read(text_in, commits[0], name="sha", longest=SHA) if commits else ""

    def hooks(self, github_id: int) -> list[Hook]:
        return [_read(read_hook, each) for each in self._list(f"/repositories/{github_id}/hooks")]

    def hook(self, github_id: int, hook_id: int) -> Hook:
        answer = self._ask("GET", f"/repositories/{github_id}/hooks/{hook_id}")
        return _read(read_hook, _json(answer))

    def add_hook(self, github_id: int, order: HookOrder) -> Hook:
        body = {"name": "web", "active": True, **_hook(order)}
        answer = self._ask("POST", f"/repositories/{github_id}/hooks", json=body)
        return _read(read_hook, _json(answer))

    def change_hook(self, github_id: int, hook_id: int, order: HookOrder) -> Hook:
        body = {"active": True, **_hook(order)}
        answer = self._ask("PATCH", f"/repositories/{github_id}/hooks/{hook_id}", json=body)
        return _read(read_hook, _json(answer))

    def pull_request(self, github_id: int, number: int) -> PullRequestFacts:
        answer = self._ask("GET", f"/repositories/{github_id}/pulls/{number}")
        return _read(read_pull_request, _json(answer)).as_told_at(_told_at(answer))

    def pull_requests(self, github_id: int, *, etag: str = "") -> PullRequests:
        """The hundred that changed last, newest first."""
        params: dict[str, Any] = {"state": "all", "sort": "updated", "direction": "desc"}
        path = f"/repositories/{github_id}/pulls"
        answer = self._ask("GET", path, params=params | {"per_page": PAGE}, etag=etag)
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            return PullRequests(found=(), etag=etag)
        found = [_read(read_pull_request, each) for each in _items(answer)]
        told = tuple(each.as_told_at(_told_at(answer)) for each in found)
        return PullRequests(found=told, etag=answer.headers.get("ETag", ""))

    def checks(self, github_id: int, sha: str) -> ChecksFacts:
        path = f"/repositories/{github_id}/commits/{quote(sha)}/check-suites"
        answer = self._ask("GET", path, params={"per_page": PAGE})
        return _read(read_suites, _json(answer), sha=sha, told_at=_told_at(answer))

    def review_state(self, github_id: int, number: int) -> str:
        path = f"/repositories/{github_id}/pulls/{number}/reviews"
        return _read(read_review_state, self._list(path))

    def _list(self, path: str) -> list[Any]:
        return [each for answer in self._pages(path, {"per_page": PAGE}) for each in _items(answer)]

    def _pages(self, path: str, params: Mapping[str, Any]) -> Iterator[httpx.Response]:
        answer = self._ask("GET", path, params=params)
        yield answer
        for _page in range(MOST_PAGES - 1):
            following = answer.links.get("next", {}).get("url")
            if not following or not self._is_there(following):
                return
            answer = self._ask("GET", following)
            yield answer

    def _is_there(self, url: str) -> bool:
        """The token goes to GitHub and nowhere else, whatever a link says."""
        return httpx.URL(url).netloc == self._http.base_url.netloc

    def _ask(self, method: str, path: str, *, etag: str = "", **how: Any) -> httpx.Response:
        headers = {"If-None-Match": etag} if etag else {}
        try:
            answer = self._http.request(method, path, headers=headers, **how)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AwayError(type(error).__name__) from None
        _judge(answer)
        return answer


def _hook(order: HookOrder) -> dict[str, Any]:
    config = {"url": order.url, "content_type": "json", "secret": order.secret, "insecure_ssl": "0"}
    return {"events": list(order.events), "config": config}


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return
    if status == HTTPStatus.UNAUTHORIZED:
        raise TokenRefusedError
    message = _message(answer)
    if _is_about_haste(answer, message):
        raise RateLimitedError(_seconds_to_wait(answer))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise AwayError(f"HTTP {status}")
    if status in _NOT_THERE:
        raise NotThereError
    raise RefusedError(status, message)


def _is_about_haste(answer: httpx.Response, message: str) -> bool:
    """GitHub says it with 429, or with a 403 whose headers or words tell it from others."""
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if answer.status_code != HTTPStatus.FORBIDDEN:
        return False
    return (
        "Retry-After" in answer.headers
        or answer.headers.get("X-RateLimit-Remaining") == "0"
        or "rate limit" in message.lower()
    )


def _seconds_to_wait(answer: httpx.Response) -> int:
    """Retry-After before the reset, which is a moment of GitHub's own clock."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return _bounded(int(said[:6]))
    reset = answer.headers.get("X-RateLimit-Reset", "")
    if answer.headers.get("X-RateLimit-Remaining") == "0" and reset.isdecimal():
        return _bounded(int(reset[:12]) - int(_told_at(answer).timestamp()))
    return USUAL_WAIT_SECONDS


def _bounded(seconds: int) -> int:
    return max(1, min(seconds, LONGEST_WAIT_SECONDS))


def _message(answer: httpx.Response) -> str:
    """What GitHub says of it, with what is wrong in particular."""
    try:
        data = answer.json()
    except ValueError:
        return ""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    parts = [data.get("message"), *(errors if isinstance(errors, list) else [])]
    words = [each.get("message") if isinstance(each, dict) else each for each in parts]
    said = "; ".join(dict.fromkeys(each for each in words if isinstance(each, str)))
    return clean(said)[:TOLD_LENGTH]


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise AwayError("unreadable") from None


def _items(answer: httpx.Response) -> list[Any]:
    found = _json(answer)
    if not isinstance(found, list):
        raise AwayError("unreadable")
    return found


def _read(read: Any, data: Any, **how: Any) -> Any:
    try:
        return read(data, **how)
    except (UnreadableError, AttributeError):
        raise AwayError("unreadable") from None


def _told_at(answer: httpx.Response) -> datetime:
    """By GitHub's own clock, as all the moments that it tells."""
    try:
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return now()
