"""Reading what GitHub says, in answers and webhooks alike: checked, cleaned, cut to our columns.

Whatever does not fit is `UnreadableError`, and never a fault of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from curriculum.github.facts import (
    Account,
    ChecksFacts,
    Hook,
    PullRequestFacts,
    RepositoryFacts,
)

MOST = 2**63 - 1
MOST_NUMBER = 2**31 - 1
NAME, TITLE, SHA, URL, REPOSITORY_URL = 100, 300, 64, 400, 300
FULL_NAME, BRANCH = 200, 200
PASSED = frozenset({"success", "neutral", "skipped"})
UNDER_WAY = frozenset({"queued", "in_progress", "pending", "requested", "waiting"})
Data = Mapping[str, Any]


class UnreadableError(ValueError):
    """It is not what GitHub documents."""


def read_json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("no JSON") from None
    if not isinstance(data, dict):
        raise UnreadableError("no object")
    return data


def read_account(data: Any, *, scopes: str = "") -> Account:
    return Account(
        github_id=number_in(data, "id"),
        login=text_in(data, "login", NAME),
        scopes=frozenset(word.strip() for word in scopes.split(",") if word.strip()),
    )


def read_repository(data: Any) -> RepositoryFacts:
    template = data.get("template_repository") if isinstance(data, Mapping) else None
    return RepositoryFacts(
        github_id=number_in(data, "id"),
        full_name=text_in(data, "full_name", FULL_NAME),
        html_url=url_in(data, "html_url", REPOSITORY_URL),
        default_branch=text_in(data, "default_branch", BRANCH, is_needed=False),
        is_private=data.get("private") is True,
        owner_github_id=number_in(data.get("owner"), "id"),
        template=text_in(template, "full_name", FULL_NAME) if template else "",
        created_at=moment_in(data, "created_at"),
        pushed_at=moment_in(data, "pushed_at"),
    )


def read_pull_request(data: Any) -> PullRequestFacts:
    opened_at = moment_in(data, "created_at")
    updated_at = moment_in(data, "updated_at") or opened_at
    if opened_at is None or updated_at is None:
        raise UnreadableError("no created_at")
    merged_at = moment_in(data, "merged_at")
    is_open = data.get("state") == "open"
    user, head = data.get("user"), data.get("head")
    return PullRequestFacts(
        github_id=number_in(data, "id"),
        number=number_in(data, "number", MOST_NUMBER),
        title=text_in(data, "title", TITLE, is_needed=False),
        html_url=url_in(data, "html_url", URL),
        # Of an account that is gone, GitHub tells nobody.
        author=text_in(user, "login", NAME) if isinstance(user, Mapping) else "",
        state="merged" if merged_at else "open" if is_open else "closed",
        is_draft=data.get("draft") is True,
        head_sha=text_in(head, "sha", SHA),
        opened_at=opened_at,
        updated_at=updated_at,
        merged_at=merged_at,
        closed_at=moment_in(data, "closed_at"),
    )


def read_suite(data: Any) -> ChecksFacts:
    """A check suite and a run of a workflow have in common what counts here."""
    as_of = moment_in(data, "updated_at")
    if as_of is None:
        raise UnreadableError("no updated_at")
    return ChecksFacts(sha=text_in(data, "head_sha", SHA), state=_checks_state(data), as_of=as_of)


def read_suites(data: Any, *, sha: str, told_at: datetime) -> ChecksFacts:
    """All check suites of a commit as one: failed if any did, passed once all have.

    GitHub opens one for each app that might want to check something; those in which nothing runs
    stay `queued` for ever, and count for nothing.
    """
    suites = data.get("check_suites") if isinstance(data, Mapping) else None
    if not isinstance(suites, list):
        raise UnreadableError("no check_suites")
    states = {
        _checks_state(suite)
        for suite in suites
        if isinstance(suite, Mapping) and (suite.get("latest_check_runs_count") != 0)
    }
    state = next((each for each in ("failed", "running", "passed") if each in states), "")
    return ChecksFacts(sha=sha, state=state, as_of=told_at, is_whole=True)


def read_review_state(reviews: Iterable[Any]) -> str:
    """What reviewers last decided, taken together: one who asks for changes outweighs approvals."""
    decided: dict[object, str] = {}
    has_comments = False
    for review in reviews:
        state = text_in(review, "state", 40).lower()
        user = review.get("user")
        who = user.get("id") if isinstance(user, Mapping) else None
        if state in {"approved", "changes_requested", "dismissed"}:
            decided[who] = state
        has_comments = has_comments or state == "commented"
    for state in ("changes_requested", "approved"):
        if state in decided.values():
            return state
    return "commented" if has_comments else ""


def read_hook(data: Any) -> Hook:
    config, events = data.get("config"), data.get("events")
    return Hook(
        github_id=number_in(data, "id"),
        url=text_in(config, "url", 500, is_needed=False),
        is_active=data.get("active") is True,
        events=frozenset(each for each in events if isinstance(each, str))
        if isinstance(events, list)
        else frozenset(),
    )


def number_in(data: Any, name: str, most: int = MOST) -> int:
    found = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= most:
        raise UnreadableError(f"no {name}")
    return found


def text_in(data: Any, name: str, longest: int, *, is_needed: bool = True) -> str:
    found = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(found, str) or (is_needed and not found):
        if is_needed:
            raise UnreadableError(f"no {name}")
        return ""
    return clean(found)[:longest]


def url_in(data: Any, name: str, longest: int) -> str:
    """Pages link there, so nothing but a web address will do."""
    found = text_in(data, name, longest + 1)
    if len(found) > longest or not found.startswith(("https://", "http://")):
        raise UnreadableError(f"no {name}")
    return found


def moment_in(data: Any, name: str) -> datetime | None:
    """As ISO 8601, or in seconds, which is how `push` tells of a repository."""
    found = data.get(name) if isinstance(data, Mapping) else None
    try:
        if isinstance(found, str):
            moment = datetime.fromisoformat(found)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(found, int) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(f"no moment in {name}") from None
    return None


def clean(text: str) -> str:
    """Without what the database takes no text with: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _checks_state(data: Data) -> str:
    status, conclusion = data.get("status"), data.get("conclusion")
    if status == "completed":
        return "passed" if conclusion in PASSED else "failed"
    return "running" if status in UNDER_WAY else ""
