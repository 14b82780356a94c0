"""A gateway over HTTP: a bearer key, a JSON message in, its id out."""

from http import HTTPStatus

import httpx

from accounts.sms.sender import GatewayAwayError, NumberRefusedError

# About us and not about the number: our key, our account, our address, too many of us.
_ABOUT_US = frozenset({401, 402, 403, 404, 405, 408, 425, 429})


class HttpSender:
    """One try a call: whoever calls knows how long a text is worth trying for."""

    def __init__(self, *, url: str, key: str, name: str, seconds: float) -> None:
        self._url = url
        self._key = key
        self._name = name
        self._seconds = seconds

    def send(self, to: str, text: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": key}
        message = {"to": to, "from": self._name, "text": text}
        try:
            # No proxy of the environment: the address is the operator's own, as they wrote it.
            answer = httpx.post(
                self._url, json=message, headers=headers, timeout=self._seconds, trust_env=False
            )
        except httpx.HTTPError as error:
            raise GatewayAwayError(type(error).__name__) from None
        _judge(answer.status_code)


def _judge(status: int) -> None:
    """By the status alone: a text whose receipt cannot be read has been taken all the same."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    is_final = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_final and status not in _ABOUT_US:
        raise NumberRefusedError(f"HTTP {status}")
    raise GatewayAwayError(f"HTTP {status}")
