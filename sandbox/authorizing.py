"""OAuth as every provider plays it: the page where one picks a person, codes, access tokens."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.clock import now
from sandbox.frame import frame_of
from sandbox.people import PEOPLE, Person
from sandbox.rendering import render
from sandbox.shield import PAGE_HEADERS, Shield

CODE_SECONDS = 600
TOKEN_SECONDS = 3_600
LONGEST_FIELD = 2_000
# Registered for every client: the platform, wherever it runs on this machine.
REDIRECT_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
ASKED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)

Extras = Callable[[Request, Mapping[str, Any]], dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Client:
    """An app that is registered with the provider."""

    id: str
    secret: str
    title: str


class GrantError(Exception):
    """Why a code opens nothing, in OAuth's own word."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """`extras` are what goes back to the platform beside code and state; `denied` is the error
    that stands for a person who turned back; `usual_response` stands for a response_type that was
    left out. `scopes` says what each means; a person may grant fewer than were asked for."""

    name: str
    title: str
    clients: tuple[Client, ...]
    denied: str = "access_denied"
    usual_response: str = ""
    token_seconds: float = TOKEN_SECONDS
    scopes: Mapping[str, str] = field(default_factory=dict)
    can_hide: bool = False
    extras: Extras = lambda _request, _grant: {}

    def client(self, client_id: str) -> Client | None:
        return next((each for each in self.clients if each.id == client_id), None)

    def knows(self, client_id: str, secret: str) -> bool:
        client = self.client(client_id)
        return client is not None and hmac.compare_digest(
            client.secret.encode(), secret.encode("utf-8", "replace")
        )

    def pages(self, path: str) -> list[Route]:
        """Where a browser comes with the platform's question, and leaves with the answer."""
        shield = [Middleware(Shield)]
        return [
            Route(path, self._show, methods=["GET"], middleware=shield),
            Route(path, self._decide, methods=["POST"], middleware=shield),
        ]

    def redeem(
        self, request: Request, form: FormData, *, client_id: str, needs_redirect: bool = True
    ) -> dict[str, Any]:
        """The grant behind a code, which is good once and only for whoever asked for it."""
        records = frame_of(request).records
        code = str(form.get("code", ""))
        grant = records.get(self.name, "code", code)
        if grant is None or grant["is_used"] or now().timestamp() > grant["expires_at"]:
            raise GrantError("invalid_grant")
        # Used up by a failed try too: a code that fell into wrong hands is worth nothing.
        records.put(self.name, "code", code, {**grant, "is_used": True})
        redirect_uri = form.get("redirect_uri")
        if grant["client_id"] != client_id:
            raise GrantError("invalid_grant")
        if redirect_uri != grant["redirect_uri"] and (needs_redirect or redirect_uri):
            raise GrantError("redirect_uri_mismatch")
        if not _is_verifier(str(form.get("code_verifier", "")), grant):
            raise GrantError("invalid_grant")
        return grant

    def hand_out(self, request: Request, grant: Mapping[str, Any]) -> str:
        """An access token."""
        token = f"{self.name}-{secrets.token_urlsafe(24)}"
        kept = {
            "person": grant["person"],
            "client_id": grant["client_id"],
            "scope": grant["scope"],
            "expires_at": now().timestamp() + self.token_seconds,
        }
        frame_of(request).records.put(self.name, "token", token, kept)
        return token

    def behind(self, request: Request, token: str) -> dict[str, Any] | None:
        """What an access token stands for, as long as it is good."""
        found = frame_of(request).records.get(self.name, "token", token)
        return found if found and now().timestamp() < found["expires_at"] else None

    def scopes_asked(self, asked: Mapping[str, str]) -> list[str]:
        """Those that this provider knows, in its own order."""
        words = asked["scope"].replace(",", " ").split()
        return [name for name in self.scopes if name in words]

    async def _show(self, request: Request) -> Response:
        return self._page(request, _asked(request.query_params))

    async def _decide(self, request: Request) -> Response:
        form = await request.form()
        asked = _asked(form)
        if complaint := self._complaint(asked):
            return self._refuse(request, complaint)
        if "cancel" in form:
            return self._answer(request, asked, {"error": self.denied})
        person = _picked(form)
        if person is None:
            return self._page(request, asked, complaint="Type an e-mail address and a name.")
        code = secrets.token_urlsafe(24)
        grant = {
            **asked,
            "scope": self._granted(form, asked),
            "person": person.as_record(),
            "expires_at": now().timestamp() + CODE_SECONDS,
            "is_used": False,
        }
        frame_of(request).records.put(self.name, "code", code, grant)
        return self._answer(request, asked, {"code": code, **self.extras(request, grant)})

    def _granted(self, form: FormData, asked: Mapping[str, str]) -> str:
        if "chooses" not in form:
            return asked["scope"]
        granted = form.getlist("granted")
        return " ".join(name for name in self.scopes_asked(asked) if name in granted)

    def _page(
        self, request: Request, asked: Mapping[str, str], *, complaint: str = ""
    ) -> HTMLResponse:
        if found := self._complaint(asked):
            return self._refuse(request, found)
        page = render(
            request,
            "authorize.html",
            status=400 if complaint else 200,
            provider=self,
            client=self.client(asked["client_id"]),
            asked=asked,
            people=PEOPLE,
            complaint=complaint,
        )
        return _letting_out(page, asked["redirect_uri"])

    def _refuse(self, request: Request, complaint: str) -> HTMLResponse:
        """Never by a redirect: where to is what cannot be trusted."""
        return render(request, "authorize_refused.html", status=400, provider=self, why=complaint)

    def _answer(
        self, request: Request, asked: Mapping[str, str], answer: Mapping[str, str]
    ) -> Response:
        fields = {**answer, **({"state": asked["state"]} if asked["state"] else {})}
        where = asked["redirect_uri"]
        if asked["response_mode"] == "form_post":
            page = render(request, "form_post.html", where=where, fields=fields)
            return _letting_out(page, where)
        joint = "&" if urlsplit(where).query else "?"
        return RedirectResponse(f"{where}{joint}{urlencode(fields)}", 303)

    def _complaint(self, asked: Mapping[str, str]) -> str:
        if self.client(asked["client_id"]) is None:
            return f"{self.title} knows no client “{asked['client_id'][:80]}”."
        if not _is_registered(asked["redirect_uri"]):
            return "The redirect_uri is not registered: it must lead to this machine."
        if "code" not in (asked["response_type"] or self.usual_response).split():
            return "The response_type must be “code”."
        if asked["code_challenge"] and asked["code_challenge_method"] != "S256":
            return "The code_challenge_method must be “S256”."
        return ""


