"""GitHub's pages, at the addresses that its API gives: what is there, and what one can do there."""

from typing import Any
from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.frame import frame_of
from sandbox.rendering import render
from sandbox.services.github.apps import revoke, tokens_of
from sandbox.services.github.bodies import Links
from sandbox.services.github.deeds import Deeds
from sandbox.services.github.happenings import CannotBeDoneError, GitHub
from sandbox.services.github.names import NAME
from sandbox.services.github.store import Repository, Suite
from sandbox.services.github.telling import deliveries_for, payload_of
from sandbox.shield import Shield

WEBHOOKS_SHOWN = 50
COMMITS_SHOWN = 5
# What one can make of the next webhook, in the words of the page.
PLAYED = {
    "lost": "Lose the next one",
    "duplicate": "Send the next one twice",
    "out_of_order": "Swap the next two",
}


class OwnerConvertor(Convertor[str]):
    """A login; two words are taken by GitHub itself."""

    regex = r"(?!(?:api|login)(?:/|$))[A-Za-z0-9-]{1,39}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("owner", OwnerConvertor())


async def list_repositories(request: Request) -> Response:
    owner = request.path_params.get("owner", "").lower()
    found = GitHub.of(request).store.all()
    return render(
        request,
        "github.html",
        owner=owner,
        repositories=[each for each in found if owner in {"", each.owner.handle}],
    )


async def show_repository(request: Request) -> Response:
    repository = _named(request)
    if request.path_params["repo"].lower() != repository.name.lower():
        return RedirectResponse(_page(repository), 301)
    return _show(request, repository)


async def lead_to_repository(request: Request) -> Response:
    """From what has no page of its own: a commit, a run, a comparison."""
    return RedirectResponse(_page(_named(request)), 303)


async def lead_to_pull_request(request: Request) -> Response:
    number = request.path_params["number"]
    return RedirectResponse(f"{_page(_named(request))}#pull-{number}", 303)


async def do(request: Request) -> Response:
    repository = _named(request)
    asked = {name: str(value) for name, value in (await request.form()).items()}
    deeds = Deeds(GitHub.of(request), Links.of(request), repository)
    deed = request.path_params["deed"]
    try:
        deeds.do(deed, asked)
    except CannotBeDoneError as error:
        return _show(request, repository, complaint=str(error))
    if deed == "delete":
        return RedirectResponse(f"/{NAME}/", 303)
    number = asked.get("number", "")
    where = f"#pull-{number}" if number.isdecimal() else ""
    return RedirectResponse(f"{_page(repository)}{where}", 303)


async def take_access_back(request: Request) -> Response:
    repository, frame = _named(request), frame_of(request)
    revoke(frame.records, repository.owner.handle)
    frame.changes.announce()
    return RedirectResponse(_page(repository), 303)


async def play(request: Request) -> Response:
    repository, frame = _named(request), frame_of(request)
    kind = request.path_params["kind"]
    if kind not in PLAYED:
        raise HTTPException(404)
    frame.faults.play(service=NAME, kind=frame.services[NAME].fault_kind(kind), count=1)
    return RedirectResponse(f"{_page(repository)}#webhooks", 303)


async def send_again(request: Request) -> Response:
    repository, frame = _named(request), frame_of(request)
    wanted = request.path_params["webhook_id"]
    for webhook in deliveries_for(frame, repository):
        if webhook.id == wanted:
            frame.webhooks.redeliver(webhook)
            return RedirectResponse(f"{_page(repository)}#webhooks", 303)
    raise HTTPException(404, "That webhook is gone.")


def _guarded(path: str, handler: Any, *methods: str) -> Route:
    return Route(path, handler, methods=methods, middleware=[Middleware(Shield)])


ROUTES: tuple[BaseRoute, ...] = (
    _guarded("/", list_repositories, "GET"),
    _guarded("/{owner:owner}", list_repositories, "GET"),
    _guarded("/{owner:owner}/{repo}", show_repository, "GET"),
    _guarded("/{owner:owner}/{repo}/pull/{number:id}", lead_to_pull_request, "GET"),
    _guarded("/{owner:owner}/{repo}/do/revoke", take_access_back, "POST"),
    _guarded("/{owner:owner}/{repo}/do/{deed}", do, "POST"),
    _guarded("/{owner:owner}/{repo}/play/{kind}", play, "POST"),
    _guarded("/{owner:owner}/{repo}/webhooks/{webhook_id:id}", send_again, "POST"),
    _guarded("/{owner:owner}/{repo}/{rest:path}", lead_to_repository, "GET"),
)


def _show(request: Request, repository: Repository, *, complaint: str = "") -> Response:
    frame = frame_of(request)
    head = repository.branches.get(repository.default_branch)
    history = list(repository.history(head)) if head else []
    webhooks = deliveries_for(frame, repository)[:WEBHOOKS_SHOWN]
    return render(
        request,
        "github_repository.html",
        status=409 if complaint else 200,
        repository=repository,
        here=_page(repository),
        complaint=complaint,
        commits=history[:COMMITS_SHOWN],
        commits_count=len(history),
        checks=_newest_checks(repository),
        has_access=bool(tokens_of(frame.records, repository.owner.handle)),
        webhooks=webhooks,
        actions={each.id: payload_of(each).get("action", "") for each in webhooks},
        played=PLAYED,
        playing=[fault for fault in frame.faults.active(service=NAME) if fault.kind.name in PLAYED],
    )


def _newest_checks(repository: Repository) -> dict[str, Suite]:
    """By the commit that they looked at."""
    return {suite.head_sha: suite for suite in repository.suites}


def _page(repository: Repository) -> str:
    return f"/{NAME}/{quote(repository.full_name)}"


def _named(request: Request) -> Repository:
    params = request.path_params
    found = GitHub.of(request).store.called(params["owner"], params["repo"])
    if found is None or (found.is_template and request.method != "GET"):
        raise HTTPException(404, "There is no such repository.")
    return found
