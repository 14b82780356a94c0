"""GitHub: sign-in by OAuth with PKCE, and of its REST API what tells who somebody is.

What the REST API says more is added to `API`; its paths begin with `/api`.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.authorizing import Client, GrantError, Provider, basic_credentials, person_of
from sandbox.people import Person
from sandbox.service import Service

NAME = "github"
CLIENT = Client(
    id="sandbox-github-client",
    secret="sandbox-github-secret",  # noqa: S106 - made for the sandbox, worth nothing
    title="ApraNova",
)
NEIGHBOUR = Client(
    id="sandbox-github-neighbour",
    secret="sandbox-neighbour-secret",  # noqa: S106 - likewise
    title="Another app",
)
PROVIDER = Provider(name=NAME, title="GitHub", clients=(CLIENT, NEIGHBOUR), can_hide=True)
MAIL_SCOPES = frozenset({"user", "user:email"})


async def give_token(request: Request) -> Response:
    """Says what is wrong with status 200, as GitHub does."""
    form = await request.form()
    client_id = str(form.get("client_id", ""))
    if not PROVIDER.knows(client_id, str(form.get("client_secret", ""))):
        return _told(request, {"error": "incorrect_client_credentials"})
    try:
        grant = PROVIDER.redeem(request, form, client_id=client_id, needs_redirect=False)
    except GrantError as error:
        known = "redirect_uri_mismatch"
        word = known if str(error) == known else "bad_verification_code"
        return _told(request, {"error": word})
    token = PROVIDER.hand_out(request, grant)
    scope = ",".join(grant["scope"].replace(",", " ").split())
    return _told(request, {"access_token": token, "scope": scope, "token_type": "bearer"})


async def show_user(request: Request) -> Response:
    found = behind_token(request)
    if found is None:
        return _refusal(401, "Bad credentials")
    return JSONResponse(user_body(person_of(found)))


async def list_emails(request: Request) -> Response:
    found = behind_token(request)
    if found is None:
        return _refusal(401, "Bad credentials")
    if not MAIL_SCOPES & set(found["scope"].replace(",", " ").split()):
        return _refusal(404, "Not Found")
    person = person_of(found)
    emails = [
        {
            "email": person.email,
            "primary": True,
            "verified": person.is_verified,
            "visibility": "private" if person.is_hidden else "public",
        }
    ]
    if person.is_hidden:
        number = person.number(at=NAME)
        noreply = f"{number}+{person.handle}@users.noreply.github.com"
        emails.append({"email": noreply, "primary": False, "verified": True, "visibility": None})
    return JSONResponse(emails)


async def check_token(request: Request) -> Response:
    """Whether a token was made for the client that asks: no one else learns it."""
    client_id = request.path_params["client_id"]
    user, secret = basic_credentials(request)
    if user != client_id or not PROVIDER.knows(user, secret):
        return _refusal(401, "Bad credentials")
    try:
        token = str((await request.json())["access_token"])
    except (ValueError, KeyError, TypeError):
        return _refusal(422, "Invalid request.")
    found = PROVIDER.behind(request, token)
    if found is None or found["client_id"] != client_id:
        return _refusal(404, "Not Found")
    return JSONResponse(
        {
            "app": {"client_id": client_id, "name": CLIENT.title},
            "scopes": found["scope"].replace(",", " ").split(),
            "token": token,
            "user": user_body(person_of(found)),
        }
    )


def behind_token(request: Request) -> dict[str, Any] | None:
    """By either of the words that GitHub takes."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return PROVIDER.behind(request, token) if scheme.lower() in {"bearer", "token"} else None


def user_body(person: Person) -> dict[str, Any]:
    return {
        "login": person.handle,
        "id": person.number(at=NAME),
        "type": "User",
        "name": person.name,
        "email": None if person.is_hidden else person.email,
        "html_url": f"https://github.com/{person.handle}",
    }


def error_body(status: int, message: str) -> Mapping[str, Any]:
    return {"message": message, "documentation_url": "https://docs.github.com/rest"}


SIGN_IN = (
    *PROVIDER.pages("/login/oauth/authorize"),
    Route("/login/oauth/access_token", give_token, methods=["POST"]),
)
API = (
    Route("/api/user", show_user),
    Route("/api/user/emails", list_emails),
    Route("/api/applications/{client_id}/token", check_token, methods=["POST"]),
)
SERVICE = Service(
    name=NAME,
    title="GitHub",
    about="Signs people in: pick somebody, or type who you are.",
    routes=(*SIGN_IN, *API),
    keys={"Client id": CLIENT.id, "Client secret": CLIENT.secret},
    error=error_body,
    icon="person",
)


def _told(request: Request, answer: Mapping[str, str]) -> Response:
    if "json" in request.headers.get("accept", ""):
        return JSONResponse(answer)
    return Response(urlencode(answer), media_type="application/x-www-form-urlencoded")


def _refusal(status: int, message: str) -> Response:
    return JSONResponse(error_body(status, message), HTTPStatus(status))
