"""Writes that a flaky client may repeat: the same Idempotency-Key gives the first answer again."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.renderers import JSONRenderer
from core.clock import now
from core.errors import Conflict, Invalid
from core.idempotency.actions import free_key, keep_answer, take_key
from core.idempotency.models import ROUTE_LENGTH, IdempotentCall

HEADER = "Idempotency-Key"
RETRY_AFTER_SECONDS = 1

View = TypeVar("View", bound=Callable[..., Response])

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# These say something of the caller or of the moment; a repetition may fare better.
_NOT_KEPT = {401, 403, 429}


class StillUnderWay(Conflict):
    message = gettext_lazy("The same call is still under way. Please repeat it in a moment.")
    retry_after = RETRY_AFTER_SECONDS


class KeyUsedForAnother(Conflict):
    message = gettext_lazy(
        "This Idempotency-Key was used for another call. Please use a new key for a new call."
    )


def idempotent(view: View) -> View:
    """For a `post`, `create` or action. Without the header the call is done as always."""

    @wraps(view)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(self, request, *args, **kwargs)
        fingerprint = _fingerprint(request)
        call, is_ours = take_key(
            user=request.user if request.user.is_authenticated else None,
            route=_route(request),
            key=_checked(key),
            fingerprint=fingerprint,
            at=now(),
        )
        if not is_ours:
            return _first_answer(call, fingerprint)
        return _do(call, self, lambda: view(self, request, *args, **kwargs))

    answered.is_idempotent = True  # type: ignore[attr-defined]
    return answered  # type: ignore[return-value]


def _do(call: IdempotentCall, view: Any, handler: Callable[[], Response]) -> Response:
    try:
        response = _answer(view, handler)
        if _is_kept(response.status_code):
            keep_answer(
                call,
                status=response.status_code,
                headers=_own_headers(response),
                body=JSONRenderer().render(response.data).decode(),
            )
    except BaseException:
        free_key(call)
        raise
    if not _is_kept(response.status_code):
        free_key(call)
    return response


def _answer(view: Any, handler: Callable[[], Response]) -> Response:
    """A refusal is an answer too; what nobody foresaw is raised again."""
    try:
        return handler()
    except Exception as error:  # noqa: BLE001
        refused: Response = view.handle_exception(error)
        return refused


def _is_kept(status: int) -> bool:
    return status < 500 and status not in _NOT_KEPT


def _first_answer(call: IdempotentCall, fingerprint: str) -> Response:
    if call.fingerprint != fingerprint:
        raise KeyUsedForAnother
    if not call.is_answered:
        raise StillUnderWay
    headers = {**call.headers, "Idempotent-Replayed": "true"}
    data = json.loads(call.body) if call.body else None
    return Response(data, status=call.status, headers=headers)


def _own_headers(response: Response) -> dict[str, str]:
    """What the view put there itself, such as Location."""
    return {name: value for name, value in response.items() if name != "Content-Type"}


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        wanted = _("A key has 1 to 255 visible ASCII characters, such as a UUID.")
        raise Invalid(None, **{HEADER: [wanted]})
    return key


def _route(request: Request) -> str:
    """The address, whatever version it is called by."""
    path = request.path.replace("/api/v1/", "/api/", 1)
    return f"{request.method} {path}"[:ROUTE_LENGTH]


def _fingerprint(request: Request) -> str:
    """Of the bytes; of a multipart body, whose boundary differs each time, of its parts.

    And of what the address asks for, such as only to look at it.
    """
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    for part in _parts(request):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parts(request: Request) -> Iterable[bytes]:
    if not request.content_type.startswith("multipart/"):
        yield request._request.body  # noqa: SLF001
        return
    fields = cast("QueryDict", request.data)
    for name in sorted(fields):
        yield name.encode()
        for value in fields.getlist(name):
            yield from _file_parts(value) if isinstance(value, UploadedFile) else (value.encode(),)


def _file_parts(file: UploadedFile) -> Iterable[bytes]:
    content = hashlib.sha256()
    for chunk in file.chunks():
        content.update(chunk)
    file.seek(0)
    yield (file.name or "").encode()
    yield content.digest()
