"""A lock on guessing, told to the owner of the account, who alone can end it before its time."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.actions.audit import record_audit
from accounts.actions.brake import release
from accounts.entry.links import link_to, read, sign
from accounts.entry.mails import greeting, pretend_to_mail
from accounts.errors import LinkOver
from accounts.models import User
from core.callers import Caller
from core.mail.actions import queue_mail

PURPOSE = "unlock"


def tell_of_lock(user: User | None, *, brake: str, caller: Caller, at: datetime) -> None:
    """At most one mail an hour, whoever guesses from however many places."""
    about = {
        "name": greeting(user or User(pk=0)),
        "at": at,
        "address": caller.address,
        "link": link_to("unlock", key=sign(PURPOSE, user.pk if user else 0, brake, at=at)),
        "minutes": settings.UNLOCK_MINUTES,
    }
    if user is None or not user.is_active:
        pretend_to_mail("sign_in_locked", about, of=0, at=at)
        return
    queue_mail(
        template="accounts/sign_in_locked",
        to=user,
        context=about,
        key=f"sign_in_locked {user.pk} {at:%Y-%m-%d %H}",
        at=at,
    )


def find_locked(key: str, *, at: datetime) -> tuple[User, str]:
    pk, brake = read(PURPOSE, key, lasts=timedelta(minutes=settings.UNLOCK_MINUTES), at=at)
    user = User.objects.active().filter(pk=pk).first()
    if user is None:
        raise LinkOver
    return user, brake


def unlock(key: str, *, caller: Caller, at: datetime) -> User:
    """End the lock that the mail was about. Whoever calls this also remembers the browser, which
    from then on is counted by itself."""
    user, brake = find_locked(key, at=at)
    release(brake, at=at)
    record_audit("accounts.sign_in_unlocked", by=user, target=user, caller=caller, at=at)
    return user
