"""How much of an answer is read, and for how long: whoever answers decides neither."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx

# Some ten times what the most tokens that are asked for make, however they are written.
LONGEST = 4 * 1024 * 1024


class Bounded(httpx.BaseTransport):
    """A timeout of httpx is that of each read alone; here all of an answer has `seconds`.

    Answers are asked for as they are, so that none is larger than what came over the line.
    """

    def __init__(self, *, seconds: float) -> None:
        self._inner = httpx.HTTPTransport(trust_env=False)
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        until = time.monotonic() + self._seconds
        request.headers["Accept-Encoding"] = "identity"
        answer = self._inner.handle_request(request)
        if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            answer.close()
            raise httpx.DecodingError("packed, though not asked for so", request=request)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Part(answer, request, until=until),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._inner.close()


class _Part(httpx.SyncByteStream):
    def __init__(self, answer: httpx.Response, request: httpx.Request, *, until: float) -> None:
        self._answer, self._request, self._until = answer, request, until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._answer.iter_raw():
            size += len(part)
            if size > LONGEST:
                raise httpx.ReadError("longer than any answer", request=self._request)
            if time.monotonic() > self._until:
                raise httpx.ReadTimeout("slower than any answer", request=self._request)
            yield part

    def close(self) -> None:
        self._answer.close()
