"""What somebody sends to hold a process for minutes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# What runs away takes minutes; all else is over in two or three, on a slow machine too.
MOST_CPU_SECONDS = 20


@contextmanager
def not_running_away() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < MOST_CPU_SECONDS
