"""Ports for servers that tests start in processes of their own."""

import itertools
import os
import socket
from contextlib import ExitStack
from pathlib import Path

# From the first of these on, the kernel hands out ports by itself, for any connection of anybody:
# a port out of there may be taken between finding it free and listening at it.
HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUALLY_HANDED_OUT_FROM = 32_768
FIRST = 18_000
STRIDE = 97

_next = None


def free_port(*, in_a_row: int = 1) -> int:
    """The first of so many free ports; never one that this process was given before."""
    global _next  # noqa: PLW0603  (of the process)
    if _next is None:
        span = _handed_out_from() - FIRST
        # Processes of one run begin far from each other.
        begin = os.getpid() * STRIDE % span
        _next = itertools.cycle(FIRST + (begin + place) % span for place in range(span))
    while True:
        ports = list(itertools.islice(_next, in_a_row))
        if ports == list(range(ports[0], ports[0] + in_a_row)) and _are_free(ports):
            return ports[0]


def _are_free(ports: list[int]) -> bool:
    with ExitStack() as probes:
        try:
            for port in ports:
                probe = probes.enter_context(socket.socket())
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _handed_out_from() -> int:
    try:
        return int(HANDED_OUT.read_text().split()[0])
    except (OSError, ValueError):
        return USUALLY_HANDED_OUT_FROM
