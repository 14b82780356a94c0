"""Every payload in `payloads/` is taken and comes to an end, known repository or not.

A file is called `<event>.<name>.json` and holds a body as GitHub sends it; more may be dropped in.
"""

from pathlib import Path

import pytest

from core.clock import now
from curriculum.actions.webhooks import apply_delivery
from curriculum.github.reading import read_json
from curriculum.models import PullRequest, Repository
from curriculum.tests.github_world import SECRET, deliver, learner, only_delivery, project

__all__ = ["learner", "project"]

pytestmark = pytest.mark.django_db

FILES = sorted((Path(__file__).parent / "payloads").glob("*.json"))


@pytest.fixture(autouse=True)
def secret(settings):
    settings.GITHUB_WEBHOOK_SECRET = (SECRET,)


@pytest.fixture
def known(learner, project):
    def make(body: bytes) -> Repository | None:
        told = read_json(body).get("repository")
        if told is None:
            return None
        return Repository.objects.create(
            student=learner,
            project=project,
            state="ready",
            github_id=told["id"],
            owner_github_id=told["owner"]["id"],
            full_name="somebody/something",
            default_branch="main",
            created_at=now(),
        )

    return make


def hear(path: Path):
    event = path.name.partition(".")[0]
    assert deliver(event, path.read_bytes()).status_code == 202
    apply_delivery(only_delivery().pk, at=now())
    return only_delivery()


def test_there_are_some():
    events = {path.name.partition(".")[0] for path in FILES}
    assert events >= {
        *("ping", "push", "pull_request", "pull_request_review", "check_suite", "workflow_run"),
        *("repository", "installation", "star"),
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_an_unknown_repository_it_is_ignored(path):
    row = hear(path)
    assert (row.state, row.tries) == ("ignored", 1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_of_a_known_repository_it_is_applied_or_ignored(path, known):
    known(path.read_bytes())
    row = hear(path)
    assert row.state in {"applied", "ignored"}
    assert row.outcome


@pytest.mark.parametrize(
    ("name", "state", "head"),
    [
        ("opened", "open", True),
        ("closed_unmerged", "closed", True),
        ("closed_merged", "merged", True),
        ("reopened", "open", True),
        ("labeled", "open", True),
    ],
)
def test_pull_requests_are_read_right(name, state, head, known):
    path = next(each for each in FILES if each.name == f"pull_request.{name}.json")
    known(path.read_bytes())
    assert hear(path).state == "applied"
    told = read_json(path.read_bytes())["pull_request"]
    row = PullRequest.objects.get()
    assert (row.state, row.head_sha == told["head"]["sha"]) == (state, head)
    assert (row.title, row.author, row.html_url) == (
        told["title"],
        told["user"]["login"],
        told["html_url"],
    )
