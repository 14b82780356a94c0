"""Who somebody is, and what apps ask about the tokens that they were given."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.authorizing import Client, GrantError, basic_credentials, person_of
from sandbox.services.github.apps import PROVIDER, narrowest, revoke
from sandbox.services.github.bodies import app_body, user_body
from sandbox.services.github.calls import Answer, Call, Refusal, endpoint, not_found
from sandbox.services.github.names import NAME

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
    scope = ",".join(narrowest(grant["scope"]))
    token = PROVIDER.hand_out(request, {**grant, "scope": scope})
    return _told(request, {"access_token": token, "scope": scope, "token_type": "bearer"})


async def show_user(call: Call) -> Answer:
    return Answer(body=user_body(call.known_viewer, call.links, is_own=True))


async def list_emails(call: Call) -> Answer:
    person = call.known_viewer
    call.needs(MAIL_SCOPES)
    emails: list[dict[str, Any]] = [
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
    return Answer(body=emails)


async def check_token(call: Call) -> Answer:
    """Whether a token was made for the client that asks: no one else learns it."""
    client, token, found = await _own_token(call)
    body = {
        "id": 1,
        "app": app_body(client),
        "scopes": narrowest(found["scope"]),
        "token": token,
        "hashed_token": hashlib.sha256(token.encode()).hexdigest(),
        "token_last_eight": token[-8:],
        "note": None,
        "note_url": None,
        "fingerprint": None,
        "user": user_body(person_of(found), call.links),
    }
    return Answer(body=body)


async def delete_token(call: Call) -> Answer:
    _, token, _ = await _own_token(call)
    call.frame.records.remove(NAME, "token", token)
    return Answer(status=HTTPStatus.NO_CONTENT)


async def delete_grant(call: Call) -> Answer:
    """All tokens that the app has of this person."""
    client, _, found = await _own_token(call)
    revoke(call.frame.records, person_of(found).handle, client=client)
    return Answer(status=HTTPStatus.NO_CONTENT)


ROUTES = (
    Route("/login/oauth/access_token", give_token, methods=["POST"]),
    endpoint("/user", "GET", show_user),
    endpoint("/user/emails", "GET", list_emails),
    endpoint("/applications/{client_id}/token", "POST", check_token),
    endpoint("/applications/{client_id}/token", "DELETE", delete_token),
    endpoint("/applications/{client_id}/grant", "DELETE", delete_grant),
)


async def _own_token(call: Call) -> tuple[Client, str, Mapping[str, Any]]:
    user, secret = basic_credentials(call.request)
    client = PROVIDER.client(call.request.path_params["client_id"])
    if client is None or user != client.id or not PROVIDER.knows(user, secret):
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Bad credentials")
    asked = await call.asked()
    token = asked.get("access_token")
    if not isinstance(token, str):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request.")
    found = PROVIDER.behind(call.request, token)
    if found is None or found["client_id"] != client.id:
        raise not_found()
    return client, token, found


def _told(request: Request, answer: dict[str, str]) -> Response:
    if "json" in request.headers.get("accept", ""):
        return JSONResponse(answer)
    return Response(urlencode(answer), media_type="application/x-www-form-urlencoded")
