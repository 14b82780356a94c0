"""The door to the audit log, which a higher floor keeps: core says only what was done."""

from datetime import datetime
from typing import Any, Protocol

from django.db import models

from core.callers import Caller
from core.registries import Registry


class AuditLog(Protocol):
    def record_audit(
        self,
        action: str,
        *,
        by: Any,
        at: datetime,
        target: models.Model | None = None,
        data: dict[str, Any] | None = None,
        caller: Caller | None = None,
    ) -> object: ...

    def history_of(self, target: models.Model) -> models.QuerySet[Any]: ...


audit_logs: Registry[AuditLog] = Registry("audit logs")


def record_audit(
    action: str,
    *,
    by: Any,
    at: datetime,
    target: models.Model | None = None,
    data: dict[str, Any] | None = None,
    caller: Caller | None = None,
) -> None:
    """Write down, in the caller's transaction, what a user did by hand to one of core's rows."""
    for _name, log in audit_logs:
        log.record_audit(action, by=by, at=at, target=target, data=data, caller=caller)
