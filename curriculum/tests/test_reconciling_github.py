"""Asking GitHub for what it could not bring: nothing is lost, and nobody's turn is missed."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from core.clock import now
from core.events.models import Event
from core.health.findings import Status
from core.jobs.models import Job
from core.personal_data import erase_personal_data
from curriculum.actions import github_reconciling
from curriculum.actions.github_connections import GIVE_BACK
from curriculum.actions.github_reconciling import ask_for_check, check_now, reconcile
from curriculum.actions.submissions import HandedIn, submit_work
from curriculum.actions.webhooks import apply_delivery, hand_out_missed
from curriculum.errors import AskedJustNow
from curriculum.github.client import GitHub
from curriculum.health import check_github
from curriculum.models import GitHubConnection, PullRequest, Repository, WebhookDelivery
from curriculum.tests.github_world import (
    SECRET,
    deliver,
    learner,
    make_deliverable,
    make_learner,
    make_project,
    project,
    world,
)

__all__ = ["learner", "project", "world"]

pytestmark = pytest.mark.django_db

NAME = "asha-rao/page"
LONG_AGO = timedelta(hours=3)


@pytest.fixture
def repository(world, learner, project):
    world.connect(learner)
    return world.give_repository(learner, project, checked_at=None)


def round_now(**how):
    Repository.objects.update(checked_at=now() - LONG_AGO)
    return reconcile(at=now(), **how)


def calls(world):
    """What GitHub was asked, oldest first, as path below its API and status."""
    made = [(each["path"], each["status"]) for each in world.sandbox.calls(service="github")]
    return [(path.partition("/api")[2], status) for path, status in reversed(made)]


def test_what_never_arrived_is_found(world, learner, project, repository):
    github = world.at_github
    opened = github.open_pull_request(NAME, title="My work")
    deliverable = make_deliverable(project, approves_on_merge=True)
    submission = submit_work(
        deliverable, work=HandedIn(url=opened["html_url"]), by=learner, at=now()
    )
    assert round_now().mended == 1
    row = PullRequest.objects.get()
    assert (row.title, row.state, row.checks) == ("My work", "open", "")
    github.checks(NAME, "failure", number=1)
    round_now()
    row.refresh_from_db()
    assert row.checks == "failed"
    github.review(NAME, 1, "approved")
    PullRequest.objects.update(as_of=row.as_of - timedelta(seconds=5))
    round_now()
    row.refresh_from_db()
    assert row.review_state == "approved"
    github.merge(NAME, 1)
    PullRequest.objects.update(as_of=row.as_of - timedelta(seconds=5))
    round_now()
    row.refresh_from_db()
    submission.refresh_from_db()
    assert (row.state, submission.status) == ("merged", "approved")
    mended = Event.objects.filter(name="curriculum.repository_mended")
    assert "pull request 1" in mended.order_by("recorded_at").first().payload["found"]


def test_where_nothing_happened_nothing_is_told_and_little_is_asked(world, repository):
    assert round_now().mended == 1, "the webhook, the first push"
    events = Event.objects.count()
    asked = len(calls(world))
    assert round_now().mended == 0
    assert Event.objects.count() == events
    last = calls(world)[asked:]
    assert [status for path, status in last if "/pulls" in path] == [304]
    assert len(last) == 3


def test_an_older_pull_request_is_found_though_a_newer_one_is_known(world, repository):
    github = world.at_github
    github.open_pull_request(NAME, branch="one")
    github.open_pull_request(NAME, branch="two")
    round_now()
    PullRequest.objects.get(number=1).delete()
    round_now()
    assert PullRequest.objects.filter(number=1).exists()


def test_a_restored_backup_asks_for_all_of_it_anew(world, repository):
    world.at_github.open_pull_request(NAME)
    round_now()
    PullRequest.objects.all().delete()
    round_now()
    assert PullRequest.objects.count() == 1


def test_a_renamed_repository_is_known_by_its_new_name(world, repository):
    world.at_github.rename(NAME, "better")
    round_now()
    repository.refresh_from_db()
    assert repository.full_name == "asha-rao/better"


def test_a_deleted_repository_is_gone(world, repository):
    world.at_github.delete(NAME)
    assert round_now().mended == 1
    repository.refresh_from_db()
    assert repository.state == "gone"


def test_one_in_an_account_that_is_no_longer_connected_is_not_gone(world, learner, repository):
    """A private repository of another account looks as if it were not there."""
    GitHubConnection.objects.all().delete()
    world.connect(learner, email="ben.okafor@mail.test")
    assert round_now().looked_at == 1
    repository.refresh_from_db()
    assert repository.state == "ready"


def test_a_webhook_that_was_deleted_or_switched_off_is_made_again(world, repository):
    round_now()
    repository.refresh_from_db()
    first = repository.hook_id
    with GitHub(GitHubConnection.objects.get().token) as github:
        github._ask("DELETE", f"/repositories/{repository.github_id}/hooks/{first}")
    assert round_now().mended == 1
    repository.refresh_from_db()
    assert repository.hook_id not in {None, first}
    with GitHub(GitHubConnection.objects.get().token) as github:
        path = f"/repositories/{repository.github_id}/hooks/{repository.hook_id}"
        github._ask("PATCH", path, json={"active": False})
        assert round_now().mended == 1
        assert github.hook(repository.github_id, repository.hook_id).is_active


def test_a_new_secret_reaches_every_webhook(world, repository, settings):
    round_now()
    before = Repository.objects.get().hook_mark
    settings.GITHUB_WEBHOOK_SECRET = ("another", SECRET)
    assert round_now().mended == 1
    assert Repository.objects.get().hook_mark != before
    assert round_now().mended == 0


def test_whoever_waited_longest_comes_first_and_a_round_has_an_end(world, project):
    people = [make_learner(project) for _each in range(4)]
    for place, user in enumerate(people):
        email = f"person.{place}@mail.test"
        world.connect(user, email=email)
        Repository.objects.create(
            student=user,
            project=project,
            state="ready",
            github_id=world.at_github.make_repository(email, "page")["id"],
            created_at=now(),
            checked_at=now() - timedelta(hours=place) if place else None,
        )
    assert reconcile(at=now(), limit=2).looked_at == 2
    looked_at = Repository.objects.filter(checked_at__gt=now() - timedelta(minutes=1))
    assert {each.student for each in looked_at} == {people[0], people[3]}
    assert reconcile(at=now()).looked_at == 2
    assert reconcile(at=now()).looked_at == 0


def test_a_revoked_token_is_noted_and_its_repositories_rest(world, repository):
    world.at_github.revoke("asha-rao")
    assert round_now().looked_at == 1
    assert not GitHubConnection.objects.get().is_living
    assert round_now().looked_at == 0


def test_whose_calls_are_used_up_is_left_alone_and_others_are_not(world, learner, repository):
    other = make_project()
    world.give_repository(learner, other, name="second")
    world.sandbox.play("github", "rate_limit", count=1)
    this = round_now()
    assert (this.looked_at, this.limited) == (1, {learner.pk})
    assert round_now().looked_at == 2


def test_while_github_is_away_a_round_ends_early_and_health_says_so(world, project, settings):
    for place in range(5):
        user = make_learner(project)
        email = f"person.{place}@mail.test"
        world.connect(user, email=email)
        world.give_repository(user, project, email=email)
    assert check_github().status is Status.HEALTHY
    world.sandbox.play("github", "500")
    assert round_now().looked_at == github_reconciling.SILENT_AFTER
    assert check_github().status is Status.DEGRADED
    world.sandbox.clear_faults()
    round_now()
    assert check_github().status is Status.HEALTHY
    settings.GITHUB = settings.GITHUB | {"client_id": ""}
    assert check_github().status is Status.NOT_CONFIGURED
    assert reconcile(at=now()).looked_at == 0


def test_health_says_when_what_was_sent_waits_too_long(world):
    deliver("star", {"repository": {"id": 5}})
    hand_out_missed(at=now())
    assert check_github().status is Status.HEALTHY
    hand_out_missed(at=now() + timedelta(minutes=20))
    assert check_github().status is Status.DEGRADED
    apply_delivery(WebhookDelivery.objects.get().pk, at=now())
    hand_out_missed(at=now())
    assert check_github().status is Status.HEALTHY


def test_one_that_goes_wrong_stops_no_other(world, learner, repository, monkeypatch):
    second = world.give_repository(learner, make_project(), name="second")
    world.at_github.open_pull_request("asha-rao/second")
    check = github_reconciling.check_repository

    def fail_for_the_first(row, connection, *, at):
        if row.pk == repository.pk:
            raise KeyError("a fault of ours")
        return check(row, connection, at=at)

    monkeypatch.setattr(github_reconciling, "check_repository", fail_for_the_first)
    assert round_now().looked_at == 2
    assert second.pull_requests.count() == 1


def test_somebody_may_ask_for_it_now_but_not_all_the_time(world, repository, monkeypatch):
    handed = []
    monkeypatch.setattr(
        github_reconciling, "hand_over_after_commit", lambda *about: handed.append(about)
    )
    ask_for_check(repository, at=now())
    with pytest.raises(AskedJustNow):
        ask_for_check(repository, at=now())
    assert handed == [(github_reconciling.CHECK, repository.pk)]
    world.at_github.open_pull_request(NAME)
    check_now(repository.pk)
    assert PullRequest.objects.count() == 1
    ask_for_check(repository, at=now() + timedelta(seconds=30))


def test_whoever_leaves_takes_along_what_they_allowed_us(world, learner, repository):
    token = GitHubConnection.objects.get().token
    erase_personal_data(learner, at=now())
    assert not GitHubConnection.objects.exists()
    job = Job.objects.get(kind=GIVE_BACK)
    assert token not in str(job.payload)


@pytest.fixture(autouse=True)
def forget_etags():
    yield
    cache.clear()
