"""PostgreSQL and Valkey together: durable ones for a data dir, throw-away ones for tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.embedded.errors import EmbeddedError
from core.embedded.postgres import SOCKET_NAME, Postgres
from core.embedded.process import FileSink, Sink, is_alive
from core.embedded.valkey import Valkey

SOCKET_PATH_LIMIT = 100  # The kernel's is 107 bytes on Linux, 103 on macOS.
THROWAWAY_PREFIX = "apranova-test-"


@dataclass(frozen=True)
class Urls:
    database_url: str
    redis_url: str


class Engines:
    """The engines that a data dir needs: each one only where no outside server is named."""

    def __init__(
        self,
        folder: Path,
        *,
        sockets: Path,
        sink: Sink,
        durable: bool = True,
        database_url: str = "",
        redis_url: str = "",
    ) -> None:
        postgres = Postgres(folder / "postgres", sockets=sockets, sink=sink, durable=durable)
        valkey = Valkey(folder / "valkey", sockets=sockets, sink=sink, durable=durable)
        self.urls = Urls(database_url or postgres.url, redis_url or valkey.url)
        self.members: list[Postgres | Valkey] = []
        if not redis_url:
            self.members.append(valkey)
        if not database_url:
            self.members.append(postgres)

    def start(self) -> Urls:
        try:
            for engine in self.members:
                engine.launch()
            for engine in self.members:
                engine.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self.urls

    def stop(self, *, hurry: bool = False) -> None:
        for engine in reversed(self.members):
            engine.stop(hurry=hurry)


@contextmanager
def throwaway_engines(*, database_url: str = "", redis_url: str = "") -> Iterator[Urls]:
    """Fast engines that promise nothing after the block: no syncing, a temporary folder."""
    _sweep_abandoned()
    folder = short_folder(f"{THROWAWAY_PREFIX}{os.getpid()}-")
    engines = Engines(
        folder,
        sockets=folder,
        sink=FileSink(folder),
        durable=False,
        database_url=database_url,
        redis_url=redis_url,
    )
    try:
        yield engines.start()
    finally:
        engines.stop(hurry=True)
        shutil.rmtree(folder, ignore_errors=True)


def fits_sockets(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT


def short_folder(prefix: str) -> Path:
    """A new private folder whose path leaves room for a socket's name."""
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the folder made in it is ours
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        if fits_sockets(folder):
            return folder
        folder.rmdir()
    raise EmbeddedError("No folder with a path short enough for a socket; set TMPDIR to one.")


def _sweep_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{THROWAWAY_PREFIX}*-*"):
        pid = folder.name.removeprefix(THROWAWAY_PREFIX).partition("-")[0]
        if pid.isdigit() and not is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
