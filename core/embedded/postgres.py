"""The embedded PostgreSQL: a data folder and a foreground server on a private socket."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from core.embedded.binaries import POSTGRES_MAJOR, postgres_program
from core.embedded.child import Child
from core.embedded.errors import EmbeddedError
from core.embedded.identity import engine_identity, give, require_passage
from core.embedded.process import (
    KILL_GRACE,
    PROC,
    Sink,
    end_stranger,
    launched,
    processes_in,
    wait_until,
)

USER = DATABASE = "apranova"
SOCKET_LOCK = ".s.PGSQL.5432.lock"

SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "random_page_cost": "1.1",  # As on a solid-state disk: indexes are worth their while.
    "log_checkpoints": "off",
    "log_min_messages": "fatal",
    "log_line_prefix": "",
}
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
}


class Postgres(Child):
    name = "postgres"
    stop_signal = signal.SIGINT  # Ends sessions and writes a last checkpoint.
    hurry_signal = signal.SIGQUIT  # Leaves the log to the next start.
    stop_patience = 20.0

    def __init__(self, folder: Path, *, sockets: Path, sink: Sink, durable: bool = True) -> None:
        super().__init__(sink=sink)
        self.folder = folder
        self.sockets = sockets
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgres://{USER}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def launch(self) -> None:
        self._prepare()
        settings = SETTINGS | ({} if self.durable else THROWAWAY_SETTINGS)
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.spawn(
            [_program("postgres"), "-D", str(self.folder), "-k", str(self.sockets), *options],
            environment=client_environment(),
            run_as=engine_identity().run_as,
        )

    def is_ready(self) -> bool:
        """The server writes its state into its lock file; asking there costs no connection."""
        lines = _lines(self.folder / "postmaster.pid")
        ours = bool(lines and self.process and lines[0] == str(self.process.pid))
        return ours and len(lines) >= 8 and lines[7].strip() == "ready"

    def _prepare(self) -> None:
        identity = engine_identity()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        give(self.sockets, identity)
        require_passage(identity, postgres_program("postgres"), self.folder.parent)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        give(self.folder, identity)
        self._check_version()
        self._clear_remains()

    def _create(self) -> None:
        """Makes the cluster beside its place and moves it in, so that a kill leaves no half."""
        partial = self.folder.with_name(f"{self.folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        give(partial, engine_identity())
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"]
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        _run("initdb", "-D", str(partial), *options, *collation, *sync)
        create = f"CREATE DATABASE {DATABASE};\n"
        _run("postgres", "--single", "-D", str(partial), "postgres", text=create)
        partial.rename(self.folder)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_MAJOR):
            raise EmbeddedError(
                f"The database in {self.folder} was made by PostgreSQL {found}, and this is "
                f"{POSTGRES_MAJOR}. Make a backup with the version of ApraNova that made it, "
                "then `make restore` it here."
            )

    def _clear_remains(self) -> None:
        """Ends what a killed platform left in the folder, then removes its lock files.

        PostgreSQL refuses to start when a stranger has got the pid that a stale lock file names.
        Where we can see that nobody stands in the folder any more, such a file says nothing.
        """
        lock_file = self.folder / "postmaster.pid"
        lines = _lines(lock_file)
        for pid in processes_in(self.folder):
            if [str(pid)] == lines[:1]:
                end_stranger(pid, by=signal.SIGINT, grace=self.stop_patience)
        # The backends of a dead server leave by themselves, as soon as they notice.
        wait_until(lambda: not processes_in(self.folder), KILL_GRACE)
        for pid in processes_in(self.folder):
            end_stranger(pid, by=signal.SIGKILL, grace=KILL_GRACE)
        if PROC.exists():
            lock_file.unlink(missing_ok=True)
            (self.sockets / SOCKET_LOCK).unlink(missing_ok=True)


def client_environment() -> dict[str, str]:
    """For servers and clients alike: nothing of the operator's PG* variables or locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _run(program: str, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        launched([_program(program), *arguments], run_as=engine_identity().run_as),
        input=text,
        capture_output=True,
        text=True,
        env=client_environment(),
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise EmbeddedError(f"PostgreSQL's {program} failed. It said:\n{said}")


def _program(name: str) -> str:
    return str(postgres_program(name))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []
