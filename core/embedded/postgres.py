"""The embedded PostgreSQL: a data folder and a foreground server on a private socket."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from core.embedded import binaries
from core.embedded.errors import EmbeddedError
from core.embedded.identity import engine_identity, give, require_passage
from core.embedded.process import (
    KILL_GRACE,
    Sink,
    end,
    end_foreign,
    launched,
    processes_in,
    spawn,
    wait_until,
)

USER = DATABASE = "apranova"
SOCKET_NAME = ".s.PGSQL.5432"
START_PATIENCE = 60.0  # Recovery after a crash reads the log again.
STOP_PATIENCE = 20.0

SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
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


class Postgres:
    name = "postgres"

    def __init__(self, folder: Path, *, sockets: Path, sink: Sink, durable: bool = True) -> None:
        self.folder = folder
        self.sockets = sockets
        self.sink = sink
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{USER}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Starts the server without waiting for it, so that engines start side by side."""
        self._prepare()
        settings = SETTINGS | ({} if self.durable else THROWAWAY_SETTINGS)
        options = [f"--{name}={value}" for name, value in settings.items()]
        self.process = spawn(
            self.name,
            [_program("postgres"), "-D", str(self.folder), "-k", str(self.sockets), *options],
            sink=self.sink,
            environment=environment(),
            death_signal=signal.SIGINT,
            run_as=engine_identity().run_as,
        )

    def wait_ready(self) -> None:
        process = self.process
        assert process, "launch() comes first"
        wait_until(lambda: self._is_ready() or process.poll() is not None, START_PATIENCE)
        if process.poll() is not None or not self._is_ready():
            self.stop()
            raise EmbeddedError(f"PostgreSQL did not start. It said:\n{self.sink.tail(self.name)}")

    def stop(self, *, hurry: bool = False) -> None:
        """A fast shutdown; in a hurry without the last checkpoint, which the next start redoes."""
        if self.process:
            sign = signal.SIGQUIT if hurry else signal.SIGINT
            end(self.process, by=sign, grace=STOP_PATIENCE)

    def _prepare(self) -> None:
        identity = engine_identity()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        give(self.sockets, identity)
        require_passage(identity, binaries.postgres_program("postgres"), self.folder.parent)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        give(self.folder, identity)
        self._check_version()
        self._clear_remains()

    def _create(self) -> None:
        """Makes the cluster beside its place and moves it in, so that a kill leaves no half."""
        partial = self.folder.with_name(self.folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        give(partial, engine_identity())
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"]
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        self._run(["initdb", "-D", str(partial), *options, *collation, *sync])
        single = ["postgres", "--single", "-D", str(partial), "postgres"]
        self._run(single, text=f"CREATE DATABASE {DATABASE};\n")
        partial.rename(self.folder)

    def _run(self, command: list[str], *, text: str = "") -> None:
        program, *arguments = command
        done = subprocess.run(
            launched([_program(program), *arguments], run_as=engine_identity().run_as),
            input=text,
            capture_output=True,
            text=True,
            env=environment(),
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise EmbeddedError(f"PostgreSQL's {program} failed. It said:\n{said}")

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        if found != str(binaries.POSTGRES_MAJOR):
            raise EmbeddedError(
                f"The database in {self.folder} was made by PostgreSQL {found}, and this is "
                f"{binaries.POSTGRES_MAJOR}. Make a backup with the version that made it, "
                "then `make restore` it here."
            )

    def _clear_remains(self) -> None:
        """Ends what a killed platform left in the folder, then the lock file it left.

        PostgreSQL itself refuses to start when a stranger has taken the pid that its stale lock
        file names; when nobody stands in the folder any more, the file says nothing.
        """
        lock_file = self.folder / "postmaster.pid"
        owner = _first_line(lock_file)
        if owner in map(str, processes_in(self.folder)):
            end_foreign(int(owner), by=signal.SIGINT, grace=STOP_PATIENCE)
        # Backends of a dead server leave by themselves, as soon as they notice.
        wait_until(lambda: not processes_in(self.folder), KILL_GRACE)
        for pid in processes_in(self.folder):
            end_foreign(pid, by=signal.SIGKILL, grace=KILL_GRACE)
        if Path("/proc/self").exists():
            lock_file.unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        ours = bool(lines and self.process and lines[0] == str(self.process.pid))
        return ours and len(lines) >= 8 and lines[7].strip() == "ready"


def environment() -> dict[str, str]:
    """For servers and clients alike: nothing of the operator's PG* variables or locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _program(name: str) -> str:
    return str(binaries.postgres_program(name))


def _first_line(path: Path) -> str:
    try:
        return path.read_text().partition("\n")[0]
    except FileNotFoundError:
        return ""
