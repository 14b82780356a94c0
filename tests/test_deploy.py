"""What deploy/ says of production: it agrees with the code, and nginx does what it is for."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import httpx
import pytest
import uvicorn
import yaml
from celery.bin.celery import celery
from celery.bin.worker import worker as celery_worker
from granian.cli import cli as granian

from core.embedded.process import wait_until
from core.settings import tunables
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
NGINX = os.environ.get("NGINX") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PROGRAMS = {"granian": granian, "uvicorn": uvicorn.main, "celery": celery}
NOT_OURS = {"POSTGRES_PASSWORD"}

needs_nginx = pytest.mark.skipif(not NGINX, reason="needs nginx (or $NGINX)")


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


# The compose file.


def test_every_option_of_our_commands_is_known_to_its_program(services):
    commands = [
        service["command"]
        for service in services.values()
        if service.get("image") == "apranova" and service["command"][0] in PROGRAMS
    ]

    assert len(commands) == 5
    for program, *arguments in commands:
        PROGRAMS[program].make_context(program, list(arguments), resilient_parsing=False)


def test_every_queue_is_worked_on_by_exactly_one_kind_of_worker(services, settings):
    queues = [
        queue
        for service in services.values()
        for argument in service.get("command", [])
        if argument.startswith("--queues=")
        for queue in argument.removeprefix("--queues=").split(",")
    ]

    assert sorted(queues) == sorted(settings.QUEUES)


def test_there_is_one_beat(services):
    assert [name for name, service in services.items() if "beat" in service.get("command", [])] == [
        "beat"
    ]


def test_every_setting_in_the_example_is_one(services):
    example = (DEPLOY / ".env.example").read_text()
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    in_compose = set(services["web"]["environment"])

    known = {tunable.name for tunable in tunables.TUNABLES}
    assert (named | in_compose) - known == NOT_OURS
    assert {problem.name for problem in tunables.read({})[1]} <= named | in_compose


def test_the_example_holds_no_secret():
    secrets = {tunable.name for tunable in tunables.TUNABLES if tunable.secret} | NOT_OURS

    for name, value in re.findall(
        r"^([A-Z_]+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.MULTILINE
    ):
        assert name not in secrets or value == "", name


def test_ours_run_without_rights_and_engines_are_not_reachable_from_outside(services):
    for name, service in services.items():
        if service.get("image") == "apranova":
            assert service["cap_drop"] == ["ALL"], name
            assert service["read_only"], name
        if name in {"database", "broker"}:
            assert service["networks"] == ["inside"]
            assert "ports" not in service


def test_a_graceful_end_is_given_its_time(services):
    """Whoever ends later than its container is killed in the middle of what it does."""
    web = services["web"]
    (kill_timeout,) = (
        int(argument.partition("=")[2])
        for argument in web["command"]
        if argument.startswith("--workers-kill-timeout")
    )

    assert kill_timeout < int(web["stop_grace_period"].removesuffix("s"))
    assert isinstance(celery_worker, click.Command)


# nginx, before stand-ins of the processes behind it.


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, as JSON."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.dumps(
            {
                "server": self.server.server_port,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "read": len(self.rfile.read(length)),
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def behind() -> Iterator[dict[str, int]]:
    """The ports of two stand-ins, and one at which nobody listens."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Echo) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield {"web": servers[0].server_port, "sockets": servers[1].server_port}
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def start_nginx(tmp_path_factory):
    """Start nginx with our configuration, in which only places differ: ports, files, upstreams."""
    running = []

    def start(web: int, sockets: int) -> tuple[httpx.Client, int]:
        folder = tmp_path_factory.mktemp("nginx")
        folder.chmod(0o755)
        plain, tls = free_port(), free_port()
        _make_certificate(folder)
        text = (DEPLOY / "nginx.conf").read_text()
        for ours, here in {
            "listen 80 ": f"listen 127.0.0.1:{plain} ",
            "listen 443 ": f"listen 127.0.0.1:{tls} ",
            "http://web:8000": f"http://127.0.0.1:{web}",
            "http://sockets:8000": f"http://127.0.0.1:{sockets}",
            "/etc/nginx/tls": str(folder),
            "/tmp/nginx.pid": f"{folder}/pid",
            "worker_processes auto": "worker_processes 1",
        }.items():
            assert ours in text, ours
            text = text.replace(ours, here)
        paths = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file = folder / "nginx.conf"
        file.write_text(text.replace("http {\n", f"http {{\n{paths}", 1))
        if os.geteuid() == 0:  # Its workers would else be somebody who may not enter our folder.
            file.write_text(f"user root;\n{file.read_text()}")
        command = [NGINX, "-e", "stderr", "-p", str(folder), "-c", str(file)]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen([*command, "-g", "daemon off;"], stdout=subprocess.DEVNULL)
        trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        client = httpx.Client(base_url=f"https://localhost:{tls}", verify=trust)
        running.append((process, client))
        assert wait_until(lambda: _listens(tls), 60)
        return client, plain

    yield start
    for process, client in running:
        client.close()
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def nginx(start_nginx, behind):
    return start_nginx(**behind)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )


