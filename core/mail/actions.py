"""Queueing mails, sending them, and what becomes of those that do not go."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Gone, Invalid
from core.events.actions import record
from core.failures import back_off, told
from core.handover import hand_over, hand_over_after_commit, patience, take_missed
from core.languages import language_of
from core.mail import smtp
from core.mail.events import MailFailed
from core.mail.models import Mail
from core.mail.rendering import render
from core.mail.rules import Verdict, judge
from core.mail.states import UNSENT, MailStatus
from core.trace import current_request_id, tracing

logger = logging.getLogger(__name__)

SEND = "core.mail.send"
SWEEP = "core.mail.sweep"
FIRST_RETRY = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Longer than the task may take (see tasks), so that nobody sends what is being sent.
LEASE = timedelta(seconds=120)
# While the server is away, one mail in so many seconds finds out whether it is back.
AWAY_SECONDS = 60
AWAY_KEY = "mail.server_is_away"
SWEEP_LIMIT = 500
BATCH = 1000


class Addressee(Protocol):
    """A person who has an address, and perhaps a language of their choice."""

    @property
    def email(self) -> str: ...


class MailErased(Gone):
    message = _("The text of this mail is erased already, so it cannot be sent again.")


class MailNotFailed(Conflict):
    message = _("Only a mail that failed can be tried again.")


def queue_mail(
    *,
    template: str,
    to: Addressee | str,
    context: Mapping[str, Any],
    key: str,
    at: datetime,
    kind: str = "",
    language: str = "",
) -> Mail:
    """Decide on a mail in the caller's transaction; it is sent after it.

    Of the mails with one `key` only the first is sent: name in it what happened and to whom. A
    person gets the mail in their language; for a bare address give `language`.
    """
    queued = Mail.objects.filter(key=key).first()
    if queued is not None:
        return queued
    address = _checked(to if isinstance(to, str) else to.email)
    language = language or language_of(to)
    words = render(template, context, language=language)
    mail = Mail(
        key=key,
        kind=kind or template.replace("/", "."),
        to=address,
        language=language,
        subject=words.subject,
        text=words.text,
        html=words.html,
        request_id=current_request_id(),
        created_at=at,
        due_at=at,
        remind_at=at + patience(),
    )
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        # Somebody queued it while this one was rendered.
        return Mail.objects.get(key=key)
    hand_over_after_commit(SEND, str(mail.pk))
    return mail


def send(mail_id: UUID, *, at: datetime) -> bool:
    """Send a mail that waits, unless there is no server to give it to at the moment."""
    if not _can_send():
        return False
    mail = _claim(mail_id, at=at)
    if mail is None:
        return False
    with tracing(mail.request_id, mail_id=str(mail.pk), mail_kind=mail.kind):
        try:
            smtp.transmit(mail)
        except smtp.ServerAwayError as error:
            _wait_for_server(mail, error, at=at)
        except Exception as error:  # noqa: BLE001 (whatever it was, this mail must come to an end)
            _note_failure(mail, error, at=at)
        else:
            return _move(mail, status=MailStatus.SENT, sent_at=at, last_error="")
    return False


def hand_out_missed(*, at: datetime, limit: int = SWEEP_LIMIT) -> int:
    """Tell workers of mails that nobody took up, that are due again, or whose sender died."""
    if not _can_send():
        return 0
    missed = take_missed(Mail.objects.unsent(), at=at, limit=limit)
    for key in missed:
        hand_over(SEND, str(key))
    if len(missed) == limit:
        hand_over(SWEEP)
    return len(missed)


@transaction.atomic
def retry_mail(mail: Mail, *, at: datetime) -> Mail:
    """Give a mail that failed its tries anew."""
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    if mail.status != MailStatus.FAILED:
        raise MailNotFailed
    if mail.is_erased:
        raise MailErased
    mail.status, mail.failed_at, mail.tries = MailStatus.QUEUED, None, 0
    mail.due_at, mail.remind_at = at, at + patience()
    mail.save(update_fields=["status", "failed_at", "tries", "due_at", "remind_at"])
    hand_over_after_commit(SEND, str(mail.pk))
    return mail


def purge(*, at: datetime, body_days: int, keep_days: int) -> None:
    """Erase texts that nobody needs any more, and forget mails of long ago."""
    readable = Mail.objects.readable_since_before(at - timedelta(days=body_days))
    while keys := list(readable.values_list("pk", flat=True)[:BATCH]):
        Mail.objects.filter(pk__in=keys).update(text=None, html=None)
    old = Mail.objects.exclude(status__in=UNSENT).filter(
        created_at__lt=at - timedelta(days=keep_days)
    )
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        Mail.objects.filter(pk__in=keys).delete()


def forget_recipient(address: str) -> int:
    """Drop every mail to an address whose owner asked to be forgotten, sent or not."""
    return Mail.objects.filter(to__iexact=address).delete()[0]


def _checked(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(to=error.messages) from None
    return address


def _can_send() -> bool:
    return smtp.is_configured() and not cache.get(AWAY_KEY)


def _claim(mail_id: UUID, *, at: datetime) -> Mail | None:
    with transaction.atomic():
        mail = Mail.objects.due(at).filter(pk=mail_id).locked_or_skipped().first()
        if mail is None:
            return None
        if mail.tries >= settings.MAIL_TRIES:
            _give_up(mail, at=at)
            return None
        mail.status = MailStatus.SENDING
        mail.tries += 1
        mail.put_off(at + LEASE)
        mail.save(update_fields=["status", "tries", "due_at", "remind_at"])
    return mail


def _wait_for_server(mail: Mail, error: Exception, *, at: datetime) -> None:
    """An outage is no fault of the mail: the try does not count."""
    cache.set(AWAY_KEY, 1, AWAY_SECONDS)
    logger.warning("The mail server is away; mails wait.", exc_info=error)
    _postpone(mail, error, wait=timedelta(seconds=AWAY_SECONDS), at=at, tries=mail.tries - 1)


def _note_failure(mail: Mail, error: Exception, *, at: datetime) -> None:
    verdict = judge(error)
    if verdict is Verdict.AWAY:
        _wait_for_server(mail, error, at=at)
    elif verdict is Verdict.NEVER or mail.tries >= settings.MAIL_TRIES:
        logger.error("A mail was given up after %d tries.", mail.tries, exc_info=error)
        _give_up(mail, at=at, last_error=told(error))
    else:
        logger.warning("A mail will be sent again later.", exc_info=error)
        wait = back_off(mail.tries, first=FIRST_RETRY, longest=LONGEST_WAIT, key=mail.pk)
        _postpone(mail, error, wait=wait, at=at)


def _postpone(
    mail: Mail, error: Exception, *, wait: timedelta, at: datetime, **changes: object
) -> None:
    moment = at + wait
    _move(
        mail,
        status=MailStatus.QUEUED,
        due_at=moment,
        remind_at=moment,
        last_error=told(error),
        **changes,
    )


def _give_up(mail: Mail, *, at: datetime, **changes: object) -> None:
    with transaction.atomic():
        if _move(mail, status=MailStatus.FAILED, failed_at=at, **changes):
            record(MailFailed(mail=mail.pk, kind=mail.kind), by=None, at=at)


def _move(mail: Mail, **changes: object) -> bool:
    """Compare and set: False when somebody else has taken the mail over."""
    mine = Mail.objects.unsent().filter(pk=mail.pk, tries=mail.tries)
    return bool(mine.update(**changes))
