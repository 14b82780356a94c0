"""Differs from `base` only where tests must: cheap passwords, plain HTTP, unhashed static files."""

from core.settings.base import *  # noqa: F403
from core.settings.base import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
COMPONENTS_ARE_STRICT = True
