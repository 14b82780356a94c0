"""What happens at GitHub, as it is seen here: in any order, with or without asking again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from accounts.tests.factories import UserFactory
from accounts.tests.races import is_somebody_held_up
from core.clock import now
from core.embedded.process import wait_until
from core.events.models import Event
from curriculum.actions import pull_requests
from curriculum.actions.github_connections import acting_for
from curriculum.actions.github_news import apply_news
from curriculum.actions.pull_requests import note_pull_request
from curriculum.actions.repositories import right_hook
from curriculum.actions.reviews import reopen_submission, review_submission
from curriculum.actions.submissions import HandedIn, revise_work, submit_work
from curriculum.actions.webhooks import apply_delivery
from curriculum.errors import RevisionReviewed
from curriculum.github.facts import PullRequestFacts
from curriculum.models import (
    Decision,
    GitHubConnection,
    PullRequest,
    Repository,
    Review,
    Revision,
    WebhookDelivery,
)
from curriculum.tests.github_world import (
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


@pytest.fixture
def repository(world, learner, project):
    return world.give_repository(learner, project)


@pytest.fixture
def heard(world, learner, repository):
    """We may ask GitHub in the student's name."""
    return world.connect(learner)


def about(world, action="", **more):
    """A payload of now, as GitHub would send it."""
    there = world.at_github.repository(NAME)
    return {"action": action, "repository": {k: there[k] for k in KEPT}, **more}


KEPT = (
    *("id", "name", "full_name", "private", "owner", "html_url", "default_branch"),
    *("pushed_at", "created_at", "updated_at"),
)


def hear(event, payload):
    """Comes by the door, and is applied."""
    assert deliver(event, payload).status_code == 202
    row = WebhookDelivery.objects.order_by("-pk").first()
    apply_delivery(row.pk, at=now())
    row.refresh_from_db()
    return row


def pull(world, pull_request, action):
    return hear("pull_request", about(world, action, number=1, pull_request=pull_request))


def only_pull():
    return PullRequest.objects.get()


