"""How each call of the REST API is taken and answered: who asks, what they may, the headers."""

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.authorizing import basic_credentials, person_of
from sandbox.clock import now
from sandbox.faults import Fault
from sandbox.frame import Frame, frame_of
from sandbox.people import Person
from sandbox.queries import MOST_DIGITS
from sandbox.services.github.apps import INCLUDED, PROVIDER
from sandbox.services.github.bodies import Links
from sandbox.services.github.names import NAME
from sandbox.services.github.store import Repository, Store

T = TypeVar("T")

DOCUMENTATION = "https://docs.github.com/rest"
HOUR_SECONDS = 3_600
CALLS_AN_HOUR = 5_000
CALLS_AN_HOUR_WITHOUT_TOKEN = 60
USUAL_PER_PAGE = 30
MOST_PER_PAGE = 100
RATE_MESSAGE = "API rate limit exceeded for this token."
READS = frozenset({"GET", "HEAD"})


class Refusal(Exception):
    """What GitHub says no with."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Any] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}

    @property
    def body(self) -> Mapping[str, Any]:
        told = error_body(self.status, self.message)
        return {**told, "errors": list(self.errors)} if self.errors else told


def not_found() -> Refusal:
    """Also for what the asker may not see or do."""
    return Refusal(HTTPStatus.NOT_FOUND, "Not Found")


def invalid(resource: str, message: str, *, field: str = "", code: str = "custom") -> Refusal:
    error = {"resource": resource, "code": code}
    if field:
        error["field"] = field
    if message:
        error["message"] = message
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Validation Failed", errors=[error])


@dataclass(frozen=True, kw_only=True)
class Answer:
    body: Any = None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    request: Request
    token: Mapping[str, Any] | None

    @property
    def frame(self) -> Frame:
        return frame_of(self.request)

    @cached_property
    def store(self) -> Store:
        return Store(self.frame.records)

    @cached_property
    def links(self) -> Links:
        return Links.of(self.request)

    @property
    def viewer(self) -> Person | None:
        return person_of(self.token) if self.token else None

    @property
    def known_viewer(self) -> Person:
        if self.viewer is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED, "Requires authentication")
        return self.viewer

    @property
    def scopes(self) -> set[str]:
        named = set(str(self.token["scope"]).split(",")) - {""} if self.token else set()
        return named.union(*(INCLUDED.get(name, ()) for name in named))

    def needs(self, scopes: Collection[str]) -> None:
        """GitHub hides what a token has no scope for."""
        if not self.scopes & set(scopes):
            raise not_found()

    def repository(self) -> Repository:
        """The one that the path names, if the asker may see it."""
        found = self._named_repository()
        if found is None or not self.may_see(found):
            raise not_found()
        owner = self.request.path_params.get("owner")
        name = self.request.path_params.get("repo")
        if owner and f"{owner}/{name}".lower() != found.full_name.lower():
            raise self._moved(found, owner, str(name))
        return found

    def own_repository(self) -> Repository:
        """One that the asker may change."""
        self.known_viewer  # noqa: B018 - a stranger is asked who they are
        found = self.repository()
        if not self.is_owner(found):
            raise Refusal(HTTPStatus.FORBIDDEN, "Must have admin rights to Repository.")
        self.needs({"repo"} if found.is_private else {"public_repo"})
        return found

    def is_owner(self, repository: Repository) -> bool:
        return self.viewer is not None and self.viewer.handle == repository.owner.handle

    def may_see(self, repository: Repository) -> bool:
        return not repository.is_private or (self.is_owner(repository) and "repo" in self.scopes)

    async def asked(self) -> dict[str, Any]:
        """The JSON object that came along; nothing at all is an empty one."""
        body = await self.request.body()
        if not body:
            return {}
        try:
            asked = json.loads(body)
        except ValueError as error:
            raise Refusal(HTTPStatus.BAD_REQUEST, "Problems parsing JSON") from error
        if not isinstance(asked, dict):
            raise Refusal(HTTPStatus.BAD_REQUEST, "Body should be a JSON object")
        return asked

    @property
    def per_page(self) -> int:
        return min(self._number("per_page", USUAL_PER_PAGE), MOST_PER_PAGE)

    def page(self, found: Sequence[T]) -> "Page[T]":
        number = self._number("page", 1)
        first = (number - 1) * self.per_page
        last = max(1, -(-len(found) // self.per_page))
        pages = {}
        if number > 1:
            pages["prev"] = min(number - 1, last)
        if number < last:
            pages |= {"next": number + 1, "last": last}
        if number > 1:
            pages["first"] = 1
        addresses = {name: self.same_call(page=page) for name, page in pages.items()}
        return Page(
            items=found[first : first + self.per_page],
            total=len(found),
            headers=self.links_to(**addresses),
        )

    def same_call(self, **changes: Any) -> str:
        query = {**self.request.query_params, **changes}
        return f"{self.links.origin}{self.request.scope['path']}?{urlencode(query)}"

    def links_to(self, **addresses: str) -> dict[str, str]:
        links = [f'<{address}>; rel="{name}"' for name, address in addresses.items()]
        return {"Link": ", ".join(links)} if links else {}

    def _number(self, name: str, usual: int) -> int:
        """What makes no sense is as good as not said, as there."""
        text = self.request.query_params.get(name, "")
        number = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0
        return number or usual

    def _named_repository(self) -> Repository | None:
        params = self.request.path_params
        if "repository_id" in params:
            return self.store.get(params["repository_id"])
        return self.store.called(params["owner"], params["repo"])

    def _moved(self, found: Repository, owner: str, name: str) -> Refusal:
        path = self.request.scope["path"]
        rest = path.removeprefix(f"/{NAME}/api/repos/{owner}/{name}")
        query = self.request.url.query
        url = f"{self.links.api}/repositories/{found.id}{rest}{f'?{query}' if query else ''}"
        is_read = self.request.method in READS
        status = HTTPStatus.MOVED_PERMANENTLY if is_read else HTTPStatus.TEMPORARY_REDIRECT
        return Moved(status, url)


class Moved(Refusal):
    def __init__(self, status: int, url: str) -> None:
        word = (
            "Moved Permanently" if status == HTTPStatus.MOVED_PERMANENTLY else "Temporary Redirect"
        )
        super().__init__(status, word, headers={"Location": url})
        self._url = url

    @property
    def body(self) -> Mapping[str, Any]:
        return {"message": self.message, "url": self._url, "documentation_url": DOCUMENTATION}


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some of what was found, and the links to the rest."""

    items: Sequence[T]
    total: int
    headers: Mapping[str, str]


