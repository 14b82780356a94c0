"""The ids that tie log lines and rows to the request that started them."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

REQUEST_ID_LENGTH = 64


def current_request_id() -> str:
    """Empty outside of a request and of what a request started."""
    return str(structlog.contextvars.get_contextvars().get("request_id") or "")[:REQUEST_ID_LENGTH]


@contextmanager
def tracing(request_id: str, **ids: object) -> Iterator[None]:
    """Everything logged or recorded in here bears these ids."""
    known = {"request_id": request_id} if request_id else {}
    with structlog.contextvars.bound_contextvars(**known, **ids):
        yield
