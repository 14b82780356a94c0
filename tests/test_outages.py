"""A platform of its own whose engines and worker are stopped and started again while people use it.

It is served as in production (two granian processes) on engines that keep what they were given.
"""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from redis import Redis

from core.embedded.child import Child, Service
from core.embedded.engines import Engines
from core.embedded.folders import temporary_folder
from core.embedded.process import FileSink, wait_until
from tests.ports import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
EMAIL, PASSWORD = "student@example.test", "correct horse battery"
PREPARE = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from accounts.tests.factories import UserFactory
UserFactory(email={EMAIL!r}, password={PASSWORD!r})
"""


class Platform:
    def __init__(self, folder: Path) -> None:
        sink = FileSink(folder)
        engines = Engines(folder, sockets=folder, sink=sink)
        self.folder = folder
        self.broker, self.database = engines.members
        self.urls = engines.urls
        self.port = free_port()
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.urls.database_url,
            "REDIS_URL": self.urls.redis_url,
            "DATA_DIR": str(folder),
            "THROTTLE_FACTOR": "1000000",
            "WORKER_SILENCE_SECONDS": "3",
        }
        self.web = self._service(
            "web",
            *("granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"),
            *("--backpressure", "32", "--port", str(self.port), "core.wsgi:application"),
        )
        self.worker = self._service(
            "worker",
            *("celery", "--quiet", "--app", "core.celery:app", "worker", "--concurrency", "1"),
            *("--queues", "default,mail,ai,workspaces,imports"),
            *("--beat", "--schedule", str(folder / "beat"), "--without-gossip"),
        )
        # Whoever has to wait for longer than this has been left waiting.
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    @property
    def children(self) -> list[Child]:
        return [self.broker, self.database, self.web, self.worker]

    def start(self) -> None:
        for engine in (self.broker, self.database):
            engine.launch()
        for engine in (self.broker, self.database):
            engine.wait_ready()
        subprocess.run([sys.executable, "-c", PREPARE], env=self.environment, cwd=ROOT, check=True)
        self.web.launch()
        self.worker.launch()
        self.wait_for("healthy")

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop(hurry=True)
        self.client.close()

    def wait_for(self, status: str, check: str = "") -> dict:
        found: dict = {}

        def is_there() -> bool:
            found.update(self.health())
            there = found["checks"].get(check, found) if check else found
            return there["status"] == status

        assert wait_until(is_there, PATIENCE, pause=0.1), (found, self.said())
        return found

    def health(self) -> dict:
        try:
            return self.client.get("/health").json()
        except httpx.TransportError:  # The server is not up yet.
            return {"status": "not there", "checks": {}}

    def sign_in(self) -> httpx.Response:
        return self.client.post("/api/auth/login/", json={"email": EMAIL, "password": PASSWORD})

    def profile(self, access: str) -> httpx.Response:
        return self.client.get("/api/auth/me/", headers={"Authorization": f"Bearer {access}"})

    def samples(self, name: str) -> dict[str, float]:
        """The samples of a metric, by their labels as they are written."""
        lines = self.client.get("/metrics").text
        pattern = re.compile(rf"^{name}(?:{{(.*)}})? (\S+)$", re.MULTILINE)
        return {labels: float(value) for labels, value in pattern.findall(lines)}

    def said(self) -> str:
        return "\n".join(child.sink.tail(child.name) for child in (self.web, self.worker))

    def _service(self, name: str, *command: str) -> Service:
        return Service(
            name,
            [sys.executable, "-m", *command],
            environment=self.environment,
            folder=ROOT,
            sink=FileSink(self.folder),
        )


@pytest.fixture(scope="module")
def whole() -> Iterator[Platform]:
    with temporary_folder() as folder:
        platform = Platform(folder)
        try:
            platform.start()
            yield platform
        finally:
            platform.stop()


@pytest.fixture
def platform(whole: Platform) -> Iterator[Platform]:
    """Whatever a test has stopped runs again afterwards."""
    yield whole
    for child in whole.children:
        if not child.is_running():
            child.start()
    whole.wait_for("healthy")


@pytest.fixture
def access(platform: Platform) -> str:
    return platform.sign_in().json()["access"]


def test_while_all_is_well_everything_is_healthy(platform):
    checks = platform.health()["checks"]

    assert {name: check["status"] for name, check in checks.items()} == {
        **dict.fromkeys(("database", "cache", "broker", "worker"), "healthy"),
        **dict.fromkeys(("docker", "gemini"), "not_configured"),
        **dict.fromkeys(("storage", "disk"), "healthy"),
    }
    assert platform.samples("apranova_engine_up") == {
        'engine="database"': 1,
        'engine="broker"': 1,
    }


def test_both_processes_count_together_and_either_tells(platform):
    label = 'method="GET",route="landing",status="200"'
    before = platform.samples("apranova_http_requests_total").get(label, 0)

    for _ in range(20):
        with httpx.Client(base_url=platform.client.base_url) as stranger:
            assert stranger.get("/").status_code == 200

    told = [platform.samples("apranova_http_requests_total")[label] for _ in range(6)]
    assert told == [before + 20] * 6
    assert len(list(_counter_files(platform))) == 2


def test_with_the_database_away_everything_says_so_and_soon(platform, access):
    platform.database.stop(hurry=True)

    health = platform.wait_for("unhealthy", "database")
    assert health["status"] == "unhealthy"
    assert health["checks"]["broker"]["status"] == "healthy"
    assert platform.client.get("/health").status_code == 503
    assert platform.client.get("/health/live").json() == {"status": "alive"}
    database = platform.client.get("/health/db")
    assert (database.status_code, database.json()) == (
        503,
        {"status": "unhealthy", "database": "disconnected"},
    )
    assert str(platform.folder) not in str(health)

    for response in (platform.sign_in(), platform.profile(access)):
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "UNAVAILABLE"
        assert response.headers["Retry-After"]
        assert str(platform.folder) not in response.text
    page = platform.client.get("/dashboard/", headers={"Cookie": "sessionid=" + "a" * 32})
    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")

    up = platform.samples("apranova_engine_up")
    assert up == {'engine="database"': 0, 'engine="broker"': 1}
    assert sum(platform.samples("apranova_http_failures_total").values()) >= 3


def test_a_database_that_hangs_holds_up_no_probe(platform):
    """It takes connections and answers none: nothing but a time-out can tell."""
    os.killpg(platform.database.process.pid, signal.SIGSTOP)
    try:
        health = platform.wait_for("unhealthy", "database")
        assert health["checks"]["broker"]["status"] == "healthy"
        for path, status in {"/health/live": 200, "/health/db": 503}.items():
            assert platform.client.get(path).status_code == status
    finally:
        os.killpg(platform.database.process.pid, signal.SIGCONT)
    platform.wait_for("healthy")


def test_when_the_database_is_back_the_very_next_request_is_answered(platform, access):
    platform.database.stop(hurry=True)
    platform.wait_for("unhealthy")

    platform.database.start()

    assert platform.profile(access).json()["email"] == EMAIL
    assert platform.sign_in().status_code == 200


def test_a_database_that_dies_under_load_loses_nothing_that_was_acknowledged(platform):
    """People sign in all the time; each is told yes, or to come back. No yes was a lie."""
    answers: list[httpx.Response] = []

    def keep_signing_in(is_over: Callable[[], bool]) -> None:
        while not is_over():
            answers.append(platform.sign_in())

    over = threading.Event()
    crowd = [threading.Thread(target=keep_signing_in, args=(over.is_set,)) for _ in range(2)]
    for person in crowd:
        person.start()
    try:
        for _ in range(2):
            _wait_for_one_more(answers, 200)
            platform.database.stop(hurry=True)
            _wait_for_one_more(answers, 503)
            platform.database.start()
        _wait_for_one_more(answers, 200)
    finally:
        over.set()
        for person in crowd:
            person.join()

    assert {answer.status_code for answer in answers} == {200, 503}
    acknowledged = [answer.json()["access"] for answer in answers if answer.is_success]
    assert all(platform.profile(access).status_code == 200 for access in acknowledged[::5])


def test_with_the_broker_away_people_go_on(platform, access):
    platform.broker.stop(hurry=True)

    # The checks of one answer were asked side by side, some before the end and some after it.
    platform.wait_for("unhealthy", "broker")
    checks = platform.wait_for("degraded", "cache")["checks"]
    assert platform.client.get("/health").status_code == 503
    assert {name: checks[name]["status"] for name in ("database", "cache", "worker")} == {
        "database": "healthy",
        "cache": "degraded",
        "worker": "degraded",
    }
    assert platform.samples("apranova_engine_up")['engine="broker"'] == 0
    for _ in range(3):
        assert platform.sign_in().status_code == 200
        assert platform.profile(access).status_code == 200
        assert platform.client.get("/").status_code == 200

    platform.broker.start()
    platform.wait_for("healthy")


def test_a_broker_that_is_full_is_told_apart_from_one_that_is_away(platform, access):
    with closing(Redis.from_url(platform.urls.redis_url)) as broker:
        broker.config_set("maxmemory", 1)
        try:
            broker_check = platform.wait_for("unhealthy", "broker")["checks"]["broker"]
            assert broker_check["detail"] == "It takes no writes."
            assert platform.profile(access).status_code == 200
            assert platform.sign_in().status_code == 200
        finally:
            broker.config_set("maxmemory", 0)
    platform.wait_for("healthy")


def test_a_worker_that_was_killed_is_noticed_and_so_is_its_return(platform, access):
    def mark() -> bytes:
        with closing(Redis.from_url(platform.urls.redis_url)) as broker:
            return broker.hget("apranova:heartbeats", "imports")

    for _ in range(3):  # It gives its signs again and again: that is what will be missed.
        before = mark()
        assert wait_until(lambda known=before: mark() != known, PATIENCE)
    platform.wait_for("healthy", "worker")

    os.killpg(platform.worker.process.pid, signal.SIGKILL)

    worker = platform.wait_for("degraded", "worker")["checks"]["worker"]
    assert "imports" in worker["detail"]
    assert platform.client.get("/health").status_code == 200
    assert platform.profile(access).status_code == 200
    platform.worker.process.wait()
    platform.worker.start()
    platform.wait_for("healthy")


def _wait_for_one_more(answers: list[httpx.Response], status: int) -> None:
    known = len(answers)
    assert wait_until(
        lambda: any(answer.status_code == status for answer in answers[known:]), PATIENCE
    )


def _counter_files(platform: Platform) -> Iterator[Path]:
    """Where the web processes of this platform count."""
    for pid in Path("/proc").glob("[0-9]*"):
        try:
            environment = (pid / "environ").read_bytes()
        except OSError:
            continue
        if f"DATA_DIR={platform.folder}".encode() in environment:
            yield from _mapped(pid)


def _mapped(pid: Path) -> Iterator[Path]:
    try:
        maps = (pid / "maps").read_text()
    except OSError:
        return
    for line in maps.splitlines():
        if re.search(r"/counter_\d+\.db$", line):
            yield Path(line.split()[-1])