@needs_nginx
def test_pages_go_to_web_and_sockets_to_sockets(nginx, behind):
    client, _plain = nginx

    assert client.get("/tracks/?page=2").json()["server"] == behind["web"]
    assert client.get("/tracks/?page=2").json()["path"] == "/tracks/?page=2"
    asked = client.get("/ws/notifications/", headers={"Connection": "upgrade", "Upgrade": "ws"})
    assert asked.json()["server"] == behind["sockets"]
    assert asked.json()["headers"]["upgrade"] == "ws"
    assert asked.json()["headers"]["connection"] == "upgrade"
    assert asked.json()["headers"]["host"] == client.base_url.netloc.decode()
    assert asked.json()["headers"]["x-forwarded-proto"] == "https"


@needs_nginx
def test_nobody_can_say_for_themselves_where_they_come_from(nginx):
    client, _plain = nginx
    lies = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Real-IP": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
    }

    heard = client.get("/", headers=lies).json()["headers"]

    assert heard["x-forwarded-for"] == "10.0.0.1, 127.0.0.1"  # the last one is what counts
    assert heard["x-forwarded-proto"] == "https"
    assert heard["x-real-ip"] == "127.0.0.1"
    assert "forwarded" not in heard


@needs_nginx
def test_the_name_and_the_request_id_reach_us(nginx):
    client, _plain = nginx

    heard = client.get("/", headers={"X-Request-ID": "mine"}).json()["headers"]

    assert heard["host"] == client.base_url.netloc.decode()
    assert heard["x-request-id"] == "mine"


@needs_nginx
def test_plain_http_is_sent_to_https(nginx):
    _client, plain = nginx

    answer = httpx.get(f"http://127.0.0.1:{plain}/a?b=c", headers={"Host": "learn.example.org"})

    assert (answer.status_code, answer.headers["Location"]) == (
        308,
        "https://learn.example.org/a?b=c",
    )


@needs_nginx
def test_metrics_are_not_for_the_outside(nginx):
    client, _plain = nginx

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics/").status_code == 404


@needs_nginx
def test_a_body_that_is_too_large_is_refused_in_our_shape(nginx):
    client, _plain = nginx

    answer = client.post("/api/files/", content=b"x" * (65 * 1024 * 1024))

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
    assert "too large" in client.post("/profile/", content=b"x" * (65 * 1024 * 1024)).text
    assert client.post("/api/files/", content=b"x" * 1_000_000).json()["read"] == 1_000_000


@needs_nginx
def test_with_nobody_behind_it_people_and_programs_are_told_to_come_back(start_nginx):
    client, _plain = start_nginx(web=free_port(), sockets=free_port())

    page, call = client.get("/dashboard/"), client.get("/api/auth/me/")

    assert (page.status_code, call.status_code) == (503, 503)
    assert "We will be right back" in page.text
    assert page.headers["Content-Type"].startswith("text/html")
    assert call.json()["error"]["code"] == "UNAVAILABLE"
    assert call.headers["Content-Type"].startswith("application/json")
    assert page.headers["Retry-After"] == call.headers["Retry-After"] == "5"
