"""Mails about somebody's account: whether one was sent, nobody but its reader learns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from core.mail.actions import Addressee, queue_mail

NOBODY = "nobody@example.invalid"


def greeting(user: User) -> str:
    """How a mail calls its reader: by no name, as long as nobody has proven the address.

    Else whoever opens an account on a stranger's address would write to them by our mails.
    """
    proven = EmailAddress.objects.filter(user=user.pk, email=user.email, verified=True)
    return user.get_short_name() if proven.exists() else ""


def tell(user: User, template: str, *, at: datetime, **about: Any) -> None:
    """A mail about what has just happened, to its owner."""
    mail(user, template, {"name": greeting(user), "at": at, **about}, of=user.pk, at=at)


def mail(
    to: Addressee | str, template: str, about: Mapping[str, Any], *, of: object, at: datetime
) -> None:
    queue_mail(
        template=f"accounts/{template}",
        to=to,
        context=about,
        key=f"{template} {of} {at.isoformat()}",
        at=at,
    )


@transaction.atomic
def pretend_to_mail(template: str, about: Mapping[str, Any], *, of: object, at: datetime) -> None:
    """The same work for nobody, undone: so the time of an answer tells nothing."""
    mail(NOBODY, template, about, of=of, at=at)
    transaction.set_rollback(True)
