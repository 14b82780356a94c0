"""Leaving: a copy of one's data, closing one's account, and the erasure when the grace is over."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.audit import record_audit
from accounts.actions.people import lock_with_superadmins, refuse_last_superadmin
from accounts.actions.sign_ins import end_every_sign_in
from accounts.actions.trainers import EndOfAssignment, end_assignments_of
from accounts.entry.mails import greeting
from accounts.events import ClosingAsked, UserDeleted
from accounts.models import AccountClosing, ApiKey, SignIn, User
from core.callers import Caller
from core.events.actions import record
from core.jobs.actions import start_job
from core.jobs.models import Job
from core.mail.actions import queue_mail
from core.personal_data import erase_personal_data

logger = logging.getLogger(__name__)

EXPORT_JOB = "accounts.export"
NOBODY = Caller()


@transaction.atomic
def start_export(user: User, *, caller: Caller, at: datetime) -> Job:
    """Raises `JobUnderWay` while one is being made."""
    job = start_job(
        kind=EXPORT_JOB,
        owner=user,
        payload={"user_id": user.pk},
        subject=f"export of {user.pk}",
        at=at,
    )
    record_audit("accounts.export_asked", by=user, target=user, caller=caller, at=at)
    return job


@transaction.atomic
def close_account(user: User, *, caller: Caller, at: datetime) -> AccountClosing:
    """Signs its owner out everywhere, and sets the day of its erasure. Twice is as good as once."""
    user = lock_with_superadmins(user)
    under_way = AccountClosing.objects.open().filter(user=user).first()
    if under_way is not None:
        return under_way
    refuse_last_superadmin(user)
    due_at = at + timedelta(days=settings.CLOSING_GRACE_DAYS)
    closing = AccountClosing.objects.create(user=user, asked_at=at, due_at=due_at)
    ApiKey.objects.filter(owner=user, revoked_at=None).update(revoked_at=at)
    record_audit("accounts.closing_asked", by=user, target=user, caller=caller, at=at)
    record(ClosingAsked(user_id=user.pk), by=user, at=at)
    end_every_sign_in(user, by=user, reason=SignIn.End.CLOSED, caller=caller, at=at)
    queue_mail(
        template="accounts/closing",
        to=user,
        context={
            "name": greeting(user),
            "due_on": timezone.localdate(due_at),
            "link": f"{settings.FRONTEND_URL}{reverse('account_login')}",
        },
        key=f"accounts.closing:{closing.pk}",
        at=at,
    )
    return closing


def erase_closed(*, at: datetime) -> int:
    """Erase every account whose days are over, each by itself: one that fails stops no other."""
    erased = 0
    for key in AccountClosing.objects.due(at).order_by("due_at").values_list("pk", flat=True):
        try:
            erased += erase_account(key, at=at)
        except Exception:
            logger.exception("An account could not be erased", extra={"closing": key})
    return erased


@transaction.atomic
def erase_account(closing_id: int, *, at: datetime) -> bool:
    """False where it was called off meanwhile, or is done.

    The person's row is locked first, as by a sign-in (`returning`): one of the two comes first.
    """
    user_id = AccountClosing.objects.filter(pk=closing_id).values_list("user", flat=True).first()
    user = lock_with_superadmins(User(pk=user_id)) if user_id else None
    closing = AccountClosing.objects.due(at).select_for_update().filter(pk=closing_id).first()
    if closing is None:
        return False
    closing.erased_at = at
    closing.save(update_fields=["erased_at"])
    if user is not None:
        _erase(user, at=at)
    return True


def _erase(user: User, *, at: datetime) -> None:
    refuse_last_superadmin(user)
    record_audit("accounts.erased", by=None, target=user, at=at)
    record(UserDeleted(user_id=user.pk), by=None, at=at)
    end_assignments_of(user, EndOfAssignment.DELETED, by=None, caller=NOBODY, at=at)
    end_every_sign_in(user, by=None, reason=SignIn.End.CLOSED, caller=NOBODY, at=at)
    erase_personal_data(user, at=at)
    user.delete()