def later(pull_request, seconds=10, **changes):
    """The same pull request some seconds later."""
    at = datetime.fromisoformat(pull_request["updated_at"]) + timedelta(seconds=seconds)
    return {**pull_request, "updated_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes}


def merged(pull_request, seconds=20):
    after = later(pull_request, seconds)
    moments = dict.fromkeys(("closed_at", "merged_at"), after["updated_at"])
    return {**after, **moments, "state": "closed", "merged": True}


@pytest.mark.parametrize("asks", [True, False])
def test_a_pull_request_is_followed_to_its_merge(world, learner, repository, asks):
    if asks:
        world.connect(learner)
    github = world.at_github
    opened = github.open_pull_request(NAME, title="My work")
    assert pull(world, opened, "opened").state == "applied"
    row = only_pull()
    assert (row.number, row.title, row.state) == (1, "My work", "open")
    assert (row.author, row.head_sha) == ("asha-rao", opened["head"]["sha"])
    github.push(NAME, number=1)
    there = github.repository(NAME)["pulls"][0]
    pull(world, later(there), "synchronize")
    if asks:
        assert only_pull().head_sha == there["head"]["sha"]
    github.merge(NAME, 1)
    pull(world, merged(there), "closed")
    assert (only_pull().state, only_pull().merged_at is not None) == ("merged", True)
    names = Event.objects.filter(name="curriculum.pull_request_changed")
    assert [each.payload["state"] for each in names.order_by("recorded_at")][-1] == "merged"


@pytest.mark.parametrize("asks", [True, False])
def test_closed_and_opened_again(world, learner, repository, asks):
    if asks:
        world.connect(learner)
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    world.at_github.close(NAME, 1)
    pull(
        world, later(opened, 5, state="closed", closed_at=later(opened, 5)["updated_at"]), "closed"
    )
    assert only_pull().state == "closed"
    world.at_github.reopen(NAME, 1)
    pull(world, later(opened, 9), "reopened")
    if not asks:
        assert (only_pull().state, only_pull().closed_at) == ("open", None)


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("seconds", [0, 20])
def test_merged_before_opened_ends_as_merged(world, learner, repository, asks, seconds):
    """Also where all of it happened within one second, which is as exact as GitHub is."""
    if asks:
        world.connect(learner)
    opened = world.at_github.open_pull_request(NAME)
    world.at_github.merge(NAME, 1)
    pull(world, merged(opened, seconds), "closed")
    assert only_pull().state == "merged"
    late = pull(world, opened, "opened")
    assert (only_pull().state, late.state, late.outcome) == ("merged", "applied", "nothing new")


def test_what_github_says_when_asked_counts_more_than_an_old_payload(world, heard):
    opened = world.at_github.open_pull_request(NAME)
    world.at_github.close(NAME, 1)
    pull(world, opened, "opened")
    assert only_pull().state == "closed"


def facts(**changes):
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    told = {
        "github_id": 77,
        "number": 1,
        "title": "Mine",
        "html_url": "https://github.com/asha/page/pull/1",
        "author": "asha",
        "state": "open",
        "is_draft": False,
        "head_sha": "a" * 40,
        "opened_at": moment,
        "updated_at": moment,
    }
    return PullRequestFacts(**(told | changes))


def test_within_one_second_what_is_further_along_counts(repository):
    at = now()
    note_pull_request(repository, facts(state="closed"), at=at)
    note_pull_request(repository, facts(state="open"), at=at)
    assert only_pull().state == "closed"
    asked_at_once = facts(state="open", told_at=facts().updated_at)
    note_pull_request(repository, asked_at_once, at=at)
    assert only_pull().state == "closed"
    asked_later = facts(state="open", told_at=facts().updated_at + timedelta(seconds=3))
    note_pull_request(repository, asked_later, at=at)
    assert only_pull().state == "open"


def test_while_github_is_away_the_payload_stands_in(world, heard):
    opened = world.at_github.open_pull_request(NAME)
    world.sandbox.play("github", "500")
    assert pull(world, opened, "opened").state == "applied"
    world.sandbox.clear_faults()
    assert only_pull().state == "open"


def test_a_revoked_token_is_noted_and_the_payload_stands_in(world, heard):
    opened = world.at_github.open_pull_request(NAME)
    world.at_github.revoke("asha-rao")
    assert pull(world, opened, "opened").state == "applied"
    assert only_pull().state == "open"
    assert not GitHubConnection.objects.get().is_living


def test_a_draft_gets_ready_and_another_title(world, repository):
    draft = world.at_github.open_pull_request(NAME, title="Soon", draft=True)
    pull(world, draft, "opened")
    assert only_pull().is_draft
    pull(world, later(draft, draft=False), "ready_for_review")
    pull(world, later(draft, 20, draft=False, title="Now"), "edited")
    assert (only_pull().is_draft, only_pull().title) == (False, "Now")


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("event", ["check_suite", "workflow_run"])
def test_what_the_autograder_found_is_shown_at_the_pull_request(
    world, learner, repository, asks, event
):
    if asks:
        world.connect(learner)
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    suite = world.at_github.checks(NAME, "failure", number=1)
    result = suite | {"pull_requests": [{"number": 1}]}
    assert hear(event, about(world, "completed", **{event: result})).state == "applied"
    assert (only_pull().checks, only_pull().checks_url) == (
        "failed",
        f"{opened['html_url']}/checks",
    )
    world.at_github.push(NAME, number=1)
    there = world.at_github.repository(NAME)["pulls"][0]
    pull(world, later(there, 30), "synchronize")
    assert only_pull().checks == "", "they were of an older commit"


def test_older_checks_change_nothing(world, repository):
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    suite = world.at_github.checks(NAME, "success", number=1)
    hear("check_suite", about(world, "completed", check_suite=suite))
    old = {**suite, "status": "in_progress", "conclusion": None, "updated_at": opened["created_at"]}
    old["updated_at"] = later(opened, -60)["updated_at"]
    hear("check_suite", about(world, "requested", check_suite=old))
    assert only_pull().checks == "passed"


def test_checks_of_a_pull_request_that_we_were_not_told_of_find_it(world, heard):
    world.at_github.open_pull_request(NAME)
    suite = world.at_github.checks(NAME, "success", number=1)
    news = about(world, "completed", check_suite=suite | {"pull_requests": [{"number": 1}]})
    assert hear("check_suite", news).state == "applied"
    assert only_pull().checks == "passed"


def test_checks_of_no_pull_request_are_of_no_use(world, repository):
    suite = world.at_github.checks(NAME, "success")
    row = hear("check_suite", about(world, "completed", check_suite=suite))
    assert (row.state, row.outcome) == ("ignored", "no pull request has this commit")


@pytest.mark.parametrize("asks", [True, False])
def test_a_review_at_github_is_shown(world, learner, repository, asks):
    if asks:
        world.connect(learner)
    opened = world.at_github.open_pull_request(NAME)
    review = world.at_github.review(NAME, 1, "changes_requested", "More.")
    body = {**review, "state": "changes_requested"}
    news = about(world, "submitted", review=body, pull_request=opened)
    assert hear("pull_request_review", news).state == "applied"
    assert only_pull().review_state == "changes_requested"


@pytest.mark.parametrize("asks", [True, False])
def test_a_push_moves_the_default_branch_and_an_older_one_does_not(
    world, learner, repository, asks
):
    if asks:
        world.connect(learner)
    commit = world.at_github.push(NAME)
    seconds = int(datetime.fromisoformat(world.at_github.repository(NAME)["pushed_at"]).timestamp())
    news = about(world, ref="refs/heads/main", after=commit["sha"])
    news["repository"]["pushed_at"] = seconds
    assert hear("push", news).state == "applied"
    repository.refresh_from_db()
    assert repository.head_sha == commit["sha"]
    news["repository"]["pushed_at"], news["after"] = seconds - 60, "a" * 40
    hear("push", news)
    repository.refresh_from_db()
    assert repository.head_sha == commit["sha"]
    news["ref"] = "refs/heads/other"
    assert hear("push", news).state == "ignored"


@pytest.mark.parametrize("asks", [True, False])
def test_a_new_name_is_known(world, learner, repository, asks):
    if asks:
        world.connect(learner)
    before = about(world)
    world.at_github.rename(NAME, "better")
    renamed = world.at_github.repository("asha-rao/better")
    news = {**before, "action": "renamed", "repository": {k: renamed[k] for k in KEPT}}
    assert hear("repository", news).state == "applied"
    repository.refresh_from_db()
    assert repository.full_name == "asha-rao/better"
    assert repository.html_url.endswith("/asha-rao/better")


@pytest.mark.parametrize("asks", [True, False])
def test_a_deleted_repository_is_gone(world, learner, repository, asks):
    if asks:
        world.connect(learner)
    news = about(world, "deleted")
    if asks:
        row = hear("repository", news)
        assert (row.state, row.outcome) == ("ignored", "it is there all the same")
    world.at_github.delete(NAME)
    assert hear("repository", news).state == "applied"
    repository.refresh_from_db()
    assert repository.state == "gone"
    assert Event.objects.filter(name="curriculum.repository_gone").count() == 1
    assert hear("push", news).outcome == "a repository that is gone"


@pytest.mark.parametrize("event", ["star", "installation", "installation_repositories", "issues"])
def test_events_that_do_not_count_are_taken_and_forgotten(world, repository, event):
    assert hear(event, about(world, "created")).state == "ignored"


def test_a_repository_of_somebody_else_is_of_no_use(world, repository):
    opened = world.at_github.open_pull_request(NAME)
    news = about(world, "opened", pull_request=opened)
    news["repository"]["id"] += 1
    assert hear("pull_request", news).outcome == "a repository that is not known here"
    mixed = about(world, "opened", pull_request={**opened, "base": {"repo": {"id": 5}}})
    assert hear("pull_request", mixed).state == "ignored"
    assert not PullRequest.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"pull_request": None},
        {"pull_request": []},
        {"html_url": "javascript:alert(1)"},
        {"number": 0},
        {"number": 2**40},
        {"updated_at": "yesterday", "created_at": "soon"},
        {"title": None, "head": None},
        {"user": "nobody", "created_at": 10**30},
    ],
)
def test_what_is_not_as_documented_is_of_no_use_and_no_fault(world, repository, broken):
    opened = world.at_github.open_pull_request(NAME)
    body = broken.get("pull_request", {**opened, **broken}) if broken else {}
    assert hear("pull_request", about(world, "opened", pull_request=body)).state == "ignored"


