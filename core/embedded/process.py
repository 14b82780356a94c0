"""Starts, recognises and ends the processes of a platform."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Protocol

LAUNCHER = Path(__file__).with_name("launcher.py")
PROC = Path("/proc")
KILL_GRACE = 5.0


class Sink(Protocol):
    """Where the output of processes goes, and what each of them said last."""

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
    command: list[str],
    *,
    output: IO[bytes],
    environment: Mapping[str, str],
    death_signal: signal.Signals,
    run_as: str = "-",
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own, and leaves `output` to it.

    Only from the main thread: the kernel sends the death signal when the *thread* that started
    the child ends.
    """
    with output:
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


def end_stranger(pid: int, *, by: signal.Signals, grace: float) -> None:
    """Ends a process that is not our child."""
    for sign, patience in ((by, grace), (signal.SIGKILL, KILL_GRACE)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if wait_until(lambda: not is_alive(pid), patience):
            return


class Records:
    """The processes of a data dir, so that a later start finds what a killed platform left."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, tuple[str, int]] = {}

    def add(self, name: str, pid: int, stop_signal: signal.Signals) -> None:
        self._entries[name] = (_mark(pid), int(stop_signal))
        self._write()

    def remove(self, name: str) -> None:
        del self._entries[name]
        self._write()

    def end_leftovers(self) -> None:
        """Ends what is recorded and still lives, known by its pid and its start time."""
        for mark, stop_signal in self._recorded():
            pid = int(mark.partition(" ")[0] or 0)
            if pid and _mark(pid) == mark:
                end_stranger(pid, by=signal.Signals(stop_signal), grace=KILL_GRACE)
                _kill_group(pid)
        self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        self.path.write_text(json.dumps(self._entries))

    def _recorded(self) -> list[tuple[str, int]]:
        try:
            return list(json.loads(self.path.read_text()).values())
        except (FileNotFoundError, ValueError):  # A kill may have cut the file short.
            return []


def processes_in(folder: Path) -> list[int]:
    """Pids whose working directory is `folder`: both engines move into their data. Linux only."""
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _stands_in(entry, folder)]


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
    """`pid start-time`, never the same for two processes; empty for none and for a zombie."""
    if sys.platform.startswith("linux"):
        return _linux_mark(pid)
    listed = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    state, _, started = listed.partition(" ")
    return f"{pid} {started.strip()}" if listed and not state.startswith("Z") else ""


def _linux_mark(pid: int) -> str:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        status = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    state, started = status[0], status[19]
    return "" if state in "ZX" else f"{pid} {boot} {started}"


def _stands_in(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == folder
    except OSError:
        return False
