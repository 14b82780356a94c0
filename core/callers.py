"""From where somebody calls: what sign-ins and the audit log keep of a request."""

from dataclasses import dataclass

from django.http import HttpRequest

from core.requests import NO_ADDRESS, client_address

USER_AGENT_LENGTH = 200


@dataclass(frozen=True)
class Caller:
    """`address` is None where there is no network address, as behind a socket file."""

    address: str | None = None
    user_agent: str = ""


def caller_of(request: HttpRequest) -> Caller:
    address = client_address(request)
    user_agent = request.headers.get("User-Agent", "").replace("\x00", "")
    return Caller(None if address == NO_ADDRESS else address, user_agent[:USER_AGENT_LENGTH])