def test_names_are_cleaned_and_cut_to_what_we_keep(world, repository):
    opened = world.at_github.open_pull_request(NAME)
    nasty = "<img src=x onerror=alert(1)>\x00\ud800" + "x" * 1000
    pull(world, {**opened, "title": nasty, "user": None}, "opened")
    row = only_pull()
    assert row.title.startswith("<img src=x onerror=alert(1)>?xxx")
    assert (len(row.title), row.author) == (300, "")


# What a merge does to what was handed in.


@pytest.fixture
def deliverable(project):
    return make_deliverable(project, approves_on_merge=True)


def hand_in(learner, deliverable, url):
    return submit_work(deliverable, work=HandedIn(url=url), by=learner, at=now())


def merge_of(world, opened):
    return pull(world, merged(opened), "closed")


def test_a_merge_approves_where_the_deliverable_says_so(world, repository, learner, deliverable):
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    submission = hand_in(learner, deliverable, opened["html_url"])
    assert submission.status == "pending"
    merge_of(world, opened)
    submission.refresh_from_db()
    assert submission.status == "approved"
    review = Review.objects.get()
    assert (review.is_by_merge, review.reviewer) == (True, None)
    merge_of(world, opened)
    assert Review.objects.count() == 1


def test_elsewhere_it_waits_for_a_review(world, repository, learner, project):
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    submission = hand_in(learner, make_deliverable(project), opened["html_url"])
    merge_of(world, opened)
    submission.refresh_from_db()
    assert submission.status == "pending"
    assert submission.revisions.get().pull_request.state == "merged"