Handler = Callable[[Call], Awaitable[Answer]]


def endpoint(path: str, method: str, handler: Handler) -> Route:
    async def answer(request: Request) -> Response:
        caller = _caller(request)
        token = PROVIDER.behind(request, caller.token) if caller.token else None
        try:
            _refuse_caller(caller, token, _rate(request, caller))
            response = _response(request, await handler(Call(request, token)))
        except Refusal as refusal:
            response = JSONResponse(refusal.body, refusal.status, dict(refusal.headers))
        # What has not changed since it was last told costs nothing.
        is_free = response.status_code == HTTPStatus.NOT_MODIFIED
        rate = _rate(request, caller) if is_free else _count(request, caller)
        response.headers.update(_common_headers(token, rate))
        return response

    return Route(f"/api{path}", answer, methods=[method], name=f"{method} {path}")


def error_body(status: int, message: str) -> Mapping[str, Any]:
    return {
        "message": message,
        "documentation_url": DOCUMENTATION,
        "status": str(int(status)),
    }


def refuse_for_rate(fault: Fault) -> Response:
    """As if all calls of this hour were made."""
    reset = int(now().timestamp() + (fault.seconds or 0))
    headers = _rate_headers(Rate(limit=CALLS_AN_HOUR, used=CALLS_AN_HOUR, reset=reset))
    return _played(RATE_MESSAGE, headers)


def refuse_for_haste(fault: Fault) -> Response:
    """The secondary limit, which looks at how fast somebody asks."""
    wait = int(fault.seconds or 0) if fault.retry_after is None else fault.retry_after
    message = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    )
    return _played(message, {"Retry-After": str(wait)})


@dataclass(frozen=True, kw_only=True)
class Rate:
    limit: int
    used: int
    reset: int


def _played(message: str, headers: Mapping[str, str]) -> Response:
    body = error_body(HTTPStatus.FORBIDDEN, message)
    own = {"X-GitHub-Request-Id": _request_id(), **headers}
    return JSONResponse(body, HTTPStatus.FORBIDDEN, own)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whose calls are counted: those of a token, of an app, or of nobody in particular."""

    token: str = ""
    app: str = ""

    @property
    def calls_an_hour(self) -> int:
        return CALLS_AN_HOUR if self.token or self.app else CALLS_AN_HOUR_WITHOUT_TOKEN


def _caller(request: Request) -> Caller:
    """A token may come by either of the words that GitHub takes."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return Caller(token=token.strip())
    return Caller(app=basic_credentials(request)[0])


def _refuse_caller(caller: Caller, token: Mapping[str, Any] | None, rate: Rate) -> None:
    if caller.token and token is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Bad credentials")
    if rate.used >= rate.limit:
        raise Refusal(HTTPStatus.FORBIDDEN, RATE_MESSAGE)


def _count(request: Request, caller: Caller) -> Rate:
    rate = _rate(request, caller)
    counted = Rate(limit=rate.limit, used=min(rate.used + 1, rate.limit), reset=rate.reset)
    kept = {"used": counted.used, "reset": counted.reset}
    frame_of(request).records.put(NAME, "rate", caller.token or caller.app, kept)
    return counted


def _rate(request: Request, caller: Caller) -> Rate:
    at = int(now().timestamp())
    kept = frame_of(request).records.get(NAME, "rate", caller.token or caller.app)
    if kept is None or kept["reset"] <= at:
        return Rate(limit=caller.calls_an_hour, used=0, reset=at + HOUR_SECONDS)
    return Rate(limit=caller.calls_an_hour, used=kept["used"], reset=kept["reset"])


def _response(request: Request, answered: Answer) -> Response:
    if answered.body is None:
        return Response(status_code=answered.status, headers=dict(answered.headers))
    response: Response = JSONResponse(answered.body, answered.status, dict(answered.headers))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    if request.method not in READS or answered.status != HTTPStatus.OK:
        return response
    tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()}"'
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, tag.removeprefix("W/")}:
        response = Response(status_code=HTTPStatus.NOT_MODIFIED, headers=dict(answered.headers))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
    return response


def _common_headers(token: Mapping[str, Any] | None, rate: Rate) -> dict[str, str]:
    headers = {
        "X-GitHub-Request-Id": _request_id(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": "2022-11-28",
        **_rate_headers(rate),
    }
    if token:
        headers["X-OAuth-Scopes"] = ", ".join(str(token["scope"]).split(","))
        headers["X-OAuth-Client-Id"] = token["client_id"]
    return headers


def _rate_headers(rate: Rate) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Remaining": str(max(0, rate.limit - rate.used)),
        "X-RateLimit-Reset": str(rate.reset),
        "X-RateLimit-Used": str(rate.used),
        "X-RateLimit-Resource": "core",
    }


def _request_id() -> str:
    parts = (secrets.token_hex(size).upper() for size in (2, 3, 3, 4, 4))
    return ":".join(parts)
