"""One folder for all web processes of a host, and what is left in it by the dead."""

import os
import subprocess
import sys

import pytest

from core.metrics import sharing


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def somebody():
    """The pid of a process that lives, and of one that does not."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as alive:
        yield alive.pid, dead.pid
        alive.communicate(b"\n")


def leave(folder, *names: str) -> None:
    for name in names:
        (folder / name).touch()


def left(folder) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_start_with_nobody_alive_begins_at_zero(folder, somebody):
    _alive, dead = somebody
    leave(folder, f"counter_{dead}.db", f"gauge_livesum_{dead}.db", f"histogram_{dead}.db")

    sharing._forget_the_dead(folder)

    assert left(folder) == set()


def test_while_another_lives_only_what_the_dead_were_doing_is_forgotten(folder, somebody):
    alive, dead = somebody
    kept = {f"counter_{alive}.db", f"gauge_livesum_{alive}.db", f"counter_{dead}.db"}
    leave(folder, *kept, f"gauge_livesum_{dead}.db")

    sharing._forget_the_dead(folder)

    assert left(folder) == kept


def test_nobody_inherits_from_a_dead_process_of_the_same_number(folder, somebody):
    alive, _dead = somebody
    leave(folder, f"counter_{alive}.db", f"counter_{os.getpid()}.db")

    sharing._forget_the_dead(folder)

    assert left(folder) == {f"counter_{alive}.db"}


def test_counters_are_in_memory_and_nobody_else_s(tmp_path):
    memory, data = tmp_path / "memory", tmp_path / "data"
    memory.mkdir()

    folder = sharing._folder(data, memory)

    assert folder.parent == memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder == sharing._folder(data, memory)
    assert folder != sharing._folder(tmp_path / "other", memory)


def test_where_memory_cannot_be_had_they_are_under_the_data_dir(tmp_path):
    folder = sharing._folder(tmp_path / "data", tmp_path / "no-memory")

    assert folder.parent == tmp_path / "data" / "metrics"
    assert folder.is_dir()


def test_a_folder_that_somebody_else_prepared_is_not_used(tmp_path):
    memory, data = tmp_path / "memory", tmp_path / "data"
    memory.mkdir()
    expected = sharing._folder(data, memory)
    expected.rmdir()
    expected.symlink_to(tmp_path)

    assert sharing._folder(data, memory).is_relative_to(data)


COUNT_AND_TELL = """
import sys
from pathlib import Path
from core.metrics.sharing import share_metrics
share_metrics(Path(sys.argv[1]), memory=Path(sys.argv[1]))
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
Counter("total", "").inc()
busy = Gauge("busy", "", multiprocess_mode="livesum")
busy.inc()
print("ready", flush=True)
input()
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode(), flush=True)
"""


def test_each_process_tells_the_sum_of_all(tmp_path):
    command = [sys.executable, "-c", COUNT_AND_TELL, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    first = subprocess.Popen(command, **pipes)
    assert first.stdout.readline() == "ready\n"
    second = subprocess.Popen(command, **pipes)
    assert second.stdout.readline() == "ready\n"

    told, _ = second.communicate("\n")
    assert "total_total 2.0" in told
    assert "busy 2.0" in told

    third = subprocess.Popen(command, **pipes)
    assert third.stdout.readline() == "ready\n"
    told, _ = third.communicate("\n")
    first.communicate("\n")
    assert "total_total 3.0" in told
    assert "busy 2.0" in told