def test_what_is_handed_in_after_the_merge_is_approved_at_once(
    world, repository, learner, deliverable
):
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    merge_of(world, opened)
    assert hand_in(learner, deliverable, opened["html_url"]).status == "approved"


def test_what_is_handed_in_before_we_know_of_it_is_linked_later(
    world, repository, learner, deliverable
):
    opened = world.at_github.open_pull_request(NAME)
    submission = hand_in(learner, deliverable, opened["html_url"].replace("asha-rao", "Asha-Rao"))
    assert submission.revisions.get().pull_request is None
    merge_of(world, opened)
    assert submission.revisions.get().pull_request == only_pull()
    submission.refresh_from_db()
    assert submission.status == "approved"


def test_nothing_is_handed_in_in_somebodys_name(world, repository, learner, deliverable):
    opened = world.at_github.open_pull_request(NAME)
    merge_of(world, opened)
    assert not Revision.objects.exists()


def test_a_merge_of_an_older_revision_approves_nothing(world, repository, learner, deliverable):
    opened = world.at_github.open_pull_request(NAME)
    pull(world, opened, "opened")
    submission = hand_in(learner, deliverable, opened["html_url"])
    other = HandedIn(url=opened["html_url"].replace("/1", "/2"))
    revise_work(submission, work=other, by=learner, at=now())
    merge_of(world, opened)
    submission.refresh_from_db()
    assert submission.status == "pending"


def test_a_merge_does_not_outdo_a_decision_that_came_after_it(
    world, repository, learner, deliverable, admin
):
    opened = world.at_github.open_pull_request(NAME)
    past = later(opened, -3600)
    pull(world, past, "opened")
    submission = hand_in(learner, deliverable, opened["html_url"])
    pull(world, merged(past, 1), "closed")
    submission.refresh_from_db()
    assert submission.status == "approved"
    reopen_submission(submission, reason="It does not run.", by=admin, at=now())
    again = HandedIn(url=opened["html_url"])
    assert revise_work(submission, work=again, by=learner, at=now()).status == "pending"


