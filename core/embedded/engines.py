"""PostgreSQL and Valkey together: durable ones for a data dir, throw-away ones for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.embedded.folders import temporary_folder
from core.embedded.postgres import Postgres
from core.embedded.process import FileSink, Sink
from core.embedded.valkey import Valkey


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
    with temporary_folder() as folder:
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
