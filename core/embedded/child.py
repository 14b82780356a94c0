"""A supervised process of the platform: an engine or a service."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from core.embedded.errors import EmbeddedError
from core.embedded.process import Sink, end, spawn, wait_until


class Child:
    """Subclasses launch themselves and say when they are ready."""

    name: str
    stop_signal = signal.SIGTERM
    hurry_signal = signal.SIGKILL
    stop_patience = 10.0
    start_patience = 60.0

    def __init__(self, *, sink: Sink) -> None:
        self.sink = sink
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Starts the process without waiting for it, so that several start side by side."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        return True

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_ready(self) -> None:
        wait_until(lambda: self.is_ready() or not self.is_running(), self.start_patience)
        if self.is_running() and self.is_ready():
            return
        self.stop(hurry=True)
        raise EmbeddedError(f"{self.name} did not start. It said:\n{self.sink.tail(self.name)}")

    def stop(self, *, hurry: bool = False) -> None:
        if self.process:
            sign = self.hurry_signal if hurry else self.stop_signal
            end(self.process, by=sign, grace=self.stop_patience)

    def spawn(
        self,
        command: list[str],
        *,
        environment: Mapping[str, str],
        run_as: str = "-",
        folder: Path | None = None,
    ) -> None:
        if self.process:  # What a killed one left of its own children holds on to its work.
            end(self.process, by=self.hurry_signal, grace=self.stop_patience)
        self.process = spawn(
            command,
            output=self.sink.open(self.name),
            environment=environment,
            death_signal=self.stop_signal,
            run_as=run_as,
            folder=folder,
        )


class Service(Child):
    """One of our own processes."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        sink: Sink,
    ) -> None:
        super().__init__(sink=sink)
        self.name = name
        self.command = command
        self.environment = environment
        self.folder = folder

    def launch(self) -> None:
        self.spawn(self.command, environment=self.environment, folder=self.folder)
