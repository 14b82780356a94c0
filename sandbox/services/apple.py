"""Sign in with Apple: a signed client secret, an answer by form, a name that is told once."""

import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.authorizing import Client, GrantError, Provider, person_of
from sandbox.clock import now
from sandbox.frame import frame_of
from sandbox.minting import mint
from sandbox.people import Person
from sandbox.service import Service
from sandbox.signing import key_set, sign

NAME = "apple"
ISSUER = "https://appleid.apple.com"
TEAM_ID = "SANDBOXTEAM"
KEY_ID = "SANDBOXKEY"
PRIVATE_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1J29VNyCCZSaUENL
+YPlL+MYwCEy4WsCH0rJpKnYa4KhRANCAAScuFYRhFua1+S9CvxFbv+8D9cS8eUe
uf40U9xtetwDef7JKZSfD/ysEZ+t/vOdBFC018GznyjRUUTVtv+ARs4w
-----END PRIVATE KEY-----
"""  # Made for the sandbox, worth nothing.
CLIENT = Client(id="org.apranova.sandbox", secret="", title="ApraNova")
NEIGHBOUR = Client(id="org.example.neighbour", secret="", title="Another app")
RELAY = "privaterelay.appleid.com"
LONGEST_SECRET_SECONDS = 15_777_000
TOKEN_SECONDS = 3_600


async def give_token(request: Request) -> Response:
    form = await request.form()
    client_id = str(form.get("client_id", ""))
    if not _is_client_secret(str(form.get("client_secret", "")), client_id=client_id):
        return _refusal("invalid_client")
    if form.get("grant_type") != "authorization_code":
        return _refusal("unsupported_grant_type")
    try:
        grant = PROVIDER.redeem(request, form, client_id=client_id)
    except GrantError:
        return _refusal("invalid_grant")
    access_token = PROVIDER.hand_out(request, grant)
    return JSONResponse(
        {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "refresh_token": PROVIDER.hand_out(request, grant),
            "id_token": _id_token(grant),
        }
    )


async def show_keys(request: Request) -> Response:
    return JSONResponse(key_set(NAME))


async def mint_token(request: Request) -> Response:
    return await mint(
        request, owner=NAME, claims_of=lambda person: claims_of(person, audience=CLIENT.id)
    )


def claims_of(person: Person, *, audience: str, nonce: str = "") -> dict[str, Any]:
    at = int(now().timestamp())
    number = person.number(at=NAME)
    hidden = {"email": f"{number:x}@{RELAY}", "is_private_email": "true"}
    return {
        "iss": ISSUER,
        "aud": audience,
        "sub": f"{number % 1_000_000:06}.{number:032x}.0001",
        "iat": at,
        "exp": at + TOKEN_SECONDS,
        "auth_time": at,
        "nonce_supported": True,
        **({"nonce": nonce} if nonce else {}),
        # Text where others say true and false, as Apple does.
        "email_verified": "true" if person.is_verified else "false",
        **(hidden if person.is_hidden else {"email": person.email}),
    }


def answer_beside_code(request: Request, grant: Mapping[str, Any]) -> dict[str, str]:
    """An id_token where one was asked for, and who they are when they come for the first time."""
    extras = {}
    if "id_token" in grant["response_type"].split():
        extras["id_token"] = _id_token(grant)
    person = person_of(grant)
    consent = f"{grant['client_id']} {person.email.lower()}"
    records = frame_of(request).records
    if "name" in grant["scope"].split() and records.get(NAME, "consent", consent) is None:
        name = {"firstName": person.given_name, "lastName": person.family_name}
        claims = claims_of(person, audience=grant["client_id"])
        extras["user"] = json.dumps({"name": name, "email": claims["email"]})
        records.put(NAME, "consent", consent, {"at": now().isoformat()})
    return extras


def error_body(status: int, message: str) -> Mapping[str, Any]:
    return {"error": "server_error" if status >= 500 else "invalid_request"}


PROVIDER = Provider(
    name=NAME,
    title="Apple",
    clients=(CLIENT, NEIGHBOUR),
    denied="user_cancelled_authorize",
    can_hide=True,
    extras=answer_beside_code,
)
SERVICE = Service(
    name=NAME,
    title="Apple",
    about="Signs people in: pick somebody, or type who you are. Their name is told once.",
    routes=(
        *PROVIDER.pages("/auth/authorize"),
        Route("/auth/token", give_token, methods=["POST"]),
        Route("/auth/keys", show_keys),
        Route("/mint", mint_token, methods=["POST"]),
    ),
    keys={
        "Client id": CLIENT.id,
        "Team id": TEAM_ID,
        "Key id": KEY_ID,
        "Private key": PRIVATE_KEY,
    },
    error=error_body,
    icon="person",
)


def _id_token(grant: Mapping[str, Any]) -> str:
    person = person_of(grant)
    return sign(NAME, claims_of(person, audience=grant["client_id"], nonce=grant["nonce"]))


def _is_client_secret(token: str, *, client_id: str) -> bool:
    """ES256 by the team's key, for this client, not for longer than half a year."""
    if PROVIDER.client(client_id) is None:
        return False
    key = serialization.load_pem_private_key(PRIVATE_KEY.encode(), None).public_key()
    try:
        claims = jwt.decode(
            token,
            key,  # type: ignore[arg-type]
            algorithms=["ES256"],
            audience=ISSUER,
            issuer=TEAM_ID,
            options={"require": ["iss", "iat", "exp", "aud", "sub"]},
        )
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        return False
    lasts = claims["exp"] - claims["iat"]
    return claims["sub"] == client_id and key_id == KEY_ID and lasts <= LONGEST_SECRET_SECONDS


def _refusal(error: str) -> Response:
    return JSONResponse({"error": error}, 400)
