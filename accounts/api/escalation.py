"""What no body of a request changes: who tries is ignored and written down."""

from rest_framework.request import Request

from accounts.actions.audit import record_audit
from accounts.entrance import user_in
from accounts.models import User
from core.callers import caller_of
from core.clock import now

RAISING = ("role", "is_staff", "is_superuser", "is_active")


def note_escalation(request: Request, target: User) -> None:
    """Sending back what one was given is no attempt at anything."""
    _note(request, target, by=user_in(request))


def note_escalation_by_newcomer(request: Request, made: User | None) -> None:
    """Whoever registers asks it of the account that is made, or of none that they learn of."""
    _note(request, made, by=made)


def _note(request: Request, target: User | None, *, by: User | None) -> None:
    present = target or User()
    tried = [
        field
        for field in RAISING
        if field in request.data and request.data[field] != getattr(present, field, False)
    ]
    if tried:
        record_audit(
            "accounts.escalation_ignored",
            by=by,
            target=target,
            data={"fields": tried},
            caller=caller_of(request),
            at=now(),
        )
