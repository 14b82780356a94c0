"""Signing in again before an account that was closed is erased: it calls the closing off."""

from datetime import datetime

from accounts.actions.audit import record_audit
from accounts.entry.mails import greeting
from accounts.errors import InvalidCredentials
from accounts.events import ClosingCalledOff
from accounts.models import AccountClosing, User
from core.callers import Caller
from core.events.actions import record
from core.mail.actions import queue_mail


def call_off_closing(user: User, *, caller: Caller, at: datetime) -> bool:
    """Whether there was one, in the transaction that starts a sign-in.

    The erasure locks the same row, so that one of the two comes first: whoever is just too late
    finds that there is nobody any more.
    """
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk).exists():
        raise InvalidCredentials
    closing = AccountClosing.objects.open().select_for_update().filter(user=user).first()
    if closing is None:
        return False
    closing.cancelled_at = at
    closing.save(update_fields=["cancelled_at"])
    record_audit("accounts.closing_called_off", by=user, target=user, caller=caller, at=at)
    record(ClosingCalledOff(user_id=user.pk), by=user, at=at)
    queue_mail(
        template="accounts/closing_called_off",
        to=user,
        context={"name": greeting(user)},
        key=f"accounts.closing_called_off:{closing.pk}",
        at=at,
    )
    return True
