"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True)
class Finding:
    """`detail` is read by strangers: a short phrase without hosts, paths or errors' texts."""

    status: Status
    detail: str


def healthy(detail: str) -> Finding:
    return Finding(Status.HEALTHY, detail)


def degraded(detail: str) -> Finding:
    return Finding(Status.DEGRADED, detail)


def unhealthy(detail: str) -> Finding:
    return Finding(Status.UNHEALTHY, detail)


def not_configured(detail: str) -> Finding:
    return Finding(Status.NOT_CONFIGURED, detail)
