"""What workers do for curriculum."""

from celery import shared_task

from core.clock import now
from curriculum.actions import github_reconciling, webhooks
from curriculum.actions.github_connections import forget_attempts


@shared_task(name=webhooks.APPLY, soft_time_limit=110, time_limit=130)
def apply_delivery(pk: int) -> None:
    webhooks.apply_delivery(pk, at=now())


@shared_task(name=webhooks.SWEEP)
def sweep_deliveries() -> None:
    webhooks.hand_out_missed(at=now())


@shared_task(name=github_reconciling.RECONCILE, soft_time_limit=540, time_limit=570)
def reconcile_github() -> None:
    github_reconciling.reconcile(at=now())


@shared_task(name=github_reconciling.CHECK, soft_time_limit=110, time_limit=130)
def check_repository(pk: int) -> None:
    github_reconciling.check_now(pk)


@shared_task(name="curriculum.github.purge")
def purge_github() -> None:
    forget_attempts(at=now())
    webhooks.purge_deliveries(at=now())
