"""Our JavaScript: modules that import each other by name, found under their hashed names.

The import map is the one inline script of a page, so the policy knows its hash.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

FOLDERS = ("js/", "vendor/js/")
# A module's own first lines; what it imports later, when it is needed, is not preloaded.
IMPORT = re.compile(r"""^(?:import|export)\b[^"';(]*["'](\.[^"']+)["']""", re.MULTILINE)


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


@cache
def preloads(entry: str) -> list[str]:
    """All that a module imports, near and far, so that a browser need not ask layer by layer."""
    names: list[str] = []
    waiting = [entry]
    while waiting:
        for name in _imports_of(waiting.pop(0)):
            if name != entry and name not in names:
                names.append(name)
                waiting.append(name)
    return [staticfiles_storage.url(name) for name in names]


def _imports_of(name: str) -> list[str]:
    path = finders.find(name)
    if not path:
        raise ValueError(f"There is no static file {name}")
    found = IMPORT.findall(Path(str(path)).read_text())
    return [normpath(join(dirname(name), address)) for address in found]
