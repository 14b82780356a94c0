"""An archive brings back the database, the files and the keys, and refuses what it must."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.embedded import backup
from core.embedded.datadir import DataDir
from core.embedded.errors import EmbeddedError
from core.embedded.tests.conftest import Platform, query

Start = Callable[..., Platform]


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where nobody names servers; the tests' own engines are named for those of Django."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def test_what_was_backed_up_beside_a_running_platform_comes_back(
    folder: Path, data: DataDir, start: Start
) -> None:
    platform = start(data).wait_ready()
    platform.query("CREATE TABLE kept AS SELECT 7 AS number")
    photo = data.media / "avatars" / "photo.png"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    keys = data.keys()

    archive = backup.write_backup(data, folder / "one.tar.gz")
    platform.query("DROP TABLE kept")
    photo.write_bytes(b"another photo")
    assert platform.stop() == 0
    data.keys_file.write_text("{}")
    aside = backup.restore_backup(data, archive)

    assert archive.stat().st_mode & 0o777 == 0o600
    assert query(data, "SELECT number FROM kept") == "7"
    assert photo.read_bytes() == b"a photo"
    assert data.keys() == keys
    assert data.keys_file.stat().st_mode & 0o777 == 0o600
    assert start(data).wait_ready().stop() == 0
    assert aside
    assert (aside / "media" / "avatars" / "photo.png").read_bytes() == b"another photo"


def test_a_backup_needs_no_running_platform_and_a_restore_no_data_dir(
    folder: Path, data: DataDir
) -> None:
    query(data, "CREATE TABLE kept AS SELECT 7 AS number")
    elsewhere = DataDir(folder / "elsewhere")

    archive = backup.write_backup(data, folder / "one.tar.gz")
    aside = backup.restore_backup(elsewhere, archive)

    assert aside is None
    assert query(elsewhere, "SELECT number FROM kept") == "7"
    assert {path.name for path in folder.glob("elsewhere*")} == {"elsewhere"}


def test_files_that_come_and_go_during_the_dump_are_all_in(
    folder: Path, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.media.mkdir()
    (data.media / "deleted-meanwhile").write_text("its row may be in the dump")

    def dump(program: str, *arguments: str) -> None:
        (data.media / "deleted-meanwhile").unlink()
        (data.media / "added-meanwhile").write_text("so may this one's")

    monkeypatch.setattr(backup, "_client", dump)
    workplace = folder / "workplace"
    workplace.mkdir()
    backup._collect(data, workplace, "postgres:///")

    names = {path.name for path in (workplace / "media").iterdir()}
    assert names == {"deleted-meanwhile", "added-meanwhile"}


def test_a_restore_waits_for_the_platform_to_be_stopped(
    folder: Path, data: DataDir, start: Start
) -> None:
    archive = backup.write_backup(data, folder / "one.tar.gz")
    platform = start(data).wait_ready()

    with pytest.raises(EmbeddedError, match=f"in use by process {platform.process.pid}"):
        backup.restore_backup(data, archive)
    assert platform.query("SELECT 1") == "1"


def test_a_backup_overwrites_nothing(folder: Path, data: DataDir) -> None:
    (folder / "mine.txt").write_text("mine")

    with pytest.raises(EmbeddedError, match="is there already"):
        backup.write_backup(data, folder / "mine.txt")
    assert (folder / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"holiday.jpg": "sun"}, "is not a backup"),
        ({"manifest.json": '{"format": 99, "postgres": 18}'}, "newer ApraNova"),
        ({"manifest.json": '{"format": 1, "postgres": 99}'}, "newer ApraNova"),
        ({"manifest.json": "{}"}, "cannot be read as a backup"),
        ({"manifest.json": '{"format": 1, "postgres": 18}'}, "holds no database"),
        (
            {"manifest.json": '{"format": 1, "postgres": 18}', "../keys.json": "{}"},
            "which no backup of ours would",
        ),
    ],
)
def test_what_is_no_backup_of_ours_changes_nothing(
    folder: Path, data: DataDir, files: dict[str, str], complaint: str
) -> None:
    archive = folder / "odd.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    before = data.keys_file.read_text()

    with pytest.raises(EmbeddedError, match=complaint):
        backup.restore_backup(data, archive)

    assert data.keys_file.read_text() == before
    assert json.loads(before)
    assert not list(folder.glob("var.*"))


def test_a_file_that_is_not_there_or_damaged_is_refused(folder: Path, data: DataDir) -> None:
    archive = backup.write_backup(data, folder / "one.tar.gz")
    whole = archive.read_bytes()

    for damaged in (whole[: len(whole) // 2], whole[:-8] + b"checksum"):
        archive.write_bytes(damaged)
        with pytest.raises(EmbeddedError, match="cannot be read as a backup"):
            backup.restore_backup(data, archive)
    with pytest.raises(EmbeddedError, match="There is no file"):
        backup.restore_backup(data, folder / "none.tar.gz")


def test_a_database_of_the_operators_own_is_theirs_to_back_up(
    folder: Path, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.org/apranova")

    with pytest.raises(EmbeddedError, match="pg_dump"):
        backup.write_backup(data, folder / "one.tar.gz")
