"""Private temporary folders that the next one to come clears away when their owner was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded.errors import EmbeddedError

PREFIX = "apranova-run-"
LOCK = "lock"
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # macOS; 107 bytes on Linux.


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder of ours alone, with a path that leaves room for a socket's name."""
    _sweep_abandoned()
    folder = _new_folder()
    try:
        with (folder / "lock.new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / "lock.new").rename(folder / LOCK)  # Nobody ever sees it unlocked.
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fits_sockets(folder: Path) -> bool:
    return len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT


def _new_folder() -> Path:
    for parent in _parents():
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        if fits_sockets(folder):
            return folder
        folder.rmdir()
    raise EmbeddedError("No folder has a path short enough for a socket; set TMPDIR to one.")


def _sweep_abandoned() -> None:
    for lock in (lock for parent in _parents() for lock in parent.glob(f"{PREFIX}*/{LOCK}")):
        try:
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # In use, or another user's, or gone in the meantime.
            continue


def _parents() -> list[Path]:
    return list({Path(tempfile.gettempdir()): None, Path("/tmp"): None})  # noqa: S108
