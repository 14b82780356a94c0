"""A platform's life: starts, ends, kills and refusals."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from core.embedded.datadir import DataDir
from core.embedded.process import is_alive, processes_in, wait_until
from core.embedded.tests.conftest import PATIENCE, Platform, bare_environment
from tests.ports import free_port

Start = Callable[..., Platform]


def test_a_first_start_answers_and_prints_where_and_as_whom_to_sign_in(
    folder: Path, start: Start
) -> None:
    platform = start(DataDir(folder / "new")).wait_ready()

    assert f"http://localhost:{platform.port}" in platform.output
    assert "student@demo.apranova.test" in platform.output
    assert "apranova-demo" in platform.output
    with urllib.request.urlopen(f"http://127.0.0.1:{platform.port}/") as response:
        assert response.status == 200


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_the_next_start_has_the_data(
    data: DataDir, start: Start, sign: signal.Signals
) -> None:
    platform = start(data).wait_ready()
    platform.query("CREATE TABLE kept AS SELECT 7 AS number")
    pids = pids_of(data)

    assert platform.stop(by=sign) == 0
    assert not any(map(is_alive, pids))
    assert not data.records.path.exists()
    start(data).wait_ready()
    assert platform.query("SELECT number FROM kept") == "7"


def test_asked_twice_it_hurries(data: DataDir, start: Start) -> None:
    platform = start(data, LIGHT_WORKER="stubborn").wait_ready()
    pids = pids_of(data)

    platform.ask_to_stop(by=signal.SIGINT)
    platform.wait_for("once more to hurry")
    # A second press is one that comes a while after the first: make hands on its own copy.
    assert not wait_until(lambda: platform.process.poll() is not None, 1.5)
    platform.ask_to_stop(by=signal.SIGINT)

    assert platform.process.wait(PATIENCE) == 0
    assert not any(map(is_alive, pids))


def test_a_killed_platform_takes_its_children_along_and_starts_again(
    data: DataDir, start: Start
) -> None:
    platform = start(data).wait_ready()
    platform.query("CREATE TABLE kept AS SELECT 7 AS number")
    pids = pids_of(data)
    assert len(pids) == 5

    platform.kill()

    assert wait_until(lambda: not any(map(is_alive, pids)), PATIENCE)
    start(data).wait_ready()
    assert platform.query("SELECT number FROM kept") == "7"


def test_whichever_child_is_killed_starts_again(data: DataDir, start: Start) -> None:
    platform = start(data).wait_ready()
    platform.query("CREATE TABLE kept AS SELECT 7 AS number")
    before = pids_by_name(data)

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    for name in before:
        platform.wait_for(f"{name} was ended by SIGKILL")
        platform.wait_for(f"{name} runs again")
    after = pids_by_name(data)
    assert after.keys() == before.keys()
    assert all(map(is_alive, after.values()))
    assert platform.query("SELECT number FROM kept") == "7"
    assert platform.stop() == 0


def test_a_killed_child_leaves_no_children_of_its_own_behind(data: DataDir, start: Start) -> None:
    platform = start(data, LIGHT_WORKER="parent").wait_ready()
    before = pids_by_name(data)["worker"]
    assert wait_until(lambda: len(living_in_group(before)) == 2, PATIENCE)

    os.kill(before, signal.SIGKILL)

    platform.wait_for("worker runs again")
    assert living_in_group(before) == []


def test_a_child_that_dies_again_and_again_ends_the_platform_with_its_last_words(
    data: DataDir, start: Start
) -> None:
    platform = start(data, LIGHT_WORKER="failing")

    assert platform.wait_for_end() == 1
    last_words, _, sentence = platform.output.strip().splitlines()[-3:]
    assert last_words == "the broker speaks another language"
    assert sentence.startswith("worker ended with exit code 1 for the 5th time within a minute")
    assert wait_until(lambda: not processes_in(data.path / "postgres"), PATIENCE)


def test_a_taken_port_is_named_with_the_way_out(data: DataDir, start: Start) -> None:
    port = free_port(in_a_row=3)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + 1))
        other.listen()
        platform = start(data, port=port)

        assert platform.wait_for_end() == 1
    assert f"Port {port + 1}" in platform.output
    assert "PORT=" in platform.output
    assert "Traceback" not in platform.output


@pytest.mark.parametrize("port", ["eighty", "0", "65535"])
def test_a_port_that_is_none_is_refused(data: DataDir, start: Start, port: str) -> None:
    platform = start(data, port=port)

    assert platform.wait_for_end() == 1
    assert "PORT must be a number" in platform.output


def test_one_data_dir_serves_one_platform(data: DataDir, start: Start) -> None:
    first = start(data).wait_ready()

    second = start(data)

    assert second.wait_for_end() == 1
    assert f"is in use by process {first.process.pid}" in second.output
    assert "DATA_DIR=" in second.output
    assert first.query("SELECT 1") == "1"


def test_two_platforms_live_side_by_side(folder: Path, data: DataDir, start: Start) -> None:
    platforms = [start(data), start(DataDir(folder / "other"))]
    for platform in platforms:
        platform.wait_ready()

    platforms[0].query("CREATE TABLE kept AS SELECT 7 AS number")

    assert platforms[1].query("SELECT to_regclass('kept') IS NULL") == "t"
    assert platforms[0].stop() == 0
    assert platforms[1].query("SELECT 1") == "1"


def test_a_deep_data_dir_has_its_sockets_elsewhere(folder: Path, start: Start) -> None:
    deep = DataDir(folder.joinpath(*["a-rather-long-name-of-a-folder"] * 6))
    assert len(str(deep.path)) > 150
    platform = start(deep).wait_ready()

    environment = json.loads((deep.run / "environment.json").read_text())
    assert str(deep.path) not in environment["DATABASE_URL"]
    assert platform.query("SELECT 1") == "1"
    assert platform.stop() == 0


def test_keys_are_made_once_and_are_for_their_owner_only(data: DataDir, start: Start) -> None:
    made = data.keys_file.read_text()
    start(data).wait_ready()

    assert data.keys_file.read_text() == made
    assert set(json.loads(made)) == {"SECRET_KEY", "ENCRYPTION_KEYS", "METRICS_TOKEN"}
    assert data.keys_file.stat().st_mode & 0o777 == 0o600
    assert (data.run / "environment.json").stat().st_mode & 0o777 == 0o600
    assert data.path.stat().st_mode & 0o077 == 0


def test_lost_keys_are_not_replaced_in_silence(data: DataDir, start: Start) -> None:
    data.keys_file.unlink()

    platform = start(data)

    assert platform.wait_for_end() == 1
    assert "Put it back from a backup" in platform.output


def test_servers_of_the_operators_own_replace_the_embedded_ones(
    folder: Path, data: DataDir, start: Start
) -> None:
    start(data).wait_ready()
    engines = json.loads((data.run / "environment.json").read_text())
    urls = {name: engines[name] for name in ("DATABASE_URL", "REDIS_URL")}

    guest = start(DataDir(folder / "guest"), **urls).wait_ready()

    assert set(pids_by_name(guest.data)) == {"web", "worker", "sandbox"}
    published = json.loads((guest.data.run / "environment.json").read_text())
    assert urls.items() <= published.items()


def test_commands_find_the_platform_that_runs_where_nobody_names_another(
    folder: Path, data: DataDir, start: Start
) -> None:
    platform = start(data).wait_ready()
    published = json.loads((data.run / "environment.json").read_text())

    assert adopted(data)["DATABASE_URL"] == published["DATABASE_URL"]
    assert adopted(data)["SECRET_KEY"] == data.keys()["SECRET_KEY"]
    assert adopted(data, DATABASE_URL="postgres://mine")["DATABASE_URL"] == "postgres://mine"
    platform.stop()
    assert "DATABASE_URL" not in adopted(data)
    assert "DATABASE_URL" not in adopted(DataDir(folder / "never-started"))


def adopted(data: DataDir, **environment: str) -> dict[str, str]:
    script = (
        "import json, os\n"
        "from core.embedded.session import adopt_running_platform\n"
        "adopt_running_platform()\n"
        "print(json.dumps(dict(os.environ)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=bare_environment(DATA_DIR=str(data.path), **environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def living_in_group(group: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-eo", "pgid=,pid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pgid, pid, state in rows if int(pgid) == group and state[0] != "Z"]


def pids_of(data: DataDir) -> list[int]:
    return list(pids_by_name(data).values())


def pids_by_name(data: DataDir) -> dict[str, int]:
    recorded = json.loads(data.records.path.read_text())
    return {name: int(mark.split()[0]) for name, (mark, _) in recorded.items() if mark}
