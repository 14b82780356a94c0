"""Somebody's browser at a provider of the sandbox, and the platform set up to use it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from django.test import Client

from core.settings.sign_in_providers import SANDBOX_APPS, in_sandbox

HOME = "http://localhost"
PROVIDERS = ("google", "github", "apple")
ASHA = {"email": "asha.rao@mail.test", "name": "Asha Rao"}
PAGE = {"google": "/auth", "github": "/login/oauth/authorize", "apple": "/auth/authorize"}
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def providers(settings, sandbox_server: Any) -> Iterator["Providers"]:
    """All three, played by the sandbox."""
    settings.FRONTEND_URL = HOME
    settings.SOCIALACCOUNT_PROVIDERS = {
        name: in_sandbox(name, sandbox_server.url) for name in PROVIDERS
    }
    with httpx.Client(trust_env=False, timeout=60) as http:
        yield Providers(sandbox_server, http)


@dataclass(frozen=True)
class Answer:
    """Where the provider sends the browser, and what goes along."""

    url: str
    fields: dict[str, str]
    is_form: bool = False

    def but(self, **changes: str) -> "Answer":
        return Answer(self.url, {**self.fields, **changes}, self.is_form)

    def without(self, *names: str) -> "Answer":
        kept = {name: text for name, text in self.fields.items() if name not in names}
        return Answer(self.url, kept, self.is_form)


class Providers:
    def __init__(self, sandbox: Any, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.url = sandbox.url
        self._http = http

    def choose(self, question: str, **person: str) -> Answer:
        """Answer the authorize page at `question` as `person` (or with `cancel=1`)."""
        asked = dict(parse_qsl(urlsplit(question).query))
        page = self._http.get(question)
        assert page.status_code == 200, page.text
        answer = self._http.post(question.partition("?")[0], data={**asked, **(person or ASHA)})
        if answer.status_code == 303:
            where, _, query = answer.headers["location"].partition("?")
            return Answer(where, dict(parse_qsl(query)))
        fields = {name: html.unescape(text) for name, text in _FIELD.findall(answer.text)}
        return Answer(asked["redirect_uri"], fields, is_form=True)

    def refuses(self, question: str) -> bool:
        """Shown on the provider's own page: it sends nobody anywhere."""
        return self._http.get(question).status_code == 400

    def code(
        self, where: str, *, redirect_uri: str = "", client_id: str = "", **person: str
    ) -> str:
        """What an app of ours, or another one, brings home."""
        asked = {
            "client_id": client_id or SANDBOX_APPS[where]["client_id"],
            "redirect_uri": redirect_uri or f"{HOME}/accounts/{where}/login/callback/",
            "response_type": "code",
            "scope": {"github": "user:email", "apple": "name email"}.get(where, "openid email"),
        }
        asked |= {key: person.pop(key) for key in ("nonce", "code_challenge") if key in person}
        if "code_challenge" in asked:
            asked["code_challenge_method"] = "S256"
        question = f"{self.url}/{where}{PAGE[where]}?{urlencode(asked)}"
        return self.choose(question, **person).fields["code"]

    def access_token(
        self, where: str, *, client_id: str = "", secret: str = "", **person: str
    ) -> str:
        """Straight from the provider, as an app on a phone may get one."""
        client_id = client_id or SANDBOX_APPS[where]["client_id"]
        path = "/token" if where == "google" else "/login/oauth/access_token"
        answer = self._http.post(
            f"{self.url}/{where}{path}",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "client_secret": secret or SANDBOX_APPS[where]["secret"],
                "code": self.code(where, client_id=client_id, **person),
                "redirect_uri": f"{HOME}/accounts/{where}/login/callback/",
            },
            headers={"Accept": "application/json"},
        )
        return answer.json()["access_token"]

    def mint(self, name: str, **asked: Any) -> str:
        return self._http.post(f"{self.url}/{name}/mint", json=asked).json()["id_token"]


class Browser(Client):
    """At our own address, which providers send it back to."""

    def __init__(self, **how: Any) -> None:
        super().__init__(SERVER_NAME="localhost", **how)

    def begin(self, name: str, **fields: str) -> str:
        """Click our button; where the provider asks."""
        answer = self.post(f"/accounts/{name}/login/", fields)
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"]

    def come_back(self, answer: Answer) -> Any:
        """With what the provider said; Apple's form is carried over to an ordinary request."""
        path = urlsplit(answer.url).path
        if not answer.is_form:
            return self.get(path, answer.fields)
        carried = self.post(path, answer.fields)
        assert carried.status_code == 302, carried.content.decode()
        return self.get(carried["Location"])

    def join(self, **fields: str) -> Any:
        step = {"name": "Asha Rao", "accept_terms": "on", **fields}
        return self.post("/accounts/3rdparty/signup/", step)

    def sign_up(self, providers: Providers, where: str, **person: str) -> Any:
        """The whole way of somebody new."""
        self.come_back(providers.choose(self.begin(where), **person))
        return self.join()


@pytest.fixture
def browser_at_home() -> Browser:
    return Browser()


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
