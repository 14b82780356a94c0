"""Hashed modules in a browser: the import map, its hash in the policy, and what is preloaded."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template

from core import modules

SOURCES = {
    "js/app.js": 'import { one } from "./parts/one.js";\nimport "./two.js";\n'
    'const later = () => import("./late.js");\n// import "./never.js";\n',
    "js/parts/one.js": 'import {\n  two,\n} from "../two.js";\nexport * from "./deep.js";\n',
    "js/parts/deep.js": '/** @typedef {import("../late.js").Late} Late */\n',
    "js/two.js": 'import { app } from "./app.js";\n',
    "js/late.js": "",
    "css/app.css": "",
}


@pytest.fixture(autouse=True)
def _fresh():
    yield
    _forget()


@pytest.fixture
def sources(settings, tmp_path: Path):
    folder = tmp_path / "sources"
    for name, text in SOURCES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [folder]
    settings.STATIC_ROOT = tmp_path / "collected"
    _forget()


@pytest.fixture
def hashed(settings, sources):
    """As in production."""
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    _forget()


def _forget() -> None:
    finders.get_finder.cache_clear()
    modules.import_map.cache_clear()
    modules.csp_sources.cache_clear()
    modules.preloads.cache_clear()


def render(source: str) -> str:
    return Template("{% load shell %}" + source).render(Context())


def test_the_map_leads_from_what_a_module_writes_to_the_hashed_file(hashed):
    imports = json.loads(modules.import_map())["imports"]
    assert set(imports) == {f"/static/{name}" for name in SOURCES if name.endswith(".js")}
    for plain, target in imports.items():
        assert re.fullmatch(re.escape(plain.removesuffix(".js")) + r"\.[0-9a-f]{12}\.js", target)
        assert staticfiles_storage.exists(target.removeprefix("/static/"))


def test_the_policy_allows_exactly_the_script_that_the_page_shows(hashed, client):
    shown = re.search(r'<script type="importmap">(.*?)</script>', render("{% import_map %}"))[1]
    digest = b64encode(sha256(shown.encode()).digest()).decode()
    policy = client.get("/dashboard/").headers["Content-Security-Policy"]
    assert f"'sha256-{digest}'" in re.search(r"script-src ([^;]*)", policy)[1]


def test_where_files_are_not_hashed_there_is_no_map(sources):
    assert render("{% import_map %}") == ""
    assert modules.csp_sources() == {}


def test_a_module_comes_with_all_that_it_imports_but_not_with_what_it_loads_later(sources):
    assert re.findall(r'modulepreload" href="([^"]*)"', render('{% module "js/app.js" %}')) == [
        "/static/js/parts/one.js",
        "/static/js/two.js",
        "/static/js/parts/deep.js",
    ]


def test_a_module_and_what_it_imports_are_asked_for_by_their_hashed_names(hashed):
    html = render('{% module "js/app.js" %}')
    assert len(re.findall(r'href="/static/js/[\w/]+\.[0-9a-f]{12}\.js"', html)) == 3
    assert re.search(
        r'<script type="module" src="/static/js/app\.[0-9a-f]{12}\.js"></script>', html
    )


def test_an_import_of_a_file_that_is_not_there_is_found_out(sources, settings):
    (settings.STATICFILES_DIRS[0] / "js/app.js").write_text('import "./gone.js";\n')
    with pytest.raises(ValueError, match=r"js/gone\.js"):
        render('{% module "js/app.js" %}')
