"""Third-party files for browsers: npm brings them, and without npm pages do without them."""

from functools import cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

FOLDER = "vendor"


@cache
def vendor_url(path: str) -> str:
    """Where browsers find it; empty when it is not there."""
    name = f"{FOLDER}/{path}"
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestFilesMixin):
        return staticfiles_storage.url(name) if finders.find(name) else ""
    try:
        return staticfiles_storage.url(name)
    except ValueError:
        return ""
