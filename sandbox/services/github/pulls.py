"""REST: pull requests, their reviews, their merge."""

from http import HTTPStatus
from typing import Any

from starlette.routing import BaseRoute

from sandbox.services.github.bodies import full_pull_body, pull_body, review_body
from sandbox.services.github.calls import Answer, Call, Refusal, invalid, not_found
from sandbox.services.github.happenings import CannotBeDoneError, GitHub, UnknownBranchError
from sandbox.services.github.repositories import of_repository
from sandbox.services.github.store import PullRequest, Repository

SORTS = {
    "created": lambda pull: (pull.created_at, pull.number),
    "updated": lambda pull: (pull.updated_at, pull.number),
    "popularity": lambda pull: (len(pull.reviews), pull.number),
    "long-running": lambda pull: (pull.created_at, pull.number),
}


async def list_pulls(call: Call) -> Answer:
    repository = call.repository()
    asked = call.request.query_params
    state, head, base = (asked.get(name, "") for name in ("state", "head", "base"))
    sort = asked.get("sort", "created")
    usual = "desc" if sort == "created" else "asc"
    found = [
        pull
        for pull in repository.pulls
        if (state or "open") in {pull.state, "all"}
        and head in {"", f"{repository.owner.handle}:{pull.head}"}
        and base in {"", pull.base}
    ]
    found.sort(
        key=SORTS.get(sort, SORTS["created"]), reverse=asked.get("direction", usual) == "desc"
    )
    page = call.page(found)
    body = [pull_body(repository, pull, call.links) for pull in page.items]
    return Answer(body=body, headers=page.headers)


async def open_pull(call: Call) -> Answer:
    viewer = call.known_viewer
    repository = call.own_repository()
    asked = await call.asked()
    for name in ("title", "head", "base"):
        if not isinstance(asked.get(name), str) or not asked[name]:
            raise invalid("PullRequest", "", field=name, code="missing_field")
    try:
        pull = GitHub.of(call.request).open_pull_request(
            repository,
            title=asked["title"],
            head=asked["head"].rpartition(":")[2],
            base=asked["base"],
            body=_text(asked.get("body")),
            is_draft=asked.get("draft") is True,
            by=viewer,
        )
    except UnknownBranchError as error:
        raise invalid("PullRequest", "", field=error.field, code="invalid") from error
    except CannotBeDoneError as error:
        raise invalid("PullRequest", str(error)) from error
    return Answer(
        body=full_pull_body(repository, pull, call.links),
        status=HTTPStatus.CREATED,
        headers={"Location": call.links.pull(repository, pull)},
    )


async def show_pull(call: Call) -> Answer:
    repository, pull = _named(call, call.repository())
    return Answer(body=full_pull_body(repository, pull, call.links))


async def change_pull(call: Call) -> Answer:
    repository, pull = _named(call, call.own_repository())
    asked = await call.asked()
    state = asked.get("state", pull.state)
    if state not in {"open", "closed"}:
        raise invalid("PullRequest", "", field="state", code="invalid")
    github = GitHub.of(call.request)
    if "title" in asked or "body" in asked:
        github.edit(
            repository, pull, title=_text(asked.get("title")), body=_text(asked.get("body"))
        )
    if state != pull.state:
        change = github.close if state == "closed" else github.reopen
        try:
            change(repository, pull, by=call.known_viewer)
        except CannotBeDoneError as error:
            raise invalid("PullRequest", str(error), field="state") from error
    return Answer(body=full_pull_body(repository, pull, call.links))


async def merge_pull(call: Call) -> Answer:
    repository, pull = _named(call, call.own_repository())
    asked = await call.asked()
    if asked.get("sha") not in {None, pull.head_sha}:
        message = "Head branch was modified. Review and try the merge again."
        raise Refusal(HTTPStatus.CONFLICT, message)
    try:
        sha = GitHub.of(call.request).merge(
            repository,
            pull,
            message=_text(asked.get("commit_title")) or "",
            by=call.known_viewer,
        )
    except CannotBeDoneError as error:
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, str(error)) from error
    body = {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}
    return Answer(body=body)


async def is_merged(call: Call) -> Answer:
    _, pull = _named(call, call.repository())
    if pull.merged_at is None:
        raise not_found()
    return Answer(status=HTTPStatus.NO_CONTENT)


async def list_reviews(call: Call) -> Answer:
    repository, pull = _named(call, call.repository())
    page = call.page(pull.reviews)
    body = [review_body(repository, pull, review, call.links) for review in page.items]
    return Answer(body=body, headers=page.headers)


ROUTES: tuple[BaseRoute, ...] = (
    *of_repository("/pulls", "GET", list_pulls),
    *of_repository("/pulls", "POST", open_pull),
    *of_repository("/pulls/{number:id}", "GET", show_pull),
    *of_repository("/pulls/{number:id}", "PATCH", change_pull),
    *of_repository("/pulls/{number:id}/merge", "PUT", merge_pull),
    *of_repository("/pulls/{number:id}/merge", "GET", is_merged),
    *of_repository("/pulls/{number:id}/reviews", "GET", list_reviews),
)


def _named(call: Call, repository: Repository) -> tuple[Repository, PullRequest]:
    pull = repository.pull(call.request.path_params["number"])
    if pull is None:
        raise not_found()
    return repository, pull


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
