"""The one place where the sandbox reads the time."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
