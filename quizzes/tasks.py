"""What workers do for quizzes."""

from celery import shared_task

from core.clock import now
from quizzes.actions import abandoning


@shared_task(name=abandoning.ABANDON, soft_time_limit=540, time_limit=570)
def abandon_left_alone() -> None:
    abandoning.abandon_left_alone(at=now())
