"""One archive of all that cannot be made again: the database, people's files and the keys."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from core.embedded.binaries import POSTGRES_MAJOR, postgres_program
from core.embedded.console import Console
from core.embedded.datadir import ROOT, DataDir, write_private
from core.embedded.errors import EmbeddedError
from core.embedded.postgres import Postgres, client_environment
from core.embedded.session import session

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
KEYS = "keys.json"
MEDIA = "media"
COPY_SIZE = 1024 * 1024


def write_backup(data: DataDir, file: Path | None) -> Path:
    """Works beside a running platform, and starts the database for the while when none runs."""
    _require_embedded_database()
    if not _holds_data(data):
        raise EmbeddedError(f"There is nothing to back up in {data.path}.")
    now = datetime.now(UTC)
    archive = ROOT / (file or Path("backups") / f"apranova-{now:%Y%m%d-%H%M%S}.tar.gz")
    if archive.exists():
        raise EmbeddedError(f"{archive} is there already. Name another file with FILE=.")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with session(data) as environment, _workplace(data) as workplace:
        _collect(data, workplace, environment["DATABASE_URL"])
        _pack(
            workplace, archive, {"format": FORMAT, "postgres": POSTGRES_MAJOR, "made_at": f"{now}"}
        )
    return archive


def restore_backup(data: DataDir, file: Path) -> Path | None:
    """Builds a data dir anew beside the old one and switches; answers where the old one went."""
    _require_embedded_database()
    archive = ROOT / file
    held = _holds_data(data)
    fresh = DataDir(data.path.with_name(f"{data.path.name}.restoring"))
    with data.locked():
        shutil.rmtree(fresh.path, ignore_errors=True)
        try:
            _build(fresh, archive)
            return _switch(data, fresh, keep=held)
        finally:
            shutil.rmtree(fresh.path, ignore_errors=True)


def _collect(data: DataDir, workplace: Path, database_url: str) -> None:
    """The files before and after the dump: whatever the dump names is among them.

    A row names a file that was there when the dump began, or that came before its row was
    committed; what was deleted since is still in the first look, what is new in the second.
    """
    _link_tree(data.media, workplace / MEDIA)
    _client("pg_dump", "--format=custom", f"--file={workplace / DUMP}", database_url)
    _link_tree(data.media, workplace / MEDIA)
    shutil.copy2(data.keys_file, workplace / KEYS)


def _pack(workplace: Path, archive: Path, manifest: dict[str, Any]) -> None:
    partial = archive.with_name(f"{archive.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as tar:
                text = json.dumps(manifest).encode()
                member = tarfile.TarInfo(MANIFEST)
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text))
                for name in (KEYS, DUMP, MEDIA):
                    tar.add(workplace / name, arcname=name)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(archive)
    finally:
        partial.unlink(missing_ok=True)


def _build(fresh: DataDir, archive: Path) -> None:
    with fresh.locked(), _workplace(fresh) as workplace:
        _unpack(archive, workplace)
        write_private(fresh.keys_file, (workplace / KEYS).read_text())
        (workplace / MEDIA).rename(fresh.media)
        with _database(fresh) as url:
            options = ["--exit-on-error", "--no-owner", "--jobs=2", f"--dbname={url}"]
            _client("pg_restore", *options, str(workplace / DUMP))


def _switch(data: DataDir, fresh: DataDir, *, keep: bool) -> Path | None:
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = data.path.with_name(f"{data.path.name}.before-{moment}")
    try:
        data.path.rename(aside)
    except OSError as error:
        raise EmbeddedError(
            f"{data.path} cannot be moved aside ({error.strerror}), as a mounted folder cannot: "
            "restore into a folder inside it, with DATA_DIR=."
        ) from None
    fresh.path.rename(data.path)
    if keep:
        return aside
    shutil.rmtree(aside)
    return None


def _unpack(archive: Path, into: Path) -> None:
    """Takes regular files out of an archive of ours, and refuses what we never put in one."""
    try:
        with gzip.open(archive) as whole, tarfile.open(fileobj=whole, mode="r:") as tar:
            first = tar.next()
            if not first or first.name != MANIFEST:
                raise EmbeddedError(f"{archive} is not a backup of ApraNova.")
            _check_manifest(archive, json.load(_content(tar, first)))
            for member in tar:
                _take(tar, member, into)
            while whole.read(COPY_SIZE):  # The checksum of the whole stands at its end.
                pass
    except FileNotFoundError:
        raise EmbeddedError(f"There is no file {archive}.") from None
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, zlib.error) as error:
        raise EmbeddedError(f"{archive} cannot be read as a backup: {error}.") from None
    if not ((into / DUMP).exists() and (into / KEYS).exists()):
        raise EmbeddedError(f"{archive} holds no database, or no keys.")
    (into / MEDIA).mkdir(exist_ok=True)


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise ValueError(f"it holds {member.name!r}, which no backup of ours would")
    target = into / path
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(_content(tar, member), file)
    os.utime(target, (member.mtime, member.mtime))


def _check_manifest(archive: Path, manifest: dict[str, Any]) -> None:
    if manifest["format"] > FORMAT or manifest["postgres"] > POSTGRES_MAJOR:
        raise EmbeddedError(
            f"{archive} was made by a newer ApraNova (format {manifest['format']}, PostgreSQL "
            f"{manifest['postgres']}) than this one ({FORMAT}, {POSTGRES_MAJOR}): upgrade first."
        )


@contextmanager
def _database(data: DataDir) -> Iterator[str]:
    with data.sockets() as sockets:
        postgres = Postgres(data.path / "postgres", sockets=sockets, sink=Console())
        try:
            postgres.start()
            yield postgres.url
        finally:
            postgres.stop()


@contextmanager
def _workplace(data: DataDir) -> Iterator[Path]:
    """In the data dir itself, so that files can be linked or moved and need no second copy."""
    with tempfile.TemporaryDirectory(dir=data.run, prefix="backup-") as folder:
        yield Path(folder)


def _link_tree(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for folder, _, names in os.walk(source):
        twin_folder = target / Path(folder).relative_to(source)
        twin_folder.mkdir(exist_ok=True)
        for name in names:
            _link(Path(folder, name), twin_folder / name)


def _link(path: Path, twin: Path) -> None:
    if twin.exists() or path.is_symlink():
        return
    try:
        os.link(path, twin)
    except FileNotFoundError:  # Deleted since we looked.
        return
    except OSError:  # A file system without links.
        shutil.copy2(path, twin)


def _client(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(postgres_program(program)), *arguments],
        capture_output=True,
        text=True,
        env=client_environment(),
        check=False,
    )
    if done.returncode:
        raise EmbeddedError(f"{program} failed. It said:\n{done.stderr.strip()}")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    content = tar.extractfile(member)
    if content is None:
        raise ValueError(f"{member.name!r} is no file")
    return content


def _holds_data(data: DataDir) -> bool:
    return (data.path / "postgres").exists()


def _require_embedded_database() -> None:
    if os.environ.get("DATABASE_URL"):
        raise EmbeddedError(
            "DATABASE_URL names a database server of your own: back it up and restore it with "
            "pg_dump and pg_restore, and copy the media folder and the keys beside it."
        )
