"""Tokens of one's own making, signed with a provider's real key: what attacks and clocks need."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.people import Person
from sandbox.signing import sign

DEFAULT = {"email": "asha.rao@mail.test", "name": "Asha Rao"}


async def mint(
    request: Request, *, owner: str, claims_of: Callable[[Person], Mapping[str, Any]]
) -> Response:
    """`{"person"?, "claims"?, "without"?, "how"?}`: the claims of a person, some of them changed
    or left out, signed rightly or as `sandbox.signing.sign` says."""
    asked = await request.json()
    person = Person(**{**DEFAULT, **asked.get("person", {})})
    claims = {**claims_of(person), **asked.get("claims", {})}
    for name in asked.get("without", ()):
        claims.pop(name, None)
    return JSONResponse({"id_token": sign(owner, claims, how=asked.get("how", ""))})
