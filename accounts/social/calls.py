"""Calls to a provider: they take no detour, end in time, and answer sensibly or not at all."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from requests import HTTPError, Response, Session
from requests.exceptions import InvalidJSONError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class ProviderSession(Session):
    """Raises `requests.RequestException` for whatever is no answer to what was asked.

    So allauth's code, which trusts that an answer has its usual form, meets no other. A refusal
    (4xx) is an answer; a redirect is none, since a code or a secret would go along with it.
    """

    def request(self, method: Any, url: Any, **how: Any) -> Response:  # type: ignore[override]
        # What runs on this machine, such as the sandbox, is behind no proxy.
        self.trust_env = urlsplit(url).hostname not in LOOPBACK
        how |= {"timeout": settings.SOCIAL_TIMEOUT, "allow_redirects": False}
        answer = super().request(method, url, **how)
        status = answer.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING or answer.is_redirect:
            raise HTTPError(f"HTTP {status}", response=answer)
        answer.headers["content-type"] = "application/json"
        if answer.ok and not isinstance(answer.json(), dict | list):
            raise InvalidJSONError("no object", response=answer)
        return answer
