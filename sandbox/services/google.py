"""Google's sign-in: OpenID Connect with PKCE, userinfo, tokeninfo, its keys."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.authorizing import Client, GrantError, Provider, lifetime_left, person_of
from sandbox.clock import now
from sandbox.minting import mint
from sandbox.people import Person
from sandbox.service import Service, bearer_key
from sandbox.signing import key_set, sign

NAME = "google"
ISSUER = "https://accounts.google.com"
CLIENT = Client(
    id="sandbox-google-client.apps.googleusercontent.com",
    secret="sandbox-google-secret",  # noqa: S106 - made for the sandbox, worth nothing
    title="ApraNova",
)
NEIGHBOUR = Client(
    id="neighbour.apps.googleusercontent.com",
    secret="sandbox-neighbour-secret",  # noqa: S106 - likewise
    title="Another app",
)
PROVIDER = Provider(name=NAME, title="Google", clients=(CLIENT, NEIGHBOUR))
TOKEN_SECONDS = 3_600


async def give_token(request: Request) -> Response:
    form = await request.form()
    client_id = str(form.get("client_id", ""))
    if not PROVIDER.knows(client_id, str(form.get("client_secret", ""))):
        return _refusal(401, "invalid_client", "Unauthorized")
    if form.get("grant_type") != "authorization_code":
        return _refusal(400, "unsupported_grant_type", "Invalid grant_type")
    try:
        grant = PROVIDER.redeem(request, form, client_id=client_id)
    except GrantError as error:
        return _refusal(400, str(error), "Bad Request")
    access_token = PROVIDER.hand_out(request, grant)
    claims = claims_of(person_of(grant), audience=client_id, nonce=grant["nonce"])
    answer = {
        "access_token": access_token,
        "expires_in": TOKEN_SECONDS - 1,
        "scope": grant["scope"],
        "token_type": "Bearer",
        "id_token": sign(NAME, {**claims, "at_hash": _at_hash(access_token)}),
    }
    return JSONResponse(answer)


async def show_user(request: Request) -> Response:
    found = PROVIDER.behind(request, bearer_key(request))
    if found is None:
        return _refusal(401, "invalid_request", "Invalid Credentials")
    return JSONResponse({"sub": _number(person_of(found)), **_profile(person_of(found))})


async def show_token(request: Request) -> Response:
    token = request.query_params.get("access_token", "")
    found = PROVIDER.behind(request, token)
    if found is None:
        return _refusal(400, "invalid_token", "Invalid Value")
    person = person_of(found)
    return JSONResponse(
        {
            "azp": found["client_id"],
            "aud": found["client_id"],
            "sub": _number(person),
            "scope": found["scope"],
            "exp": str(int(found["expires_at"])),
            "expires_in": str(lifetime_left(found)),
            "email": person.email,
            "email_verified": "true" if person.is_verified else "false",
            "access_type": "online",
        }
    )


async def show_keys(request: Request) -> Response:
    return JSONResponse(key_set(NAME), headers={"Cache-Control": "public, max-age=19800"})


async def mint_token(request: Request) -> Response:
    return await mint(
        request, owner=NAME, claims_of=lambda person: claims_of(person, audience=CLIENT.id)
    )


def claims_of(person: Person, *, audience: str, nonce: str = "") -> dict[str, Any]:
    at = int(now().timestamp())
    return {
        "iss": ISSUER,
        "azp": audience,
        "aud": audience,
        "sub": _number(person),
        **_profile(person),
        "iat": at,
        "exp": at + TOKEN_SECONDS,
        **({"nonce": nonce} if nonce else {}),
    }


def error_body(status: int, message: str) -> Mapping[str, Any]:
    return {"error": "server_error" if status >= 500 else "invalid", "error_description": message}


SERVICE = Service(
    name=NAME,
    title="Google",
    about="Signs people in: pick somebody, or type who you are.",
    routes=(
        *PROVIDER.pages("/auth"),
        Route("/token", give_token, methods=["POST"]),
        Route("/userinfo", show_user),
        Route("/tokeninfo", show_token),
        Route("/certs", show_keys),
        Route("/mint", mint_token, methods=["POST"]),
    ),
    keys={"Client id": CLIENT.id, "Client secret": CLIENT.secret},
    error=error_body,
    icon="person",
)


def _profile(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "email_verified": person.is_verified,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
    }


def _number(person: Person) -> str:
    return str(person.number(at=NAME))


def _at_hash(access_token: str) -> str:
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def _refusal(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
