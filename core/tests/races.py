"""Threads that meet at the worst moment, each with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from django.db import connection

T = TypeVar("T")

LONGEST_WAIT_SECONDS = 60


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What each call returned, after all of them started together."""
    gate = threading.Barrier(len(calls))

    def called(call: Callable[[], T]) -> T:
        gate.wait(LONGEST_WAIT_SECONDS)
        return _with_own_connection(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(called, calls))


def one_within_the_other(
    first: Callable[[], T], second: Callable[[], T], *, owner: Any, method: str
) -> tuple[T, T]:
    """What both returned, when `second` ran while `first` was about to call `owner.method`."""
    is_there, may_go_on = threading.Event(), threading.Event()
    original = getattr(owner, method)
    slow_thread: list[threading.Thread] = []

    def paused(*args: Any, **named: Any) -> Any:
        if threading.current_thread() in slow_thread:
            is_there.set()
            assert may_go_on.wait(LONGEST_WAIT_SECONDS)
        return original(*args, **named)

    def slow() -> T:
        slow_thread.append(threading.current_thread())
        return _with_own_connection(first)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(owner, method, paused)
        slow_result = pool.submit(slow)
        try:
            assert is_there.wait(LONGEST_WAIT_SECONDS)
            second_result = second()
        finally:
            may_go_on.set()
        return slow_result.result(), second_result


def _with_own_connection(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        connection.close()
