"""Fetching and posting: one call, one deadline, whatever happens on the way."""

import ssl
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx
from django.utils.translation import gettext_lazy as _

from core.outbound.addresses import checked, parsed
from core.outbound.errors import (
    RefusedUrlError,
    TooMuchError,
    TooSlowError,
    UnreachableError,
    WrongContentError,
)
from core.outbound.network import INTERNET, Deadline, GuardedBackend, Internet

USER_AGENT = "ApraNova"
# What may be told to another origin than the one a caller meant.
HARMLESS_HEADERS = ("user-agent", "accept", "accept-encoding", "connection")


@dataclass(frozen=True)
class Limits:
    """`seconds` counts from the first look-up to the last byte, over all redirects."""

    seconds: float = 10
    connect_seconds: float = 4
    max_bytes: int = 2_000_000
    redirects: int = 5


@dataclass(frozen=True)
class Fetched:
    """`url` is where the redirects ended; `body` is unpacked."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def content_type(self) -> str:
        return _media_type(self.headers)

    @property
    def text(self) -> str:
        return httpx.Response(self.status, headers=self.headers, content=self.body).text


def fetch(
    url: str,
    *,
    accept: Collection[str] = (),
    limits: Limits = Limits(),
    headers: Mapping[str, str] | None = None,
    internet: Internet = INTERNET,
) -> Fetched:
    """GET what is there, whatever its status. `accept` names the media types that may come."""
    request = _request("GET", url, headers=headers)
    return _Visit(limits, internet).follow(request, accept=accept)


def post(
    url: str,
    *,
    body: bytes,
    content_type: str,
    limits: Limits = Limits(),
    headers: Mapping[str, str] | None = None,
    internet: Internet = INTERNET,
) -> Fetched:
    """POST to exactly this address: a redirect is answered as it is, and the body goes nowhere."""
    headers = {**(headers or {}), "Content-Type": content_type}
    request = _request("POST", url, headers=headers, content=body)
    return _Visit(limits, internet).ask(request)


class _Visit:
    """One call: its deadline holds for everything that is done in it."""

    def __init__(self, limits: Limits, internet: Internet) -> None:
        self._limits = limits
        self._backend = GuardedBackend(
            internet, Deadline(limits.seconds), connect_seconds=limits.connect_seconds
        )
        self._trust = internet.trust

    def follow(self, request: httpx.Request, *, accept: Collection[str]) -> Fetched:
        for _hop in range(self._limits.redirects + 1):
            fetched = self.ask(request, accept=accept)
            following = _redirected(request, fetched)
            if following is None:
                return fetched
            request = following
        raise UnreachableError(_("This address redirects too often."))

    def ask(self, request: httpx.Request, *, accept: Collection[str] = ()) -> Fetched:
        url = request.url
        try:
            with httpcore.ConnectionPool(
                ssl_context=self._trust() if url.scheme == "https" else None,
                network_backend=self._backend,
            ) as pool:
                response = pool.handle_request(_for_httpcore(request))
                try:
                    return self._read(url, response, accept)
                finally:
                    response.close()
        except httpcore.TimeoutException:
            raise TooSlowError from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
            raise UnreachableError from None

    def _read(
        self, url: httpx.URL, response: httpcore.Response, accept: Collection[str]
    ) -> Fetched:
        headers = httpx.Headers(response.headers)
        is_final = not _is_redirect(response.status, headers)
        if accept and is_final and _media_type(headers) not in accept:
            raise WrongContentError
        body = b""
        if is_final:
            unpacked = _unpacked(response.iter_stream(), headers, self._limits.max_bytes)
            body = b"".join(unpacked)
        return Fetched(url=str(url), status=response.status, headers=headers, body=body)


def _request(method: str, url: str, **parts: Any) -> httpx.Request:
    headers = {
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **(parts.pop("headers") or {}),
    }
    return httpx.Request(method, checked(parsed(url)), headers=headers, **parts)


def _redirected(request: httpx.Request, fetched: Fetched) -> httpx.Request | None:
    if not _is_redirect(fetched.status, fetched.headers):
        return None
    try:
        url = request.url.join(fetched.headers["Location"])
    except (httpx.InvalidURL, UnicodeError):
        raise RefusedUrlError from None
    headers = {name: value for name, value in request.headers.items() if name != "host"}
    if (url.scheme, url.host, url.port) != (request.url.scheme, request.url.host, request.url.port):
        headers = {name: headers[name] for name in HARMLESS_HEADERS if name in headers}
    return httpx.Request("GET", checked(url), headers=headers)


def _is_redirect(status: int, headers: httpx.Headers) -> bool:
    return status in {301, 302, 303, 307, 308} and "Location" in headers


def _media_type(headers: httpx.Headers) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _unpacked(chunks: Iterable[bytes], headers: httpx.Headers, limit: int) -> Iterator[bytes]:
    """Unpacks by ourselves, because the limit must hold inside one packed chunk too."""
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise WrongContentError
    if encoding == "identity" and int(headers.get("Content-Length", "0")) > limit:
        raise TooMuchError
    unzip = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 16)
    taken = 0
    for chunk in chunks:
        try:
            data = unzip.decompress(chunk, limit - taken + 1) if unzip else chunk
        except zlib.error:
            raise WrongContentError from None
        taken += len(data)
        if taken > limit:
            raise TooMuchError
        yield data


def _for_httpcore(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
    )
