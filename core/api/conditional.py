"""Reads that cost little when nothing changed: ETag, If-None-Match, 304 without a body."""

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# Takes what the view takes. It must change with all that the answer shows, the caller's own part
# included.
Version = Callable[..., object]

# Kept by the caller alone, and asked about before each use.
CACHE_CONTROL = "private, no-cache"
# Besides what DRF adds by itself: messages follow the language, content may follow the person.
VARY = ("Accept", "Accept-Language", "Authorization", "Cookie")


def conditional(view: View) -> View:
    """For a `get`, `list` or `retrieve`: the bytes of the answer are its version."""

    @wraps(view)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = view(self, request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK:
            response.add_post_render_callback(lambda rendered: _compared(request, rendered))
        return response

    return answered  # type: ignore[return-value]


def conditional_on(version: Version) -> Callable[[View], View]:
    """Likewise, where a version is cheaper to have than the answer, which then is not made."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            known = version(self, request, *args, **kwargs)
            # Weak: the same facts, but not always the same bytes.
            etag = f"W/{_etag(repr((request.LANGUAGE_CODE, known)).encode())}"
            if _has(request, etag):
                return _marked(HttpResponseNotModified(), etag)
            response = view(self, request, *args, **kwargs)
            return _marked(response, etag) if response.status_code == HTTPStatus.OK else response

        return answered  # type: ignore[return-value]

    return decorate


def _compared(request: Request, response: HttpResponse) -> HttpResponseBase:
    etag = _etag(response.content)
    if not _has(request, etag):
        return _marked(response, etag)
    unchanged = HttpResponseNotModified()
    unchanged.cookies = response.cookies
    return _marked(unchanged, etag)


def _has(request: Request, etag: str) -> bool:
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return held == ["*"] or etag.removeprefix("W/") in {each.removeprefix("W/") for each in held}


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, VARY)
    return response


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
