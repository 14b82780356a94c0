"""New passwords: forgotten ones by a mailed link, others by whoever knows the old one."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from accounts.actions.addresses import drop_change, prove_by_owner
from accounts.actions.audit import record_audit
from accounts.actions.sign_ins import end_every_sign_in
from accounts.entry.links import link_to
from accounts.entry.mails import greeting, mail, pretend_to_mail, tell
from accounts.events import PasswordChanged
from accounts.models import SignIn, User
from accounts.models.sign_ins import stamp_of
from accounts.rules import normalise_email
from core.callers import Caller
from core.errors import Invalid
from core.events.actions import record


class ResetTokens(PasswordResetTokenGenerator):
    """Django's: each dies with the password and the address that it was made for, and of age."""

    key_salt = "accounts.reset"

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def _now(self) -> datetime:
        return self._at.astimezone(UTC).replace(tzinfo=None)


def reset_link(user: User, *, at: datetime) -> str:
    """Where its bearer chooses a new password for `user`, once."""
    token = ResetTokens(at).make_token(user)
    return link_to("account_reset_password_from_key", uidb36=int_to_base36(user.pk), key=token)


def ask_for_reset(email: str, *, is_mail_due: bool, at: datetime) -> None:
    """A mail to whoever has this address. For the others the same work is done and undone."""
    user = User.objects.active().filter(email=normalise_email(email)).first()
    about = {
        "name": greeting(user or User(pk=0)),
        "link": reset_link(user or User(pk=0), at=at),
        "minutes": settings.RESET_MINUTES,
    }
    if user is None or not is_mail_due:
        pretend_to_mail("reset", about, of=0, at=at)
    else:
        mail(user, "reset", about, of=user.pk, at=at)


def person_behind_reset(uid: str, token: str, *, at: datetime) -> User | None:
    """Whose password a link sets, as long as it is good."""
    return _person(uid, token, at=at, people=User.objects.active())


@transaction.atomic
def reset_password(uid: str, token: str, *, password: str, caller: Caller, at: datetime) -> User:
    """Whoever reads what is sent to an address chooses its password, and proves it thereby."""
    user = _person(uid, token, at=at, people=User.objects.active().select_for_update())
    if user is None:
        raise Invalid(token=[_("This link is no longer good. Please ask for a new one.")])
    judge_password(password, user, field="new_password")
    prove_by_owner(user, caller=caller, at=at)
    user.refresh_from_db()
    _set(user, password, keep=None, caller=caller, at=at, how="reset")
    return user


@transaction.atomic
def change_password(
    user: User, *, password: str, keep: SignIn | None, caller: Caller, at: datetime
) -> User:
    """By whoever has proven that it is them; the browser that asks, `keep`, stays signed in."""
    user = User.objects.select_for_update().get(pk=user.pk)
    judge_password(password, user, field="new_password")
    _set(user, password, keep=keep, caller=caller, at=at, how="changed")
    return user


def judge_password(password: str, user: User, *, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        faults: dict[str, Any] = {field: error.messages}
        raise Invalid(**faults) from None


def _set(
    user: User, password: str, *, keep: SignIn | None, caller: Caller, at: datetime, how: str
) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    if keep is not None:
        keep.password_stamp = stamp_of(user)
        keep.save(update_fields=["password_stamp"])
    reason = SignIn.End.PASSWORD
    end_every_sign_in(user, but=keep, by=user, reason=reason, caller=caller, at=at)
    # Whoever had the old password may have asked for it.
    drop_change(user)
    record_audit(f"accounts.password_{how}", by=user, target=user, caller=caller, at=at)
    record(PasswordChanged(user_id=user.pk), by=user, at=at)
    tell(user, "password_changed", at=at, link=link_to("account_reset_password"))


def _person(uid: str, token: str, *, at: datetime, people: QuerySet[User]) -> User | None:
    try:
        user = people.filter(pk=base36_to_int(uid)).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and ResetTokens(at).check_token(user, token) else None
