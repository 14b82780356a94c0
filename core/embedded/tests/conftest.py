"""Data dirs with short paths, and platforms in processes of their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.embedded.datadir import ROOT, DataDir
from core.embedded.engines import Engines
from core.embedded.process import FileSink, wait_until
from tests.ports import free_port

LIGHT_PLATFORM = "core.embedded.tests.light_platform"
WHOLE_PLATFORM = "core.embedded"
READY = "ApraNova is ready"
PATIENCE = 90.0


class Platform:
    """`python -m core.embedded run` with all that it printed."""

    def __init__(
        self, data: DataDir, port: int, log: Path, module: str, **environment: str
    ) -> None:
        self.data = data
        self.port = port
        self._log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, "run"],
                cwd=ROOT,
                env=bare_environment(DATA_DIR=str(data.path), PORT=str(port), **environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait_ready(self) -> "Platform":
        return self.wait_for(READY)

    def wait_for(self, text: str) -> "Platform":
        wait_until(lambda: text in self.output or self.process.poll() is not None, PATIENCE)
        assert text in self.output, self.output
        return self

    def ask_to_stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(by)

    def wait_for_end(self) -> int:
        return self.process.wait(PATIENCE)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.ask_to_stop(by)
        return self.wait_for_end()

    def kill(self) -> None:
        self.process.kill()
        self.wait_for_end()

    def query(self, sql: str) -> str:
        """By the same door as `make psql`, which works whether the platform runs or not."""
        return query(self.data, sql)


def query(data: DataDir, sql: str) -> str:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "core.embedded",
            "psql",
            "--",
            "-At",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
        ],
        cwd=ROOT,
        env=bare_environment(DATA_DIR=str(data.path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def bare_environment(**more: str) -> dict[str, str]:
    """As on a machine where nobody has set anything."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Like tmp_path, but with a path that leaves room for a socket's name."""
    path = Path(tempfile.mkdtemp(prefix="apra-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def used_data_dir() -> Iterator[DataDir]:
    """One that a platform has left: most tests begin with a copy, since making it takes a while."""
    path = Path(tempfile.mkdtemp(prefix="apra-"))
    data = DataDir(path / "var")
    with data.locked(), data.sockets() as sockets:
        data.keys()
        engines = Engines(data.path, sockets=sockets, sink=FileSink(path))
        engines.start()
        engines.stop()
    yield data
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data(folder: Path, used_data_dir: DataDir) -> DataDir:
    return DataDir(shutil.copytree(used_data_dir.path, folder / "var"))


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Platform]]:
    """Starts platforms, of light programs unless told; ends what a test left running."""
    platforms: list[Platform] = []

    def start_platform(
        data: DataDir, *, port: int = 0, module: str = LIGHT_PLATFORM, **environment: str
    ) -> Platform:
        log = folder / f"platform-{len(platforms)}.log"
        platforms.append(Platform(data, port or free_port(in_a_row=3), log, module, **environment))
        return platforms[-1]

    yield start_platform
    for platform in platforms:
        if platform.process.poll() is None:
            platform.stop()
