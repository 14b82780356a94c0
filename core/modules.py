"""Our JavaScript: modules that import each other by name, found under their hashed names.

The import map is the one inline script of a page, so the policy knows its hash.
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

FOLDERS = ("js/", "vendor/js/")


@cache
def import_map() -> str:
    """From the address that a module writes to that of the hashed file; empty where none is."""
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ""
    hashed = staticfiles_storage.hashed_files
    imports = {
        staticfiles_storage.base_url + name: staticfiles_storage.base_url + hashed[name]
        for name in sorted(hashed)
        if name.startswith(FOLDERS) and name.endswith((".js", ".mjs"))
    }
    text = json.dumps({"imports": imports}, separators=(",", ":"))
    return text.replace("<", "\\u003c")


@cache
def csp_sources() -> dict[str, list[str]]:
    text = import_map()
    if not text:
        return {}
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return {"script-src": [f"'sha256-{digest}'"]}
