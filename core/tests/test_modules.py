"""Our modules under their hashed names, and the policy that lets their map pass."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.template import Context, Template

from core import modules


@pytest.fixture
def hashed(monkeypatch, tmp_path):
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    storage.hashed_files = {
        "js/app.js": "js/app.0123.js",
        "js/components/menu-button.js": "js/components/menu-button.4567.js",
        "vendor/js/chart.mjs": "vendor/js/chart.89ab.mjs",
        "css/app.css": "css/app.cdef.css",
        "admin/js/actions.js": "admin/js/actions.0000.js",
    }
    monkeypatch.setattr(modules, "staticfiles_storage", storage)
    modules.import_map.cache_clear()
    modules.csp_sources.cache_clear()
    yield
    modules.import_map.cache_clear()
    modules.csp_sources.cache_clear()


def test_modules_find_each_other_by_their_own_names(hashed):
    assert json.loads(modules.import_map())["imports"] == {
        "/static/js/app.js": "/static/js/app.0123.js",
        "/static/js/components/menu-button.js": "/static/js/components/menu-button.4567.js",
        "/static/vendor/js/chart.mjs": "/static/vendor/js/chart.89ab.mjs",
    }


def test_the_policy_knows_exactly_what_stands_in_the_page(hashed):
    html = Template("{% load shell %}{% import_map %}").render(Context())
    inside = html.removeprefix('<script type="importmap">').removesuffix("</script>")
    digest = b64encode(sha256(inside.encode()).digest()).decode()
    assert modules.csp_sources() == {"script-src": [f"'sha256-{digest}'"]}


def test_without_hashes_there_is_no_map():
    modules.import_map.cache_clear()
    assert Template("{% load shell %}{% import_map %}").render(Context()) == ""


def test_every_page_asks_at_once_for_what_its_script_imports():
    folder = Path(settings.BASE_DIR)
    needed = imports_of(folder / "static" / "js" / "app.js")
    base = (folder / "templates" / "layouts" / "base.html").read_text()
    asked = set(re.findall(r'rel="modulepreload" href="{% static "js/([^"]+)"', base))
    assert asked == {path.relative_to(folder / "static" / "js").as_posix() for path in needed}


def imports_of(module: Path) -> set[Path]:
    """What it imports when it starts, and what that imports."""
    names = re.findall(r'^import .*"(\./[^"]+)";$', module.read_text(), re.MULTILINE)
    found = {(module.parent / name).resolve() for name in names}
    return found.union(*(imports_of(each) for each in found))
