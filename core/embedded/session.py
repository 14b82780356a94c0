"""The engines for one command: those of the platform that runs, or our own for the while."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.embedded.binaries import postgres_program
from core.embedded.console import Console
from core.embedded.datadir import ROOT, DataDir
from core.embedded.engines import throwaway_engines
from core.embedded.errors import EmbeddedError
from core.embedded.postgres import client_environment
from core.embedded.run import Ports, engines_of, environment_of

START_PATIENCE = 15.0
_PERSONAL = ("HOME", "TERM", "PAGER", "EDITOR", "PSQLRC")


@contextmanager
def session(data: DataDir) -> Iterator[dict[str, str]]:
    """The environment in which the platform's commands work, whether it runs or not."""
    running = data.running_environment(START_PATIENCE)
    if running:
        yield running
        return
    console = Console(sys.stderr)
    with data.locked(), data.sockets() as sockets:
        data.records.end_leftovers()
        engines = engines_of(data, sockets=sockets, console=console)
        environment = environment_of(data, ports=Ports.chosen(), urls=engines.urls)
        try:
            engines.start()
            with data.published(environment):
                yield environment
        finally:
            engines.stop()


def adopt_running_platform() -> None:
    """For `manage.py`: where nobody names a database, it speaks to the platform that runs here."""
    if not os.environ.get("DATABASE_URL"):
        for name, value in DataDir.chosen().running_environment().items():
            os.environ.setdefault(name, value)


@contextmanager
def throwaway_session() -> Iterator[dict[str, str]]:
    """An environment that leaves nothing behind, for checks that need a database to look at."""
    with throwaway_engines() as urls:
        yield {
            **dict.fromkeys(("SECRET_KEY", "METRICS_TOKEN"), "throw-away" * 6),
            "ENCRYPTION_KEYS": "dGhyb3ctYXdheS10aHJvdy1hd2F5LXRocm93LWF3YXk=",
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "DEMO": "1",
            "FRONTEND_URL": "http://localhost:8000",
        }


def call(command: list[str], environment: Mapping[str, str]) -> int:
    """Runs a command for the person at the terminal, whose Ctrl-C is for it and not for us."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.call(command, cwd=ROOT, env=dict(environment))
    except FileNotFoundError:
        raise EmbeddedError(f"There is no command {command[0]!r}.") from None
    finally:
        signal.signal(signal.SIGINT, before)


def psql(arguments: list[str], database_url: str) -> int:
    personal = {name: os.environ[name] for name in _PERSONAL if name in os.environ}
    command = [str(postgres_program("psql")), *arguments, database_url]
    return call(command, {**client_environment(), **personal})
