"""The floor as a Django app."""

from django.apps import AppConfig

from core import celery  # noqa: F401  (shared tasks need the app in every process)


class CoreConfig(AppConfig):
    name = "core"

    default_auto_field = "django.db.models.BigAutoField"
