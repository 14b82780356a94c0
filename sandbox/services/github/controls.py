"""What tests ask of GitHub's stand-in, below `/_sandbox/github`."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.frame import frame_of
from sandbox.people import Person
from sandbox.services.github.apps import mint_token, narrowest, revoke
from sandbox.services.github.bodies import (
    Links,
    branch_body,
    pull_body,
    repository_body,
    suite_body,
)
from sandbox.services.github.deeds import Deeds
from sandbox.services.github.happenings import CannotBeDoneError, GitHub
from sandbox.services.github.hook_bodies import hook_body
from sandbox.services.github.store import Repository

USUAL_SCOPE = "repo admin:repo_hook read:user"


async def connect(request: Request) -> Response:
    """A token of the app that connects, as if a person had gone through its pages."""
    asked = await _asked(request)
    person = _person(asked)
    scope = str(asked.get("scope", USUAL_SCOPE))
    answer = {
        "access_token": mint_token(request, person, scope),
        "login": person.handle,
        "scope": ",".join(narrowest(scope)),
    }
    return JSONResponse(answer, 201)


async def disconnect(request: Request) -> Response:
    frame = frame_of(request)
    count = revoke(frame.records, request.path_params["login"])
    frame.changes.announce()
    return JSONResponse({"revoked": count})


async def list_repositories(request: Request) -> Response:
    github = GitHub.of(request)
    bodies = [_overview(request, repository) for repository in github.store.all()]
    return JSONResponse({"repositories": bodies})


async def make_repository(request: Request) -> Response:
    """One that has its first commit at once."""
    asked = await _asked(request)
    try:
        repository = GitHub.of(request).make_repository(
            _person(asked),
            str(asked.get("repository", "")),
            template=str(asked.get("template", "")),
            is_private=asked.get("private") is True,
            fills_in=0,
        )
    except CannotBeDoneError as error:
        raise HTTPException(409, str(error)) from error
    found = GitHub.of(request).store.get(repository.id) or repository
    return JSONResponse(_overview(request, found), 201)


async def show_repository(request: Request) -> Response:
    return JSONResponse(_overview(request, _named(request)))


async def do(request: Request) -> Response:
    asked = await _asked(request)
    deeds = Deeds(GitHub.of(request), Links.of(request), _named(request))
    try:
        return JSONResponse(deeds.do(request.path_params["deed"], asked))
    except CannotBeDoneError as error:
        raise HTTPException(409, str(error)) from error


ROUTES: tuple[BaseRoute, ...] = (
    Route("/connections", connect, methods=["POST"]),
    Route("/connections/{login}", disconnect, methods=["DELETE"]),
    Route("/repositories", list_repositories, methods=["GET"]),
    Route("/repositories", make_repository, methods=["POST"]),
    Route("/repositories/{owner}/{repo}", show_repository, methods=["GET"]),
    Route("/repositories/{owner}/{repo}/{deed}", do, methods=["POST"]),
)


async def _asked(request: Request) -> dict[str, Any]:
    try:
        asked = await request.json() if await request.body() else {}
    except ValueError as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise HTTPException(400, "The body must be an object.")
    return asked


def _person(asked: dict[str, Any]) -> Person:
    email = asked.get("email")
    if not isinstance(email, str) or "@" not in email:
        raise HTTPException(400, "“email” says who it is.")
    return Person(email=email, name=str(asked.get("name") or email.partition("@")[0]))


def _named(request: Request) -> Repository:
    params = request.path_params
    found = GitHub.of(request).store.called(params["owner"], params["repo"])
    if found is None or found.is_template:
        raise HTTPException(404, "There is no such repository.")
    return found


def _overview(request: Request, repository: Repository) -> dict[str, Any]:
    links, frame = Links.of(request), frame_of(request)
    return {
        **repository_body(repository, links),
        "is_empty": repository.is_empty,
        "branches": [branch_body(repository, name, links) for name in repository.branches],
        "pulls": [pull_body(repository, pull, links) for pull in repository.pulls],
        "suites": [suite_body(repository, suite, links) for suite in repository.suites],
        "hooks": [hook_body(frame, repository, hook, links) for hook in repository.hooks],
    }
