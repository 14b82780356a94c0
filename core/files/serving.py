"""Giving out the bytes of a private file: in parts if asked, never trusted, never shared."""

import re
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from core.files.kinds import SHOWN_TYPES
from core.files.models import StoredFile
from core.files.names import content_disposition
from core.files.storage import stream

# Whatever is in it, a browser that shows it runs and loads nothing, and is nobody here.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """Asked for with `?download`, even a picture is saved and not shown."""
    etag = f'"{file.sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _labelled(HttpResponse(status=HTTPStatus.NOT_MODIFIED), file, etag)
    asked = _asked_part(request, file.size, etag)
    if asked is None:
        return _unsatisfiable(file)
    start, length = asked
    response = StreamingHttpResponse(stream(file.place, start=start, length=length))
    is_shown = file.content_type in SHOWN_TYPES and "download" not in request.GET
    response["Content-Type"] = file.content_type
    response["Content-Disposition"] = content_disposition(file.name, as_attachment=not is_shown)
    response["Content-Length"] = str(length)
    response["Content-Security-Policy"] = POLICY
    # Compressed on its way it would lose its length, and parts of it their meaning.
    response["Content-Encoding"] = "identity"
    response["Accept-Ranges"] = "bytes"
    if length < file.size:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.size}"
    return _labelled(response, file, etag)


def _labelled(response: HttpResponseBase, file: StoredFile, etag: str) -> HttpResponseBase:
    """A browser may keep it, and asks each time whether one may still read it."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Start and length; the whole where one part is not plainly asked for; None beyond its end."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if_range = request.headers.get("If-Range")
    if asked is None or asked[0] == "bytes=-" or if_range not in {None, etag}:
        return 0, size
    first, last = asked[1], asked[2]
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return 0, size
    return (start, end - start + 1) if start < size else None


def _unsatisfiable(file: StoredFile) -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    response["Content-Range"] = f"bytes */{file.size}"
    return response
