"""`make run` as it is, with every program of ours."""

import json
import urllib.request
from collections.abc import Callable

import pytest

from core.embedded.datadir import DataDir
from core.embedded.process import wait_until
from core.embedded.tests.conftest import PATIENCE, WHOLE_PLATFORM, Platform

CREDENTIALS = {"email": "student@demo.apranova.test", "password": "apranova-demo"}

pytestmark = pytest.mark.slow


def test_it_starts_serves_and_ends(data: DataDir, start: Callable[..., Platform]) -> None:
    platform = start(data, module=WHOLE_PLATFORM)
    wait_until(lambda: "ApraNova is ready" in platform.output, 3 * PATIENCE)
    platform.wait_ready()

    assert json.loads(body_of(platform.port, "/health/ready")) == {"status": "ready"}
    assert wait_until(lambda: health(platform.port, "worker") == "healthy", PATIENCE, pause=0.1)
    assert health(platform.port, "database") == "healthy"
    assert health(platform.port, "broker") == "healthy"
    assert "<html" in body_of(platform.port, "/")
    assert "<html" in body_of(platform.port + 1, "/")
    assert sign_in(platform.port, claimed_address="203.0.113.7") == 200
    assert platform.query("SELECT host(address) FROM accounts_signin") == "127.0.0.1"
    people = platform.query("SELECT count(*) FROM accounts_user WHERE email LIKE '%@demo.%'")
    assert int(people) >= 24

    assert platform.stop() == 0
    assert "Traceback" not in platform.output, platform.output


def sign_in(port: int, *, claimed_address: str) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/auth/login/",
        data=json.dumps(CREDENTIALS).encode(),
        headers={"Content-Type": "application/json", "X-Forwarded-For": claimed_address},
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310  (our own platform)
        return int(response.status)


def health(port: int, part: str) -> str:
    return json.loads(body_of(port, "/health"))["checks"][part]["status"]


def body_of(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
        return response.read().decode()
