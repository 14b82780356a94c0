"""`make run`: engines, preparation, web, worker and sandbox, from one command to one banner."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.embedded.child import Service
from core.embedded.console import Console
from core.embedded.datadir import ROOT, DataDir
from core.embedded.engines import Engines, Urls
from core.embedded.errors import EmbeddedError
from core.embedded.supervisor import StopRequest, Supervisor

HOST = "127.0.0.1"
QUEUES = "default,mail,ai,workspaces,imports"
DEMO_DOMAIN = "demo.apranova.test"
DEMO_PASSWORD = "apranova-demo"  # noqa: S105 - printed for everyone to read
READY_PULSE = 0.05
SLOW_START = 60.0


@dataclass(frozen=True)
class Ports:
    web: int

    @property
    def sandbox(self) -> int:
        return self.web + 1

    @property
    def smtp(self) -> int:
        return self.web + 2

    @classmethod
    def chosen(cls) -> "Ports":
        """The ones that PORT names."""
        text = os.environ.get("PORT") or "8000"
        if not text.isdigit() or not 0 < int(text) < 65534:
            raise EmbeddedError(f"PORT must be a number from 1 to 65533, not {text!r}.")
        return cls(int(text))

    def require_free(self) -> None:
        uses = {self.web: "the platform", self.sandbox: "its sandbox", self.smtp: "the demo's mail"}
        for port, use in uses.items():
            reason = _why_taken(port)
            if reason:
                raise EmbeddedError(
                    f"Port {port}, for {use}, {reason}. "
                    f"Choose another with PORT=, such as: make run PORT={self.web + 100}"
                )


def run(data: DataDir, console: Console) -> None:
    """Returns when the operator ends the platform; raises when it cannot go on."""
    ports = Ports.chosen()
    with data.locked():
        data.records.end_leftovers()
        ports.require_free()
        supervisor = Supervisor(console=console, records=data.records)
        with data.sockets() as sockets, supervisor.signals():
            engines = engines_of(data, sockets=sockets, console=console)
            environment = environment_of(data, ports=ports, urls=engines.urls)
            try:
                with data.published(environment):
                    _run(supervisor, engines, environment, ports)
            except StopRequest:
                console.say("Stopping; once more to hurry.")
            finally:
                supervisor.stop()
                data.records.path.unlink(missing_ok=True)


def engines_of(data: DataDir, *, sockets: Path, console: Console) -> Engines:
    return Engines(
        data.path,
        sockets=sockets,
        sink=console,
        database_url=os.environ.get("DATABASE_URL", ""),
        redis_url=os.environ.get("REDIS_URL", ""),
    )


def environment_of(data: DataDir, *, ports: Ports, urls: Urls) -> dict[str, str]:
    """What our processes find in their environment; whatever the operator set is kept."""
    ours = {
        **data.keys(),
        "DATABASE_URL": urls.database_url,
        "REDIS_URL": urls.redis_url,
        "FRONTEND_URL": f"http://localhost:{ports.web}",
        "SANDBOX_URL": f"http://localhost:{ports.sandbox}",
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": str(ports.smtp),
    }
    if os.environ.get("EMAIL_HOST"):  # A mail server of the operator's has a port of its own.
        del ours["EMAIL_PORT"]
    kept = {name: os.environ.get(name) or value for name, value in ours.items()}
    return {**kept, "DEMO": "1", "PORT": str(ports.web), "DATA_DIR": str(data.path)}


def programs(environment: Mapping[str, str], ports: Ports) -> dict[str, list[str]]:
    """What Python runs, by name."""
    folder = Path(environment["DATA_DIR"])
    return {
        "prepare": ["manage.py", "prepare"],
        "sandbox": [
            *["-m", "sandbox", "--port", str(ports.sandbox), "--smtp-port", str(ports.smtp)],
            *["--data-dir", str(folder / "sandbox")],
            *["--platform-url", environment["FRONTEND_URL"]],
        ],
        "worker": [
            # As root, too: what it runs is our own, and nothing is unpickled.
            *["-W", "ignore:You're running the worker with superuser privileges"],
            *["-m", "celery", "--quiet", "--app", "core.celery:app", "worker", "--beat"],
            *["--schedule", str(folder / "run" / "beat"), "--concurrency", "2"],
            *["--queues", QUEUES, "--loglevel", "INFO", "--without-gossip", "--without-mingle"],
        ],
        "web": [
            *["-m", "uvicorn", "core.asgi:application", "--host", HOST, "--port", str(ports.web)],
            *["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"],
            # Whom a proxy names is for TRUSTED_PROXIES to say: uvicorn would believe anyone here.
            *["--no-proxy-headers", "--no-server-header"],
            *["--ws-per-message-deflate", "false", "--ws-max-size", "65536"],
        ],
    }


def _run(
    supervisor: Supervisor, engines: Engines, environment: dict[str, str], ports: Ports
) -> None:
    console = supervisor.console
    whole = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
    services = {
        name: Service(
            name, [sys.executable, *command], environment=whole, folder=ROOT, sink=console
        )
        for name, command in programs(environment, ports).items()
    }
    console.say("Starting ApraNova.")
    supervisor.start(engines.members)
    supervisor.start([services["sandbox"]])
    supervisor.run_once(services["prepare"])
    supervisor.start([services["worker"], services["web"]])
    _wait_ready(supervisor, ports)
    console.say(_banner(environment, ports))
    supervisor.watch_until(lambda: False)


def _wait_ready(supervisor: Supervisor, ports: Ports) -> None:
    started = time.monotonic()
    told = False

    def is_ready() -> bool:
        nonlocal told
        answer = _readiness(ports.web)
        if answer and not told and time.monotonic() - started > SLOW_START:
            told = True
            supervisor.console.say(f"Not ready yet. /health/ready says: {answer}")
        return not answer

    supervisor.watch_until(is_ready, pulse=READY_PULSE)


def _readiness(port: int) -> str:
    """Nothing when the platform is ready, else what it says instead."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        response = connection.getresponse()
        body = response.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"nothing ({error})"
    finally:
        connection.close()
    return "" if response.status == 200 else f"{response.status} {body}"


def _banner(environment: dict[str, str], ports: Ports) -> str:
    return f"""
ApraNova is ready at http://localhost:{ports.web}

  Sign in as    student@{DEMO_DOMAIN}
                trainer@{DEMO_DOMAIN}
                admin@{DEMO_DOMAIN}
                superadmin@{DEMO_DOMAIN}
                and student2@ to student20@, trainer2@
  Password      {DEMO_PASSWORD}
  Mails, codes  http://localhost:{ports.sandbox}/inbox/
  Data          {environment["DATA_DIR"]}

Ctrl-C stops it.
"""


def _why_taken(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return "may be used by root only"
        except OSError:
            return "is taken by another program"
    return ""
