"""What workers do about mails."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from core.clock import now
from core.mail import actions


@shared_task(name=actions.SEND, soft_time_limit=90, time_limit=110)
def send(mail_id: str) -> None:
    actions.send(UUID(mail_id), at=now())


@shared_task(name=actions.SWEEP)
def sweep() -> None:
    actions.hand_out_missed(at=now())


@shared_task(name="core.mail.purge")
def purge() -> None:
    actions.purge(at=now(), body_days=settings.MAIL_BODY_DAYS, keep_days=settings.MAIL_KEEP_DAYS)
