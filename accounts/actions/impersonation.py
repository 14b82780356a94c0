"""Acting in somebody else's name for a while: the start. It ends as every sign-in does."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.actions.audit import record_audit
from accounts.events import ImpersonationStarted
from accounts.models import SignIn, User
from accounts.models.sign_ins import stamp_of
from core.callers import Caller
from core.events.actions import record

WAY = "impersonation"


@transaction.atomic
def start_impersonation(user: User, *, own: SignIn, caller: Caller, at: datetime) -> SignIn:
    """A sign-in as `user` that lives as long as its maker's `own`, and not long.

    It is no sign-in of theirs: it proves nothing, calls nothing off, and no event says that they
    came. In their list of sign-ins it stands, and says whose it is.
    """
    expires_at = at + timedelta(minutes=settings.IMPERSONATION_MINUTES)
    sign_in = SignIn.objects.create(
        user=user,
        kind=SignIn.Kind.BROWSER,
        way=WAY,
        impersonator=own.user,
        behind=own,
        password_stamp=stamp_of(user),
        address=caller.address,
        user_agent=caller.user_agent,
        created_at=at,
        last_seen_at=at,
        expires_at=min(expires_at, own.expires_at),
    )
    record_audit("accounts.impersonation_started", by=own.user, target=user, caller=caller, at=at)
    event = ImpersonationStarted(user_id=user.pk, impersonator_id=own.user.pk, sign_in=sign_in.sid)
    record(event, by=own.user, at=at)
    return sign_in
