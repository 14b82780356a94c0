"""Somebody's account at GitHub, as an app sees it that they connected."""

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox.services import github

HOME = "http://localhost:8000/cb"
VERIFIER = "a-verifier-that-is-long-enough-for-the-standard-to-take-it"
ASHA = {"email": "asha.rao@mail.test", "name": "Asha Rao"}
MIRA = {"email": "mira@mail.test", "name": "Mira Sen"}
SCOPE = "repo admin:repo_hook read:user"
TEMPLATE = "apranova-templates/dp-1-sales-report"


class Account:
    def __init__(self, browse: httpx.Client, token: str) -> None:
        self.token = token
        self._browse = browse

    def ask(self, method: str, path: str, /, **how: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        return self._browse.request(method, f"/github/api{path}", headers=headers, **how)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.ask("GET", path, params=query)

    def generate(self, name: str, /, *, template: str = TEMPLATE, **how: Any) -> httpx.Response:
        return self.ask("POST", f"/repos/{template}/generate", json={"name": name, **how})

    def make(self, name: str, **how: Any) -> str:
        """A repository that has its first commit; gives its full name."""
        full_name = self.generate(name, **how).json()["full_name"]
        self.wait_for(lambda: self.get(f"/repos/{full_name}/commits").status_code == 200)
        return full_name

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(0.02)


def connect(browse: httpx.Client, person: dict[str, str] = ASHA, *, scope: str = SCOPE) -> Account:
    return Account(browse, redeem(browse, consent(browse, person, scope=scope))["access_token"])


def consent(browse: httpx.Client, person: dict[str, str] = ASHA, **changes: str) -> httpx.Response:
    """By the pages that a browser goes through."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    question = {
        "client_id": github.CONNECT_CLIENT.id,
        "redirect_uri": HOME,
        "scope": SCOPE,
        "state": "s1",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return browse.post("/github/login/oauth/authorize", data={**question, **person, **changes})


def redeem(browse: httpx.Client, answer: httpx.Response, **changes: str) -> dict[str, Any]:
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    asked = {
        "client_id": github.CONNECT_CLIENT.id,
        "client_secret": github.CONNECT_CLIENT.secret,
        "code": code,
        "redirect_uri": HOME,
        "code_verifier": VERIFIER,
        **changes,
    }
    return browse.post(
        "/github/login/oauth/access_token", data=asked, headers={"Accept": "application/json"}
    ).json()
