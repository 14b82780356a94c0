"""One folder in which all web processes of a host count together, whichever of them is scraped."""

import fcntl
import hashlib
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  (the folder in it is ours alone)
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(data_dir: Path, *, memory: Path = MEMORY) -> None:
    """prometheus_client looks once where to count, so afterwards it is too late."""
    if "prometheus_client" in sys.modules:
        return
    folder = _folder(data_dir, memory)
    with _alone_in(folder):
        _forget_the_dead(folder)
    os.environ[VARIABLE] = str(folder)


def shared_folder() -> str:
    """Empty where this process counts for itself alone."""
    return os.environ.get(VARIABLE, "")


def _folder(data_dir: Path, memory: Path) -> Path:
    """In memory where that can be had.

    The counters are memory-mapped files, and on a full disk the kernel kills whoever writes to
    one. Host name and data dir keep neighbours apart, whose process ids may be the same.
    """
    host = socket.gethostname()
    place = hashlib.sha256(f"{host}:{data_dir}:{os.geteuid()}".encode()).hexdigest()[:16]
    in_memory = memory / f"apranova-metrics-{place}"
    if _is_made_for_us(in_memory):
        return in_memory
    on_disk = data_dir / "metrics" / host
    on_disk.mkdir(parents=True, exist_ok=True)
    return on_disk


def _is_made_for_us(folder: Path) -> bool:
    """Everybody may write to its parent, so it could be somebody else's."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_the_dead(folder: Path) -> None:
    """A new start begins at zero. While others live, only what the dead were doing is forgotten.

    What they had counted stays: a sum that shrinks would look like a restart of everything.
    """
    files = list(folder.glob("*.db"))
    is_restart = not any(_is_other_and_alive(_pid(file)) for file in files)
    for file in files:
        is_live_gauge = file.name.startswith("gauge_live")
        if (
            is_restart
            or _pid(file) == os.getpid()
            or (is_live_gauge and not _is_other_and_alive(_pid(file)))
        ):
            file.unlink(missing_ok=True)


def _pid(file: Path) -> int:
    return int(file.stem.rpartition("_")[2])


def _is_other_and_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
