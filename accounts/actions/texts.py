"""Getting codes to phones: by a worker, after the request, as long as the code is of use."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from accounts.actions.audit import record_audit
from accounts.actions.phones import AWAY_KEY, TEXT, phone_mark
from accounts.models import PhoneCode
from accounts.phones.codes import words_of
from accounts.sms import NumberRefusedError, sender
from core.callers import Caller
from core.failures import back_off
from core.handover import hand_over, take_missed
from core.trace import tracing

logger = logging.getLogger(__name__)

SWEEP = "accounts.phones.sweep"
FIRST_RETRY = timedelta(seconds=2)
LONGEST_WAIT = timedelta(seconds=30)
# Longer than the task may take (see tasks), so that nobody sends what is being sent.
LEASE = timedelta(seconds=40)
# From the second try in vain on, people are told that texts do not go.
AWAY_AFTER = 2
AWAY_SECONDS = 60
SWEEP_LIMIT = 500


def send_text(code_id: int, *, at: datetime) -> bool:
    """Send the text of a code that still waits. A phone that is nobody's gets none."""
    code = _claim(code_id, at=at)
    if code is None:
        return False
    with tracing(code.request_id, phone_code=code.pk):
        if code.user is None:
            return _move(code, due_at=None, remind_at=None)
        try:
            sender().send(code.phone, words_of(code), f"phone-code-{code.pk}")
        except NumberRefusedError as error:
            logger.warning("The gateway refuses a phone (%s).", error)
            _move(code, due_at=None, remind_at=None, failed_at=at)
        except Exception as error:  # noqa: BLE001  (whatever it was, the code must come to an end)
            _try_again(code, error, at=at)
        else:
            return _note_sent(code, at=at)
    return False


def hand_out_missed(*, at: datetime) -> int:
    """Tell workers of texts that nobody took up or whose sender died, and drop the useless."""
    waiting = PhoneCode.objects.filter(remind_at__isnull=False)
    useless = waiting.exclude(pk__in=PhoneCode.objects.waiting(at=at).values("pk"))
    useless.paid_for().update(due_at=None, remind_at=None, failed_at=at)
    useless.update(due_at=None, remind_at=None)
    missed = take_missed(PhoneCode.objects.waiting(at=at), at=at, limit=SWEEP_LIMIT)
    for key in missed:
        hand_over(TEXT, key)
    return len(missed)


def forget_codes(*, at: datetime) -> int:
    old = PhoneCode.objects.filter(sent_at__lt=at - timedelta(days=settings.SMS_KEEP_DAYS))
    return old.delete()[0]


def forget_phone(phone: str) -> int:
    """Drop every code of a phone whose owner asked to be forgotten."""
    return PhoneCode.objects.filter(phone=phone).delete()[0]


def _claim(code_id: int, *, at: datetime) -> PhoneCode | None:
    with transaction.atomic():
        due = PhoneCode.objects.waiting(at=at).filter(pk=code_id, due_at__lte=at)
        code = due.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
        if code is None:
            return None
        code.text_tries += 1
        code.due_at = code.remind_at = at + LEASE
        code.save(update_fields=["text_tries", "due_at", "remind_at"])
    return code


def _try_again(code: PhoneCode, error: Exception, *, at: datetime) -> None:
    if code.text_tries >= AWAY_AFTER:
        cache.set(AWAY_KEY, 1, AWAY_SECONDS)
    wait = back_off(code.text_tries, first=FIRST_RETRY, longest=LONGEST_WAIT, key=code.pk)
    moment = at + wait
    if code.text_tries >= settings.SMS_TRIES or moment >= code.expires_at:
        logger.error("A text was given up after %d tries.", code.text_tries, exc_info=error)
        _move(code, due_at=None, remind_at=None, failed_at=at)
        return
    logger.warning("A text will be sent again (%s).", error)
    if _move(code, due_at=moment, remind_at=moment):
        hand_over(TEXT, code.pk, countdown=wait.total_seconds())


def _note_sent(code: PhoneCode, *, at: datetime) -> bool:
    cache.delete(AWAY_KEY)
    with transaction.atomic():
        if not _move(code, due_at=None, remind_at=None, texted_at=at):
            return False
        by = code.user if code.purpose == PhoneCode.Purpose.PROOF else None
        data = {"phone": phone_mark(code.phone), "purpose": code.purpose, "country": code.country}
        record_audit(
            "accounts.phone_code_sent",
            by=by,
            target=code.user,
            data=data,
            caller=Caller(code.address),
            at=at,
        )
    return True


def _move(code: PhoneCode, **changes: object) -> bool:
    """Compare and set: False when somebody else has taken the text over."""
    mine = PhoneCode.objects.filter(pk=code.pk, text_tries=code.text_tries, remind_at__isnull=False)
    return bool(mine.update(**changes))
