"""What the tests of mail share."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.mail.actions import queue_mail
from core.mail.models import Mail
from core.mail.tests.servers import MailServer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def at() -> datetime:
    return NOON


@pytest.fixture
def _templates(settings: Any) -> None:
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        yield server


@pytest.fixture
def no_server(settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False


@pytest.fixture
def queue(db: None, _templates: None) -> Callable[..., Mail]:
    numbers = count(1)

    def queued(to: Any = "ada@example.test", **changes: Any) -> Mail:
        how = {
            "template": "core/greeting",
            "context": {"name": "Ada O'Neill", "token": "open-sesame"},
            "key": f"greeting {next(numbers)}",
            "at": NOON,
        }
        return queue_mail(to=to, **(how | changes))

    return queued