def test_somebody_elses_pull_request_approves_nothing(world, repository, deliverable, project):
    opened = world.at_github.open_pull_request(NAME)
    merge_of(world, opened)
    other = make_learner(project)
    assert hand_in(other, deliverable, opened["html_url"]).status == "pending"


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_review_at_the_same_moment_are_one_decision(world):
    project = make_project()
    deliverable = make_deliverable(project, approves_on_merge=True)
    learner, admin = make_learner(project), UserFactory(admin=True)
    repository = world.give_repository(learner, project)
    note_pull_request(repository, facts(), at=now())
    submission = hand_in(learner, deliverable, facts().html_url)
    merge = facts(state="merged", merged_at=now(), updated_at=now())
    both, ends = threading.Barrier(2, timeout=60), []

    def review():
        review_submission(
            submission, decision=Decision.REJECTED, feedback="No.", by=admin, at=now()
        )

    def go(work, *args, **how):
        both.wait()
        try:
            work(*args, **how)
        except RevisionReviewed:
            ends.append("too late")
        except Exception as fault:  # noqa: BLE001
            ends.append(fault)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(
            target=go, args=[note_pull_request, repository, merge], kwargs={"at": now()}
        ),
        threading.Thread(target=go, args=[review]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert ends in ([], ["too late"])
    assert Review.objects.count() == 1
    submission.refresh_from_db()
    assert submission.status == Review.objects.get().decision
    assert only_pull().state == "merged"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_held", [False, True])
def test_a_merge_while_work_is_handed_in_is_missed_by_neither(world, monkeypatch, is_held):
    """Without holding the enrollment each looks before the other has written."""
    project = make_project()
    deliverable = make_deliverable(project, approves_on_merge=True)
    learner = make_learner(project)
    repository = world.give_repository(learner, project)
    note_pull_request(repository, facts(), at=now())
    if not is_held:
        monkeypatch.setattr(pull_requests, "_hold_work", lambda _repository: None)
    has_looked, may_go_on = threading.Event(), threading.Event()
    really_settle = pull_requests.settle_revision

    def settle_and_wait(submission, revision, *, at):
        really_settle(submission, revision, at=at)
        has_looked.set()
        assert wait_until(lambda: may_go_on.is_set() or is_somebody_held_up(), 60)

    monkeypatch.setattr("curriculum.actions.submissions.settle_revision", settle_and_wait)

    def go():
        hand_in(learner, deliverable, facts().html_url)
        connections.close_all()

    handing_in = threading.Thread(target=go)
    handing_in.start()
    assert has_looked.wait(60)
    merge = facts(state="merged", merged_at=now(), updated_at=now())
    note_pull_request(repository, merge, at=now())
    may_go_on.set()
    handing_in.join(60)
    status = learner.submissions.get().status
    assert status == ("approved" if is_held else "pending")


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_from_github_to_the_door_and_back(world, live_server, settings):
    """The sandbox sends what GitHub sends: duplicated, held back, lost and wrongly signed."""
    settings.FRONTEND_URL = live_server.url
    project = make_project()
    learner = make_learner(project)
    deliverable = make_deliverable(project, approves_on_merge=True)
    world.connect(learner)
    repository = world.give_repository(learner, project)
    with acting_for(GitHubConnection.objects.get()) as github:
        hook, was_mended = right_hook(github, repository)
        assert was_mended
        assert right_hook(github, repository)[0] == hook
    github = world.at_github
    world.sandbox.play("github", "duplicate", path="pull_request", count=1)
    opened = github.open_pull_request(NAME, title="My work")
    world.sandbox.play("github", "wrong_signature", path="check_suite", count=1)
    github.checks(NAME, "success", number=1)
    github.tell(NAME, "star")
    submission = hand_in(learner, deliverable, opened["html_url"])
    github.merge(NAME, 1)
    await_webhooks(world)
    states = apply_all()
    assert only_pull().state == "merged"
    assert only_pull().checks == "passed"
    submission.refresh_from_db()
    assert submission.status == "approved"
    assert states["ping"] == {"applied"}
    assert states["star"] == {"ignored"}
    assert "check_suite" not in states
    sent = world.sandbox.webhooks(service="github")
    answers = {attempt["status"] for each in sent for attempt in each["attempts"]}
    assert answers == {202, 401, 200}, "taken, refused, and the copy"


def await_webhooks(world):
    """Until all of them are out."""
    is_out = threading.Event()
    for _look in range(1_200):
        if all(
            each["state"] not in {"queued", "held"}
            for each in world.sandbox.webhooks(service="github")
        ):
            return
        is_out.wait(0.05)
    pytest.fail("webhooks are still on their way")


def apply_all():
    states: dict[str, set[str]] = {}
    for row in WebhookDelivery.objects.order_by("-pk"):
        apply_delivery(row.pk, at=now())
        row.refresh_from_db()
        states.setdefault(row.event, set()).add(row.state)
    return states


def test_an_unknown_event_needs_no_repository():
    with pytest.raises(Exception, match="not an event that counts here"):
        apply_news(event="anything", data={}, repository_id=None, at=now())
    assert not Repository.objects.exists()
