"""Starts, recognises and ends the processes of a platform."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Protocol

LAUNCHER = Path(__file__).with_name("launcher.py")
KILL_GRACE = 5.0


class Sink(Protocol):
    """Where a process's output goes, and what it said last."""

    def open(self, name: str) -> IO[bytes]: ...

    def tail(self, name: str) -> str: ...


class FileSink:
    """Output into one file for each process, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str) -> IO[bytes]:
        return self._path(name).open("ab")

    def tail(self, name: str) -> str:
        lines = self._path(name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def launched(
    command: list[str], *, run_as: str = "-", death_signal: signal.Signals | None = None
) -> list[str]:
    """The command line that becomes `command` by way of the launcher."""
    options = [str(int(death_signal or 0)), str(os.getpid()), run_as]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *options, *command]


def spawn(
    name: str,
    command: list[str],
    *,
    sink: Sink,
    environment: Mapping[str, str],
    death_signal: signal.Signals,
    run_as: str = "-",
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own.

    Only from the main thread: the kernel sends the death signal when the *thread* that started
    the child ends.
    """
    with sink.open(name) as output:
        return subprocess.Popen(
            launched(command, run_as=run_as, death_signal=death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], *, by: signal.Signals, grace: float) -> None:
    """Asks with `by`, and after `grace` seconds kills; what it left behind is killed too."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(KILL_GRACE)
    _kill_group(process.pid)


class Records:
    """The processes of a data dir, by name, so that a later start finds what a kill left."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marks: dict[str, str] = {}

    def add(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self._marks[name] = _mark(process.pid)
        self.path.write_text(json.dumps(self._marks))

    def end_leftovers(self) -> None:
        """Ends what an earlier platform recorded and what still lives, by pid and start time."""
        for mark in self._recorded():
            pid = int(mark.split(maxsplit=1)[0])
            if _mark(pid) == mark:
                end_foreign(pid, by=signal.SIGTERM, grace=KILL_GRACE)
                _kill_group(pid)
        self.path.unlink(missing_ok=True)

    def _recorded(self) -> list[str]:
        try:
            return list(json.loads(self.path.read_text()).values())
        except (FileNotFoundError, ValueError):
            return []


def end_foreign(pid: int, *, by: signal.Signals, grace: float) -> None:
    """Ends a process that is not our child."""
    for sign, patience in ((by, grace), (signal.SIGKILL, KILL_GRACE)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_alive(pid), patience):
            return


def processes_in(folder: Path) -> list[int]:
    """Pids whose working directory is `folder`. Both engines move into their data; Linux only."""
    return [int(entry.name) for entry in _proc_entries() if _stands_in(entry, folder)]


def is_alive(pid: int) -> bool:
    return bool(_mark(pid))


def wait_until(condition: Callable[[], bool], patience: float, pause: float = 0.02) -> bool:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _mark(pid: int) -> str:
    """`pid start-time`, the same for one process only; empty for none and for a zombie."""
    if sys.platform.startswith("linux"):
        return _linux_mark(pid)
    listed = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True
    ).stdout.strip()
    state, _, started = listed.partition(" ")
    return f"{pid} {started.strip()}" if listed and not state.startswith("Z") else ""


def _linux_mark(pid: int) -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    state, started = status[0], status[19]
    return "" if state in "ZX" else f"{pid} {boot} {started}"


def _proc_entries() -> Iterable[Path]:
    return [entry for entry in Path("/proc").glob("[0-9]*")] if Path("/proc/self").exists() else []


def _stands_in(entry: Path, folder: Path) -> bool:
    try:
        return os.readlink(entry / "cwd") == str(folder)
    except OSError:
        return False
