"""The short form of bench/events_chaos.py: real workers and recorders, killed at random."""

import subprocess
import sys

import pytest

from core.tests.workers import ROOT

HOW = ["--events", "300", "--kill-every", "1.5", "--die-every", "60"]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_committed_event_is_delivered_and_none_twice_while_processes_are_killed():
    chaos = subprocess.run(
        [sys.executable, "-m", "bench.events_chaos", *HOW],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert chaos.returncode == 0, chaos.stdout + chaos.stderr
    assert "delivered more than once:   0" in chaos.stdout
    assert "recorder right after its commit" in chaos.stdout
