"""Forgetting sign-ins that were over long ago, and sessions that nobody came back to."""

from celery import shared_task
from django.core.management import call_command

from accounts.actions.sign_ins import forget_old
from core.clock import now


@shared_task(name="accounts.forget_old")
def forget_old_sign_ins() -> None:
    forget_old(at=now())
    call_command("clearsessions")
