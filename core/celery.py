"""The Celery app: every process that sends or runs jobs imports this one."""

import os

from celery import Celery
from celery.signals import import_modules, task_prerun
from django.db import close_old_connections

import core.beat  # noqa: F401  (a worker listens to its own beat)
from core.checks import require_sound_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")

app = Celery("apranova")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    ["core.events", "core.files", "core.health", "core.idempotency", "core.jobs", "core.mail"],
    force=False,
)


@import_modules.connect
def _refuse_unsound_settings(**_: object) -> None:
    """The first thing that worker and beat both do, and nothing that only sends jobs does."""
    require_sound_settings()


@task_prerun.connect
def _keep_sound_connections(**_: object) -> None:
    """Connections outlive their task (CELERY_DB_REUSE_MAX), unless they are broken or old."""
    close_old_connections()
