"""The platform set up to use the sandbox's GitHub, and students who work there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import UserFactory
from accounts.tests.providers import Answer, Providers
from core.clock import now
from core.settings.github import in_sandbox
from curriculum.actions.enrollment import enroll
from curriculum.actions.pull_requests import note_pull_request
from curriculum.github.facts import PullRequestFacts
from curriculum.models import (
    Deliverable,
    GitHubConnection,
    Project,
    PullRequest,
    Repository,
    Track,
    WebhookDelivery,
)

HOME = "http://localhost"
ASHA = "asha.rao@mail.test"
SECRET, OLD_SECRET = "the newest secret", "the one before"
WEBHOOKS = "/api/webhooks/github/"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """`at_github` is what people do there; `account(user)` connects one of theirs."""

    sandbox: Any
    providers: Providers

    @property
    def at_github(self) -> Any:
        return self.sandbox.github

    def choose(self, authorize_url: str, **person: str) -> Answer:
        return self.providers.choose(authorize_url, **(person or {"email": ASHA, "name": "Asha"}))

    def connect(self, user: User, *, email: str = ASHA, **how: Any) -> GitHubConnection:
        """Without the way through the pages."""
        given = self.at_github.connect(email, **how)
        headers = {"Authorization": f"Bearer {given['access_token']}"}
        url = f"{self.sandbox.url}/github/api/user"
        account = httpx.get(url, headers=headers, trust_env=False).json()
        return GitHubConnection.objects.create(
            user=user,
            github_id=account["id"],
            login=account["login"],
            token=given["access_token"],
            scopes=given["scope"],
            connected_at=now(),
        )

    def give_repository(
        self, user: User, project: Project, *, email: str = ASHA, name: str = "page", **fields: Any
    ) -> Repository:
        """One that is there and ready, without the job."""
        made = self.at_github.make_repository(email, name, private=True)
        facts = {
            "state": "ready",
            "github_id": made["id"],
            "owner_github_id": made["owner"]["id"],
            "full_name": made["full_name"],
            "html_url": made["html_url"],
            "default_branch": made["default_branch"],
            "created_at": now() - timedelta(minutes=5),
            "checked_at": now(),
        }
        return Repository.objects.create(student=user, project=project, **(facts | fields))


@pytest.fixture
def world(settings: Any, sandbox_server: Any) -> Iterator[World]:
    settings.FRONTEND_URL = HOME
    settings.GITHUB = in_sandbox(sandbox_server.url)
    settings.GITHUB_WEBHOOK_SECRET = (SECRET, OLD_SECRET)
    with httpx.Client(trust_env=False, timeout=60) as http:
        yield World(sandbox_server, Providers(sandbox_server, http))


@pytest.fixture
def project(db: Any) -> Project:
    return make_project()


@pytest.fixture
def learner(project: Project) -> User:
    """A student who is on the project's track."""
    return make_learner(project)


def make_project(**fields: Any) -> Project:
    track, _is_new = Track.objects.get_or_create(
        code="GIT", defaults={"name": "Work at GitHub", "pitch": "From branch to merge."}
    )
    number = track.projects.count() + 1
    facts = {
        "number": number,
        "title": f"Project {number}",
        "summary": "Something real.",
        "brief": "Build it.",
        "due_week": number,
        "template": f"fsd-{number:02}-page",
    }
    return Project.objects.create(track=track, **(facts | fields))


def make_repository(student: User, project: Project | None = None, **fields: Any) -> Repository:
    """Without anything at GitHub behind it."""
    number = 5_000 + Repository.objects.count()
    facts = {
        "state": "ready",
        "github_id": number,
        "full_name": "asha-rao/page",
        "html_url": "https://github.com/asha-rao/page",
        "created_at": now(),
    }
    home = project or make_project()
    return Repository.objects.create(student=student, project=home, **(facts | fields))


def make_pull_request(repository: Repository, number: int = 1, **changes: Any) -> PullRequest:
    facts = {
        "github_id": repository.github_id * 1000 + number,
        "number": number,
        "title": "My work",
        "html_url": f"{repository.html_url}/pull/{number}",
        "author": "asha-rao",
        "state": "open",
        "is_draft": False,
        "head_sha": "a" * 40,
        "opened_at": NOON,
        "updated_at": NOON,
    }
    change = note_pull_request(repository, PullRequestFacts(**(facts | changes)), at=now())
    return change.pull_request


def make_deliverable(project: Project, **fields: Any) -> Deliverable:
    facts = {
        "number": project.deliverables.count() + 1,
        "key": f"part-{project.deliverables.count() + 1}",
        "title": "The change",
        "kind": "pull_request",
    }
    return Deliverable.objects.create(project=project, **(facts | fields))


def make_learner(project: Project, **fields: Any) -> User:
    student = UserFactory(**fields)
    enroll(student, track=project.track, by=student, at=now())
    return student


def signature_of(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(
    event: str,
    payload: Any,
    *,
    secret: str = SECRET,
    delivery: str = "",
    client: Client | None = None,
    **headers: str,
) -> Any:
    """As GitHub does; `payload` may be bytes, and a header None to leave it out."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    sent: dict[str, Any] = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery or str(uuid4()),
        "X-Hub-Signature-256": signature_of(body, secret),
        **headers,
    }
    return (client or Client(raise_request_exception=False)).post(
        WEBHOOKS,
        body,
        content_type="application/json",
        headers={name: text for name, text in sent.items() if text is not None},
    )


def only_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()
