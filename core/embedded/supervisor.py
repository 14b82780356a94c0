"""Keeps the processes of a platform alive: restarts with patience, never in a loop."""

import select
import signal
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from core.embedded.child import Child
from core.embedded.console import Console
from core.embedded.errors import EmbeddedError
from core.embedded.process import Records

DEATHS_ALLOWED = 5
DEATHS_WINDOW = 60.0
LONGEST_WAIT = 8.0
PULSE = 0.5
# One Ctrl-C may come twice: from the terminal and handed on by make.
ECHO = 1.0


class StopRequest(Exception):
    """The operator wants to stop."""


class Supervisor:
    """Children stop in the opposite order of their start."""

    def __init__(self, *, console: Console, records: Records) -> None:
        self.console = console
        self.records = records
        self.children: list[Child] = []
        self._deaths: dict[str, list[float]] = defaultdict(list)
        self._due: dict[str, float] = {}
        self._asked_at = 0.0
        self._in_a_hurry = False
        self._alarm: socket.socket

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM ask for an end, and wake us; so does a child that dies."""
        self._alarm, bell = socket.socketpair()
        self._alarm.setblocking(False)
        bell.setblocking(False)
        before = signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False)
        handlers: dict[signal.Signals, Callable[..., Any]] = {
            signal.SIGINT: self._ask,
            signal.SIGTERM: self._ask,
            signal.SIGCHLD: lambda *_: None,
        }
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # As nohup wants it.
            handlers[signal.SIGHUP] = self._ask
        previous = {sign: signal.signal(sign, handler) for sign, handler in handlers.items()}
        try:
            yield
        finally:
            for sign, handler in previous.items():
                signal.signal(sign, handler)
            signal.set_wakeup_fd(before)
            self._alarm.close()
            bell.close()

    def start(self, children: Sequence[Child]) -> None:
        """Starts `children` side by side and waits until each is ready."""
        self.children += children
        for child in children:
            self._check_interrupted()
            self._launch(child)
        for child in children:
            child.wait_ready()
        self._check_interrupted()

    def run_once(self, child: Child) -> None:
        """Runs a child that has an end, and refuses when that is a bad one."""
        self.children.append(child)
        self._launch(child)
        while child.is_running():
            self._watch(besides=child)
        self.children.remove(child)
        self.records.remove(child.name)
        if child.process and child.process.returncode:
            raise EmbeddedError(f"{child.name} {_ending_of(child)}; why stands in its lines above.")

    def watch_until(self, condition: Callable[[], bool], *, pulse: float = PULSE) -> None:
        """Keeps the children alive until `condition` holds."""
        while not condition():
            self._watch(pulse=pulse)

    def stop(self) -> None:
        """In the opposite order of the start. Asked again, it hurries."""
        for child in reversed(self.children):
            self._stop(child)
        self.console.drain()

    def _launch(self, child: Child) -> None:
        child.launch()
        if child.process:
            self.records.add(child.name, child.process.pid, child.stop_signal)

    def _watch(self, *, pulse: float = PULSE, besides: Child | None = None) -> None:
        self._sleep(pulse)
        self._check_interrupted()
        for child in self.children:
            if child is not besides and not child.is_running():
                self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.name not in self._due:
            self._due[child.name] = now + self._wait_after_death(child, now)
        if now >= self._due[child.name]:
            del self._due[child.name]
            self._launch(child)
            child.wait_ready()
            self.console.say(f"{child.name} runs again.")

    def _wait_after_death(self, child: Child, now: float) -> float:
        """How long to wait, which doubles from death to death of the last minute."""
        deaths = [death for death in self._deaths[child.name] if now - death < DEATHS_WINDOW]
        self._deaths[child.name] = [*deaths, now]
        ending = _ending_of(child)
        if len(deaths) + 1 >= DEATHS_ALLOWED:
            raise EmbeddedError(
                f"The last words of {child.name}:\n{self.console.tail(child.name)}\n\n"
                f"{child.name} {ending} for the {DEATHS_ALLOWED}th time within a minute, so it is "
                "not started again, and the platform ends."
            )
        wait = min(0.25 * 2 ** len(deaths), LONGEST_WAIT)
        self.console.say(f"{child.name} {ending}; it starts again in {wait:g} s.")
        return wait

    def _stop(self, child: Child) -> None:
        if child.process and child.is_running() and not self._in_a_hurry:
            child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + child.stop_patience
            while child.is_running() and not self._in_a_hurry and time.monotonic() < deadline:
                self._sleep(PULSE)
        child.stop(hurry=True)

    def _sleep(self, pulse: float) -> None:
        """Until the pulse is over or a signal came."""
        if select.select([self._alarm], [], [], pulse)[0]:
            self._alarm.recv(4096)

    def _ask(self, *_: Any) -> None:
        now = time.monotonic()
        self._in_a_hurry = bool(self._asked_at) and now - self._asked_at > ECHO
        self._asked_at = self._asked_at or now

    def _check_interrupted(self) -> None:
        if self._asked_at:
            raise StopRequest


def _ending_of(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
