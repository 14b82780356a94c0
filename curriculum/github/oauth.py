"""Being let act at GitHub in somebody's name: OAuth with PKCE, with as few rights as will do."""

from __future__ import annotations

import base64
import hashlib
from http import HTTPStatus
from urllib.parse import urlencode

import httpx
from django.conf import settings

from curriculum.github.client import HEADERS, GitHub
from curriculum.github.errors import AwayError, RefusedError

# `repo` holds webhooks of all repositories; `public_repo` holds none.
PRIVATE_SCOPES = ("repo",)
PUBLIC_SCOPES = ("public_repo", "write:repo_hook")
INCLUDED = {
    "repo": {"public_repo", "write:repo_hook"},
    "admin:repo_hook": {"write:repo_hook"},
}


def needed_scopes() -> tuple[str, ...]:
    return PRIVATE_SCOPES if settings.GITHUB_PRIVATE_REPOSITORIES else PUBLIC_SCOPES


def missing_scopes(granted: frozenset[str]) -> list[str]:
    held = granted.union(*(INCLUDED.get(each, set()) for each in granted))
    return [each for each in needed_scopes() if each not in held]


def authorize_url(*, state: str, verifier: str, redirect_uri: str) -> str:
    asked = {
        "client_id": settings.GITHUB["client_id"],
        "redirect_uri": redirect_uri,
        "scope": " ".join(needed_scopes()),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        "allow_signup": "true",
    }
    return f"{settings.GITHUB['authorize']}?{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def token_for(*, code: str, verifier: str, redirect_uri: str) -> str:
    """Raises `RefusedError` for a code that opens nothing: GitHub says so with status 200."""
    given = {
        "client_id": settings.GITHUB["client_id"],
        "client_secret": settings.GITHUB["secret"],
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    try:
        answer = httpx.post(
            settings.GITHUB["token"],
            data=given,
            headers=HEADERS | {"Accept": "application/json"},
            timeout=settings.GITHUB_TIMEOUT,
            trust_env=False,
        )
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise AwayError(type(error).__name__) from None
    if answer.status_code != HTTPStatus.OK or not isinstance(said, dict):
        raise AwayError(f"HTTP {answer.status_code}")
    token = said.get("access_token")
    if isinstance(token, str) and token:
        return token
    if said.get("error") == "incorrect_client_credentials":
        # About our own secret: the operator's affair, and nothing that whoever waits can mend.
        raise AwayError("our client secret is not taken")
    raise RefusedError(HTTPStatus.BAD_REQUEST, "the code opens nothing")


def give_back(token: str, *, whole_grant: bool) -> None:
    """Take back one token, or with the grant all that the app has of this person."""
    client_id, secret = settings.GITHUB["client_id"], settings.GITHUB["secret"]
    with GitHub(auth=(client_id, secret)) as github:
        github.forget_token(client_id, token, whole_grant=whole_grant)