def basic_credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def person_of(record: Mapping[str, Any]) -> Person:
    return Person(**record["person"])


def lifetime_left(record: Mapping[str, Any]) -> int:
    return int(record["expires_at"] - now().timestamp())


def _asked(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(given.get(name, ""))[:LONGEST_FIELD] for name in ASKED}


def _picked(form: FormData) -> Person | None:
    picked = str(form.get("pick", ""))
    for person in PEOPLE:
        if person.email == picked:
            return person
    email, name = str(form.get("email", "")).strip(), str(form.get("name", "")).strip()
    if "@" not in email or not name or max(len(email), len(name)) > LONGEST_FIELD:
        return None
    return Person(
        email=email,
        name=name,
        is_verified="is_unverified" not in form,
        is_hidden="is_hidden" in form,
    )


def _is_registered(redirect_uri: str) -> bool:
    parts = urlsplit(redirect_uri)
    is_here = parts.hostname in REDIRECT_HOSTS and "@" not in parts.netloc
    return parts.scheme == "http" and is_here and not parts.fragment


def _is_verifier(verifier: str, grant: Mapping[str, Any]) -> bool:
    challenge = grant["code_challenge"]
    if not challenge:
        return not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _letting_out(page: HTMLResponse, redirect_uri: str) -> HTMLResponse:
    """A form's answer may lead back to the platform, which browsers ask the policy for."""
    parts = urlsplit(redirect_uri)
    policy = PAGE_HEADERS["Content-Security-Policy"]
    page.headers["Content-Security-Policy"] = policy.replace(
        "form-action 'self'", f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )
    return page
