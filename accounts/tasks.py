"""Codes on their way to phones; forgetting what was over long ago."""

from celery import shared_task
from django.core.management import call_command

from accounts.actions import texts
from accounts.actions.leaving import erase_closed
from accounts.actions.phones import TEXT
from accounts.actions.sign_ins import forget_old
from core.clock import now


@shared_task(name="accounts.forget_old")
def forget_old_sign_ins() -> None:
    forget_old(at=now())
    texts.forget_codes(at=now())
    call_command("clearsessions")


@shared_task(name=TEXT, soft_time_limit=25, time_limit=35)
def send_text(code_id: int) -> None:
    texts.send_text(code_id, at=now())


@shared_task(name=texts.SWEEP)
def sweep_texts() -> None:
    texts.hand_out_missed(at=now())


@shared_task(name="accounts.erase_closed")
def erase_closed_accounts() -> None:
    erase_closed(at=now())
