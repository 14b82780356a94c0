"""Another broker for a while: one that refuses, or is silent."""

from collections.abc import Iterator
from contextlib import contextmanager

from core import handover
from core.celery import app


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Whatever is handed over in here goes to this address, from a fresh start."""
    before, app.conf.broker_url = app.conf.broker_url, url
    _start_afresh()
    try:
        yield
    finally:
        app.conf.broker_url = before
        _start_afresh()


def _start_afresh() -> None:
    app._after_fork()  # forgets the connections that it holds
    handover._broker = handover._Broker()
