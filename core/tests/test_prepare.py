"""`manage.py prepare` does what is missing, once, and refuses what it cannot bring forward."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.fixture
def sources(tmp_path: Path, settings) -> Path:
    """A platform with one static file, hashed and compressed as in production."""
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "page.css").write_text("body { color: green }" * 50)
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "core.static_files.StaticFiles"}
    }
    return folder


def test_static_files_are_collected_once_and_again_when_they_change(
    sources: Path, settings
) -> None:
    assert "Collecting static files." in prepare()
    hashed = {path.name for path in settings.STATIC_ROOT.glob("page.*.css*")}
    assert {Path(name).suffix for name in hashed} == {".css", ".gz", ".br"}

    assert prepare() == ""

    (sources / "page.css").write_text("body { color: darkgreen }" * 50)
    assert "Collecting static files." in prepare()
    assert len(list(settings.STATIC_ROOT.glob("page.*.css"))) == 2


def test_a_database_that_is_up_to_date_is_only_looked_at(sources: Path) -> None:
    prepare()
    with CaptureQueriesContext(connection) as queries:
        assert prepare() == ""

    asked = [query["sql"] for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert all(sql.lstrip().startswith("SELECT") for sql in asked)


def test_a_database_of_a_newer_version_is_refused(sources: Path) -> None:
    MigrationRecorder(connection).record_applied("core", "9999_from_the_future")

    with pytest.raises(CommandError, match=r"newer version .* core\.9999_from_the_future"):
        prepare()


def test_migrations_that_others_have_squashed_away_are_no_matter(sources: Path) -> None:
    MigrationRecorder(connection).record_applied("auth", "0000_of_an_older_django")

    assert "Migrating" not in prepare()


def prepare() -> str:
    said = StringIO()
    call_command("prepare", stdout=said)
    return said.getvalue()
