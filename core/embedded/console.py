"""One readable log for all processes: each line with the name of who said it, in a colour."""

import os
import re
import sys
import threading
from collections import defaultdict, deque
from typing import IO, TextIO

COLOURS = {
    "web": "36",
    "worker": "32",
    "sandbox": "35",
    "postgres": "34",
    "valkey": "31",
    "prepare": "33",
}
WIDTH = max(map(len, COLOURS))
TAIL = 20
# What Valkey says at every start and stop, for machines whose only purpose it is.
NOISE = re.compile(rb"Memory overcommit must be enabled|signal-handler|is now ready to exit")


class Console:
    """A sink that shows each line at once and remembers the last ones."""

    def __init__(self, stream: TextIO | None = None, *, colour: bool | None = None) -> None:
        self.stream = stream or sys.stdout
        self.colour = _wants_colour(self.stream) if colour is None else colour
        self._lock = threading.Lock()
        self._tails: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=TAIL))
        self._readers: dict[str, threading.Thread] = {}

    def open(self, name: str) -> IO[bytes]:
        reading, writing = os.pipe()
        self._readers[name] = threading.Thread(
            target=self._follow, args=(name, reading), daemon=True
        )
        self._readers[name].start()
        return os.fdopen(writing, "wb")

    def tail(self, name: str) -> str:
        """The last words of a process that has ended, which may still be in the pipe."""
        if name in self._readers:
            self._readers[name].join(0.5)
        with self._lock:
            return "\n".join(self._tails[name])

    def drain(self) -> None:
        """Shows what those who have ended left in their pipes."""
        for reader in self._readers.values():
            reader.join(0.5)

    def say(self, text: str) -> None:
        self._write(f"{text}\n")

    def _follow(self, name: str, descriptor: int) -> None:
        with os.fdopen(descriptor, "rb") as lines:
            for line in lines:
                if not NOISE.search(line):
                    self._show(name, line.decode(errors="replace").rstrip())

    def _show(self, name: str, line: str) -> None:
        with self._lock:
            self._tails[name].append(line)
        label = f"{name:<{WIDTH}} |"
        if self.colour:
            label = f"\x1b[{COLOURS.get(name, '37')}m{label}\x1b[0m"
        self._write(f"{label} {line}\n")

    def _write(self, text: str) -> None:
        try:
            with self._lock:
                self.stream.write(text)
                self.stream.flush()
        except (BrokenPipeError, ValueError):  # Nobody reads any more: go on working.
            return


def _wants_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
