"""Our modules under their hashed names, and the policy that lets their map pass."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest
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


def test_what_a_module_imports_is_asked_for_with_it_and_what_it_may_need_is_not():
    html = Template('{% load shell %}{% module "js/app.js" %}').render(Context())
    asked = re.findall(r'<link rel="modulepreload" href="/static/js/components/(.+?)">', html)
    assert {"element.js", "forms.js"} <= set(asked)
    assert "menu-button.js" not in asked
    assert html.endswith('<script type="module" src="/static/js/app.js"></script>')
