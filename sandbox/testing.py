"""A running sandbox for tests: `sandbox_server` starts one on free ports and empties it."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
STOP_SECONDS = 60
# Longer than any call may wait.
TIMEOUT_SECONDS = 90


class SandboxServer:
    """The process and its JSON API; `url` and `smtp_port` are known once it runs."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.url = ""
        self.smtp_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._client: httpx.Client | None = None

    def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        # Left behind by a process that was killed.
        self._address_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0"]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir)], cwd=ROOT, stdout=log, stderr=log
            )
        address = self._await_address(self._process)
        self.url = address["url"]
        self.smtp_port = address["smtp_port"]
        # No proxy of the environment comes between a test and its own machine.
        self._client = httpx.Client(
            base_url=f"{self.url}/_sandbox", trust_env=False, timeout=TIMEOUT_SECONDS
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Gives the exit code."""
        if self._process is None:
            return 0
        if self._client is not None:
            self._client.close()
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def kill(self) -> None:
        """As a power cut would end it."""
        self.stop(signal.SIGKILL)

    @property
    def log_file(self) -> Path:
        return self.data_dir / "log.txt"

    def clear(self) -> None:
        self._ask("POST", "/reset")

    def mails(self, *, to: str = "", wait: int = 0) -> list[dict[str, Any]]:
        """Newest first; with `wait`, as soon as there is one, at most so many seconds."""
        return self._ask("GET", "/mails", params={"to": to, "wait": wait})["mails"]

    def messages(self, *, to: str = "", kind: str = "", wait: int = 0) -> list[dict[str, Any]]:
        params = {"to": to, "kind": kind, "wait": wait}
        return self._ask("GET", "/messages", params=params)["messages"]

    def calls(self, *, service: str = "") -> list[dict[str, Any]]:
        return self._ask("GET", "/calls", params={"service": service})["calls"]

    def webhooks(self, *, service: str = "") -> list[dict[str, Any]]:
        return self._ask("GET", "/webhooks", params={"service": service})["webhooks"]

    def redeliver(self, webhook_id: int) -> None:
        self._ask("POST", f"/webhooks/{webhook_id}/redeliver")

    def play(self, service: str, kind: str, **how: Any) -> dict[str, Any]:
        """`how`: count, path, seconds, retry_after."""
        return self._ask("POST", "/faults", json={"service": service, "kind": kind, **how})

    def faults(self) -> list[dict[str, Any]]:
        return self._ask("GET", "/faults")["faults"]

    def clear_faults(self) -> None:
        self._ask("DELETE", "/faults")

    @property
    def github(self) -> "GitHubAccount":
        """What people do at GitHub without the platform."""
        return GitHubAccount(self._ask)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        if self._client is None:
            raise RuntimeError("The sandbox was not started.")
        answer = self._client.request(method, path, **how)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def _address_file(self) -> Path:
        return self.data_dir / "address.json"

    def _await_address(self, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
        deadline = time.monotonic() + START_SECONDS
        while not self._address_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The sandbox did not start:\n{self.log_file.read_text()}")
            time.sleep(0.02)
        return json.loads(self._address_file.read_text())


class GitHubAccount:
    """Repositories are named `owner/name`; each deed gives what GitHub would tell of it."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def connect(self, email: str, **how: Any) -> dict[str, Any]:
        """`how`: name, scope. Gives `access_token`, `login`, `scope`."""
        return self._ask("POST", "/github/connections", json={"email": email, **how})

    def revoke(self, login: str) -> int:
        """As if a person took back what they granted; gives the number of dead tokens."""
        return self._ask("DELETE", f"/github/connections/{login}")["revoked"]

    def make_repository(self, email: str, repository: str, **how: Any) -> dict[str, Any]:
        """`how`: name (of the person), private, template. It has its first commit at once."""
        asked = {"email": email, "repository": repository, **how}
        return self._ask("POST", "/github/repositories", json=asked)

    def repositories(self) -> list[dict[str, Any]]:
        return self._ask("GET", "/github/repositories")["repositories"]

    def repository(self, full_name: str) -> dict[str, Any]:
        """With `branches`, `pulls`, `suites`, `hooks`."""
        return self._ask("GET", f"/github/repositories/{full_name}")

    def push(self, full_name: str, **how: Any) -> dict[str, Any]:
        """`how`: branch or number (of a pull request), message."""
        return self._do(full_name, "push", **how)

    def open_pull_request(self, full_name: str, **how: Any) -> dict[str, Any]:
        """`how`: title, branch, body, draft. The branch gets a commit if it has none."""
        return self._do(full_name, "open", **how)

    def merge(self, full_name: str, number: int) -> dict[str, Any]:
        return self._do(full_name, "merge", number=number)

    def close(self, full_name: str, number: int) -> dict[str, Any]:
        return self._do(full_name, "close", number=number)

    def reopen(self, full_name: str, number: int) -> dict[str, Any]:
        return self._do(full_name, "reopen", number=number)

    def review(
        self, full_name: str, number: int, state: str = "approved", body: str = ""
    ) -> dict[str, Any]:
        """`state`: approved, changes_requested or commented."""
        return self._do(full_name, "review", number=number, state=state, body=body)

    def checks(self, full_name: str, conclusion: str = "success", **where: Any) -> dict[str, Any]:
        """`where`: number (of a pull request) or branch."""
        return self._do(full_name, "check", conclusion=conclusion, **where)

    def rename(self, full_name: str, name: str) -> dict[str, Any]:
        return self._do(full_name, "rename", name=name)

    def set_private(self, full_name: str, *, is_private: bool) -> dict[str, Any]:
        return self._do(full_name, "privatize" if is_private else "publicize")

    def delete(self, full_name: str) -> None:
        self._do(full_name, "delete")

    def tell(self, full_name: str, event: str) -> None:
        """Something of no use, to every hook: star or installation."""
        self._do(full_name, "tell", event=event)

    def _do(self, full_name: str, deed: str, **asked: Any) -> dict[str, Any]:
        return self._ask("POST", f"/github/repositories/{full_name}/{deed}", json=asked)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxServer]:
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        server = SandboxServer(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def sandbox_server(sandbox_process: SandboxServer) -> SandboxServer:
    """One process for the whole session, emptied before each test."""
    sandbox_process.clear()
    return sandbox_process
