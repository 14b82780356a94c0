"""The board: how checks are asked and what their findings add up to."""

import threading

import pytest

from core.health import board as board_module
from core.health.board import Board, overall
from core.health.findings import Status, degraded, healthy, not_configured, unhealthy
from core.registries import Registry


@pytest.fixture
def checks(monkeypatch):
    """A registry of this test's own."""
    registry = Registry("health checks")
    monkeypatch.setattr(board_module, "health_checks", registry)
    return registry


def test_the_names_of_the_contract_come_first_and_in_order(checks):
    checks.register("plugin", lambda: healthy("fine"))
    checks.register("disk", lambda: healthy("fine"))

    findings = Board().findings()

    assert [*findings] == [
        *("database", "cache", "broker", "worker", "docker", "gemini", "storage", "disk"),
        "plugin",
    ]


def test_what_nobody_has_registered_is_not_configured_and_harms_nobody(checks):
    findings = Board().findings()

    assert {finding.status for finding in findings.values()} == {Status.NOT_CONFIGURED}
    assert overall(findings) is Status.HEALTHY


@pytest.mark.parametrize("name", ["database", "broker", "disk"])
def test_without_these_the_platform_is_unhealthy(checks, name):
    checks.register(name, lambda: unhealthy("It is away."))

    assert overall(Board().findings()) is Status.UNHEALTHY


@pytest.mark.parametrize("name", ["cache", "worker", "docker", "gemini", "storage", "plugin"])
def test_without_any_other_it_is_degraded(checks, name):
    checks.register(name, lambda: unhealthy("It is away."))
    checks.register("database", lambda: healthy("connected"))

    findings = Board().findings()

    assert overall(findings) is findings[name].status is Status.DEGRADED


def test_a_check_may_call_itself_not_configured(checks):
    checks.register("gemini", lambda: not_configured("No key is set."))

    assert Board().findings()["gemini"] == not_configured("No key is set.")


def test_checks_are_asked_side_by_side(checks):
    together = threading.Barrier(3, timeout=60)

    def check():
        together.wait()
        return healthy("fine")

    for name in ("database", "broker", "disk"):
        checks.register(name, check)

    assert overall(Board(seconds=60).findings()) is Status.HEALTHY
    assert not together.broken


def test_a_check_that_hangs_is_left_behind_and_never_started_twice(checks):
    started, release = [], threading.Event()

    def hang():
        started.append(1)
        release.wait(60)
        return healthy("late")

    checks.register("database", hang)
    checks.register("disk", lambda: healthy("fine"))
    board = Board(seconds=0.1, fresh_seconds=0)

    for _ in range(3):
        assert board.findings(["database"])["database"] == unhealthy("It does not answer in time.")
    assert len(started) == 1
    findings = Board(seconds=2).findings()
    assert findings["database"] == unhealthy("It does not answer in time.")
    assert findings["disk"].status is Status.HEALTHY

    release.set()
    assert Board(seconds=60).findings()["database"] == healthy("late")


def test_a_check_that_fails_says_nothing_of_why(checks, caplog):
    def fail():
        raise ConnectionError("password=hunter2 host=10.0.0.3")

    checks.register("docker", fail)

    assert Board().findings()["docker"] == degraded("It failed.")


def test_whoever_asks_within_a_second_shares_the_finding(checks):
    asked = []

    def check():
        asked.append(1)
        return healthy("fine")

    checks.register("database", check)
    patient, eager = Board(fresh_seconds=60), Board(fresh_seconds=0)

    for _ in range(3):
        patient.findings()
    assert len(asked) == 1
    for _ in range(3):
        eager.findings()
    assert len(asked) == 4


def test_one_name_can_be_asked_alone(checks):
    checks.register("database", lambda: healthy("fine"))
    checks.register("disk", lambda: pytest.fail("nobody asked"))

    assert Board().findings(["database"]) == {"database": healthy("fine")}
