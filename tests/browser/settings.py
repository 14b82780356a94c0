"""What a browser meets in tests: the settings of production, and one page more."""

from pathlib import Path

from core.settings.base import *  # noqa: F403
from core.settings.base import DATA_DIR, STATICFILES_DIRS, STORAGES, TEMPLATES

HERE = Path(__file__).parent

ROOT_URLCONF = "tests.browser.urls"
TEMPLATES = [{**TEMPLATES[0], "DIRS": [*TEMPLATES[0]["DIRS"], HERE / "templates"]}]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Hashed and compressed as ever; but for what others bring to the admin, since that takes long.
STATICFILES_DIRS = [*STATICFILES_DIRS, HERE / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "tests.browser.static_files.OursCompressed"},
}
