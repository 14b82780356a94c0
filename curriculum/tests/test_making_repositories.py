"""Repositories from templates: made once, whatever dies, empties or says no on the way."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings as platform
from django.db import connections
from django.test import Client

from accounts.tests.factories import UserFactory, bearer_of
from core.clock import now
from core.events.models import Event
from core.jobs.models import Job
from core.jobs.running import run_job
from curriculum.actions import repositories, repository_making
from curriculum.actions.repositories import ask_for_repository
from curriculum.github.client import GitHub
from curriculum.models import GitHubConnection, Repository
from curriculum.tests.github_world import (
    ASHA,
    SECRET,
    learner,
    make_learner,
    make_project,
    project,
    world,
)

__all__ = ["learner", "project", "world"]

pytestmark = pytest.mark.django_db

NAME = "asha-rao/fsd-01-page"


@pytest.fixture
def waits(monkeypatch):
    """The times that were waited for GitHub; only the first second is really waited."""
    waited = []

    def pause(run, seconds):
        waited.append(seconds)
        really_pause(run, min(seconds, 0.4 if len(waited) < 8 else 0))

    really_pause = repository_making.pause
    monkeypatch.setattr(repository_making, "pause", pause)
    return waited


@pytest.fixture
def ready_at_once(monkeypatch):
    """Templates are as full as what people make by hand."""
    monkeypatch.setattr(GitHub, "newest_commit", lambda *_: "f" * 40)


def ask(user, project):
    return Client(headers=bearer_of(user)).post(
        f"/api/curriculum/projects/{project.pk}/repository/"
    )


def run_it(job_id=None):
    job = Job.objects.get(pk=job_id) if job_id else Job.objects.get(kind=repositories.MAKE)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def try_again(job):
    Job.objects.filter(pk=job.pk).update(due_at=now())
    return run_it(job.pk)


def code_of(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_repository_is_made_from_its_template_and_watched(world, learner, project, waits):
    world.connect(learner)
    answer = ask(learner, project)
    assert (answer.status_code, answer.json()["kind"]) == (202, "curriculum.repository")
    job = run_it(answer.json()["id"])
    assert (job.status, job.progress, job.error) == ("succeeded", 100, None)
    repository = Repository.objects.get()
    assert (repository.state, repository.full_name) == ("ready", NAME)
    assert repository.head_sha
    assert job.result["url"] == repository.html_url
    there = world.at_github.repository(NAME)
    assert (there["private"], there["id"]) == (True, repository.github_id)
    (hook,) = there["hooks"]
    assert hook["config"]["url"] == "http://localhost/api/webhooks/github/"
    assert (hook["config"]["content_type"], hook["id"]) == ("json", repository.hook_id)
    assert "pull_request" in hook["events"]
    assert SECRET not in str(hook)
    event = Event.objects.get(name="curriculum.repository_ready")
    assert event.payload["repository_id"] == repository.pk
    shown = Client(headers=bearer_of(learner)).get(
        f"/api/curriculum/projects/{project.pk}/repository/"
    )
    assert shown.json()["full_name"] == NAME


def test_it_is_public_where_the_operator_says_so(world, learner, project, settings, ready_at_once):
    settings.GITHUB_PRIVATE_REPOSITORIES = False
    world.connect(learner, scope="public_repo write:repo_hook")
    ask(learner, project)
    assert run_it().status == "succeeded"
    assert world.at_github.repository(NAME)["private"] is False


def test_asking_again_while_it_is_made_gives_the_same_job(world, learner, project):
    world.connect(learner)
    first, second = ask(learner, project), ask(learner, project)
    assert second.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    assert Repository.objects.count() == 1


def test_asking_again_when_it_is_there_makes_no_second_one(world, learner, project, ready_at_once):
    world.connect(learner)
    run_it(ask(learner, project).json()["id"])
    run_it(ask(learner, project).json()["id"])
    assert len(world.at_github.repositories()) == 1
    assert len(world.at_github.repository(NAME)["hooks"]) == 1
    assert Event.objects.filter(name="curriculum.repository_ready").count() == 1


def test_who_may_and_when(world, learner, project, settings, trainer):
    assert code_of(ask(learner, project)) == (409, "GITHUB_NOT_CONNECTED")
    stranger = UserFactory()
    assert code_of(ask(stranger, project)) == (403, "NOT_ENROLLED")
    assert ask(trainer, project).status_code == 403
    assert Client().post(f"/api/curriculum/projects/{project.pk}/repository/").status_code == 401
    connection = world.connect(learner)
    locked = make_project()
    project.steps.create(number=1, key="first", title="First", description="Do it.")
    assert code_of(ask(learner, locked)) == (409, "PROJECT_LOCKED")
    assert code_of(ask(learner, make_project(template="", number=9))) == (409, "CONFLICT")
    GitHubConnection.objects.filter(pk=connection.pk).update(refused_at=now())
    assert code_of(ask(learner, project)) == (409, "GITHUB_NOT_CONNECTED")
    GitHubConnection.objects.filter(pk=connection.pk).update(refused_at=None, scopes="public_repo")
    assert code_of(ask(learner, project)) == (409, "GITHUB_NOT_CONNECTED")
    settings.GITHUB = settings.GITHUB | {"client_id": ""}
    assert code_of(ask(learner, project)) == (503, "UNAVAILABLE")
    assert not Job.objects.exists()


def test_what_a_worker_made_before_it_died_is_taken_up(
    world, learner, project, monkeypatch, ready_at_once
):
    world.connect(learner)
    job = run_dying(world, learner, project, monkeypatch, after="generate")
    assert Repository.objects.get().github_id is None
    job = try_again(job)
    assert job.status == "succeeded", job.error
    assert [each["full_name"] for each in world.at_github.repositories()] == [NAME]
    assert Repository.objects.get().state == "ready"


def test_a_webhook_that_was_made_before_a_worker_died_is_not_made_twice(
    world, learner, project, monkeypatch, ready_at_once
):
    world.connect(learner)
    job = run_dying(world, learner, project, monkeypatch, after="add_hook")
    assert len(world.at_github.repository(NAME)["hooks"]) == 1
    assert try_again(job).status == "succeeded"
    assert len(world.at_github.repository(NAME)["hooks"]) == 1


def run_dying(world, learner, project, monkeypatch, *, after):
    """GitHub does what it was asked, and the worker never learns of it."""
    with monkeypatch.context() as patched:
        work = getattr(GitHub, after)

        def work_and_die(self, *args, **how):
            work(self, *args, **how)
            raise MemoryError

        patched.setattr(GitHub, after, work_and_die)
        job = run_it(ask(learner, project).json()["id"])
    assert job.status == "queued"
    return job


def test_a_name_that_is_taken_by_something_else_gets_a_number(
    world, learner, project, ready_at_once
):
    """By a repository that the student made themselves, and by one of our template from before."""
    world.connect(learner)
    world.at_github.make_repository(ASHA, "fsd-01-page")
    template = f"{platform.GITHUB_TEMPLATE_OWNER}/fsd-01-page"
    world.at_github.make_repository(ASHA, "fsd-01-page-2", template=template)
    job = ask(learner, project).json()["id"]
    Repository.objects.update(created_at=now() + timedelta(hours=1))
    assert run_it(job).status == "succeeded"
    assert Repository.objects.get().full_name == f"{NAME}-3"


def test_one_that_stays_empty_fails_clearly_and_another_try_mends_it(
    world, learner, project, monkeypatch, waits
):
    world.connect(learner)
    world.sandbox.play("github", "stays_empty", count=1)
    job = run_it(ask(learner, project).json()["id"])
    assert job.status == "failed"
    assert "its files did not come" in job.error["message"]
    assert waits[1:] == list(repository_making.WAITS_FOR_COMMIT)
    repository = Repository.objects.get()
    assert (repository.state, repository.problem) == ("failed", job.error["message"])
    monkeypatch.setattr(repository_making, "EMPTY_FOR_GOOD", timedelta(0))
    waits.clear()
    with monkeypatch.context() as patched:
        patched.setattr(repository_making, "EMPTY_FOR_GOOD", timedelta(seconds=0))
        again = ask(learner, project).json()["id"]
        # What is made now is younger than that, as it would be in truth.
        is_empty_for_good = repository_making._is_empty_for_good
        patched.setattr(
            repository_making,
            "_is_empty_for_good",
            lambda github, there: there.full_name == NAME and is_empty_for_good(github, there),
        )
        job = run_it(again)
    assert job.status == "succeeded", job.error
    repository.refresh_from_db()
    assert (repository.state, repository.full_name) == ("ready", f"{NAME}-2")


def test_files_that_come_late_make_the_same_repository_ready(
    world, learner, project, waits, monkeypatch
):
    world.connect(learner)
    with monkeypatch.context() as patched:
        patched.setattr(GitHub, "newest_commit", lambda *_: "")
        assert run_it(ask(learner, project).json()["id"]).status == "failed"
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    assert Repository.objects.get().full_name == NAME


def test_a_deleted_one_is_gone_and_another_is_made(world, learner, project, ready_at_once):
    world.connect(learner)
    run_it(ask(learner, project).json()["id"])
    world.at_github.delete(NAME)
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    gone, living = Repository.objects.order_by("pk")
    assert (gone.state, living.state) == ("gone", "ready")
    assert gone.github_id != living.github_id
    assert Event.objects.filter(name="curriculum.repository_gone").count() == 1


def test_a_revoked_token_is_told_and_noted(world, learner, project):
    connection = world.connect(learner)
    answer = ask(learner, project)
    world.at_github.revoke(connection.login)
    job = run_it(answer.json()["id"])
    assert (job.status, job.error["code"]) == ("failed", "GITHUB_NOT_CONNECTED")
    connection.refresh_from_db()
    assert connection.refused_at is not None
    assert Repository.objects.get().state == "failed"


def test_a_limit_that_ends_soon_is_sat_out(world, learner, project, waits, ready_at_once):
    world.connect(learner)
    world.sandbox.play("github", "rate_limit", count=1, seconds=12)
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    # It is told in whole seconds, and some of them are gone by the time it is read.
    assert 5 <= waits[0] <= 13


def test_a_secondary_limit_says_how_long(world, learner, project, waits, ready_at_once):
    world.connect(learner)
    world.sandbox.play("github", "secondary_limit", count=1, seconds=7)
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    assert waits[0] == 7


def test_a_limit_that_lasts_is_told(world, learner, project, waits):
    world.connect(learner)
    world.sandbox.play("github", "rate_limit", seconds=300)
    job = run_it(ask(learner, project).json()["id"])
    assert (job.status, job.error["code"]) == ("failed", "UNAVAILABLE")
    assert "5 min" in job.error["message"]
    assert waits == []
    world.sandbox.clear_faults()


@pytest.mark.parametrize("fault", ["500", "dropped", "broken_body"])
def test_a_short_outage_is_sat_out(world, learner, project, waits, ready_at_once, fault):
    world.connect(learner)
    world.sandbox.play("github", fault, count=2, path="/api/repos*")
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    assert [each["full_name"] for each in world.at_github.repositories()] == [NAME]


def test_a_long_outage_is_told(world, learner, project, waits):
    world.connect(learner)
    world.sandbox.play("github", "500")
    job = run_it(ask(learner, project).json()["id"])
    assert (job.status, job.error["code"]) == ("failed", "UNAVAILABLE")
    assert waits == [1.0, 3.0, 8.0]
    world.sandbox.clear_faults()


def test_a_template_that_is_not_there_is_told(world, db):
    project = make_project(template="no-such-template")
    user = make_learner(project)
    world.connect(user)
    job = run_it(ask(user, project).json()["id"])
    assert job.status == "failed"
    assert "template" in job.error["message"]


def test_without_a_webhook_it_is_ready_all_the_same(world, learner, project, ready_at_once, waits):
    """GitHub sends nothing to a machine that it cannot reach; then we ask."""
    world.connect(learner)
    world.sandbox.play("github", "500", path="/api/repositories/*/hooks*")
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    repository = Repository.objects.get()
    assert (repository.state, repository.hook_id) == ("ready", None)
    world.sandbox.clear_faults()


def test_without_a_secret_no_webhook_is_asked_for(world, learner, project, settings, ready_at_once):
    settings.GITHUB_WEBHOOK_SECRET = ()
    world.connect(learner)
    assert run_it(ask(learner, project).json()["id"]).status == "succeeded"
    assert world.at_github.repository(NAME)["hooks"] == []


def test_a_webhook_gets_the_new_secret_when_the_operator_changes_it(
    world, learner, project, settings, ready_at_once
):
    world.connect(learner)
    run_it(ask(learner, project).json()["id"])
    mark = Repository.objects.get().hook_mark
    settings.GITHUB_WEBHOOK_SECRET = ("another", SECRET)
    run_it(ask(learner, project).json()["id"])
    assert Repository.objects.get().hook_mark != mark
    (hook,) = world.at_github.repository(NAME)["hooks"]
    assert hook["id"] == Repository.objects.get().hook_id


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_the_same_moment_both_get_one_job(world):
    project = make_project()
    user = make_learner(project)
    world.connect(user)
    both = threading.Barrier(2, timeout=60)
    jobs, faults = [], []

    def go():
        try:
            both.wait()
            jobs.append(ask_for_repository(project, by=user, at=now()).pk)
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert len(set(jobs)) == 1
    assert Repository.objects.count() == 1
