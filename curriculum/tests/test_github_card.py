"""The card on a project's page: every state that one's repository may be in, and the way on."""

import re

import pytest

from core.clock import now
from core.jobs.models import Job
from core.jobs.running import run_job
from curriculum.actions import github_reconciling
from curriculum.actions.pull_requests import note_checks
from curriculum.actions.repositories import ask_for_repository
from curriculum.github.client import GitHub
from curriculum.github.facts import ChecksFacts
from curriculum.github_cards import CardState, github_card
from curriculum.models import GitHubConnection, PullRequest, Repository, Submission
from curriculum.tests.github_world import (
    NOON,
    learner,
    make_deliverable,
    make_learner,
    make_project,
    make_pull_request,
    project,
    world,
)

__all__ = ["learner", "project", "world"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(world, learner, project):
    return world.give_repository(learner, project)


@pytest.fixture
def browser(client_of, learner):
    return client_of(learner)


def address(project):
    return f"/projects/{project.pk}/"


def part(project):
    return f"/github/projects/{project.pk}/"


def state_of(project, student):
    return github_card(project, student=student, viewer=student).state


def text_of(response):
    assert response.status_code == 200, response.content
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_way_from_nothing_to_a_repository(world, learner, project, browser, monkeypatch):
    monkeypatch.setattr(GitHub, "newest_commit", lambda *_: "f" * 40)
    page = text_of(browser.get(address(project)))
    assert "Connect GitHub" in page
    assert f'name="next" value="{address(project)}"' in page
    world.connect(learner)
    assert "Make my repository" in text_of(browser.get(address(project)))
    made = browser.post(part(project), {"next": address(project)})
    assert made["Location"] == address(project)
    page = text_of(browser.get(address(project)))
    assert "<job-progress" in page
    assert state_of(project, learner) is CardState.CREATING
    run_job(Job.objects.get().pk)
    page = text_of(browser.get(part(project) + f"?back={address(project)}"))
    assert "asha-rao/fsd-01-page" in page
    assert "No pull request yet" in page
    assert "<html" not in page


def test_without_keys_it_says_so(learner, project, browser):
    assert "GitHub is not set up" in text_of(browser.get(address(project)))
    refused = browser.post(part(project), follow=True)
    assert "not connected to GitHub" in refused.content.decode()


def test_a_project_without_a_template_shows_nothing(world, learner, client_of):
    other = make_project(template="")
    student = make_learner(other)
    assert state_of(other, student) is CardState.NONE
    assert "live-part" not in text_of(client_of(student).get(address(other)))


def test_a_refused_token_offers_to_reconnect(world, learner, project, browser, repository):
    world.connect(learner)
    GitHubConnection.objects.update(refused_at=now())
    assert "may be old" in text_of(browser.get(address(project)))
    assert "Reconnect" in text_of(browser.get(address(project)))
    Repository.objects.all().delete()
    assert state_of(project, learner) is CardState.REFUSED
    assert "Reconnect" in text_of(browser.get(address(project)))


def test_what_failed_says_why_and_offers_another_try(world, learner, project, browser):
    world.connect(learner)
    ask_for_repository(project, by=learner, at=now())
    Repository.objects.update(state="failed", problem="GitHub asks us to wait 5 min.")
    page = text_of(browser.get(address(project)))
    assert "GitHub asks us to wait 5 min." in page
    assert "Try again" in page


def test_a_job_that_died_for_good_is_no_endless_wait(world, learner, project, browser):
    world.connect(learner)
    job = ask_for_repository(project, by=learner, at=now())
    error = {"code": "UNAVAILABLE", "message": "This was interrupted too often."}
    Job.objects.filter(pk=job.pk).update(status="failed", finished_at=now(), error=error)
    page = text_of(browser.get(address(project)))
    assert "This was interrupted too often." in page
    Job.objects.all().delete()
    assert "Try again" in text_of(browser.get(address(project)))
    assert browser.post(part(project)).status_code == 302
    assert Job.objects.get().status == "queued"


def test_one_that_is_gone_offers_a_new_one(world, learner, project, browser, repository):
    world.connect(learner)
    Repository.objects.update(state="gone")
    page = text_of(browser.get(address(project)))
    assert "no longer at GitHub" in page
    assert "Make a new one" in page


def test_pull_requests_show_their_state_checks_and_review(project, browser, repository):
    row = make_pull_request(repository, is_draft=True)
    note_checks(repository, ChecksFacts(sha="a" * 40, state="failed", as_of=now()), at=now())
    PullRequest.objects.filter(pk=row.pk).update(review_state="changes_requested")
    page = text_of(browser.get(address(project)))
    for word in ("#1 My work", "Draft", "Checks failed", "Changes asked for there"):
        assert word in page
    make_pull_request(repository, 2, state="merged", merged_at=NOON)
    make_pull_request(repository, 3, state="closed", closed_at=NOON)
    page = text_of(browser.get(address(project)))
    assert "Merged" in page
    assert "Closed" in page


def test_names_from_github_cannot_write_into_our_page(project, browser, repository):
    evil = '"><script>alert(1)</script>'
    Repository.objects.update(full_name=evil, default_branch=evil)
    make_pull_request(repository, title=evil, author=evil)
    for path in (address(project), part(project), "/profile/github/"):
        page = text_of(browser.get(path))
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_a_pull_request_is_handed_in_by_a_click_and_not_before(project, browser, repository):
    deliverable = make_deliverable(project, title="The change")
    row = make_pull_request(repository)
    page = text_of(browser.get(address(project)))
    assert "Hand in as “The change”" in page
    assert not Submission.objects.exists()
    answer = browser.post(
        f"/github/pull-requests/{row.pk}/hand-in/", {"deliverable": deliverable.pk}
    )
    submission = Submission.objects.get()
    assert answer["Location"] == f"/submissions/{submission.pk}/"
    assert submission.revisions.get().pull_request == row
    page = text_of(browser.get(address(project)))
    assert "Hand in as" not in page
    assert "You handed this in" in page
    again = browser.post(
        f"/github/pull-requests/{row.pk}/hand-in/", {"deliverable": deliverable.pk}
    )
    assert again["Location"] == f"/submissions/{submission.pk}/"


def test_a_merged_one_that_is_handed_in_is_approved_at_once(project, browser, repository):
    deliverable = make_deliverable(project, approves_on_merge=True)
    row = make_pull_request(repository, state="merged", merged_at=NOON)
    browser.post(f"/github/pull-requests/{row.pk}/hand-in/", {"deliverable": deliverable.pk})
    assert Submission.objects.get().status == "approved"


@pytest.mark.parametrize("wanted", ["", "0", "x", "9" * 30, "-1"])
def test_what_is_no_deliverable_of_the_project_is_not_there(project, browser, repository, wanted):
    row = make_pull_request(repository)
    path = f"/github/pull-requests/{row.pk}/hand-in/"
    assert browser.post(path, {"deliverable": wanted}).status_code == 404
    other = make_deliverable(make_project())
    assert browser.post(path, {"deliverable": other.pk}).status_code == 404


def test_somebody_elses_is_not_there(project, repository, client_of):
    row = make_pull_request(repository)
    stranger = client_of(make_learner(project))
    deliverable = make_deliverable(project)
    path = f"/github/pull-requests/{row.pk}/hand-in/"
    assert stranger.post(path, {"deliverable": deliverable.pk}).status_code == 404
    assert stranger.post(f"/github/repositories/{repository.pk}/refresh/").status_code == 404


def test_asking_now_is_for_whoever_sees_it_and_not_too_often(
    world, learner, project, browser, repository, admin, client_of, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        github_reconciling, "hand_over_after_commit", lambda *about: asked.append(about)
    )
    world.connect(learner)
    Repository.objects.update(checked_at=None)
    path = f"/github/repositories/{repository.pk}/refresh/"
    first = browser.post(path, {"next": address(project)}, follow=True)
    assert "We are asking GitHub" in first.content.decode()
    second = client_of(admin).post(path, {"next": "//evil.example"})
    assert second["Location"] == address(project)
    assert len(asked) == 1


def test_whoever_teaches_sees_it_without_buttons_of_its_owner(repository, learner, project, admin):
    make_pull_request(repository)
    make_deliverable(project)
    card = github_card(project, student=learner, viewer=admin)
    assert (card.state, card.is_own) == (CardState.READY, False)
    assert card.pull_requests[0].offers == []


def test_the_card_takes_no_more_queries_for_more_pull_requests(
    learner, project, repository, django_assert_max_num_queries
):
    for number in range(1, 4):
        make_pull_request(repository, number)
    make_deliverable(project)
    with django_assert_max_num_queries(6):
        github_card(project, student=learner, viewer=learner)
    for number in range(4, 12):
        make_pull_request(repository, number)
    with django_assert_max_num_queries(6):
        card = github_card(project, student=learner, viewer=learner)
    assert len(card.pull_requests) == 10
