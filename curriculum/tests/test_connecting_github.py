"""Connecting an account at GitHub, and what must not get in that way."""

import threading
from datetime import timedelta

import httpx
import pytest
from django.db import connection as database
from django.db import connections
from django.test import Client

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory, bearer_of
from accounts.tests.providers import query_of
from core import encryption
from core.clock import now
from core.events.models import Event
from core.jobs.models import Job
from core.jobs.running import run_job
from curriculum.actions import github_connections
from curriculum.actions.github_connections import (
    acting_for,
    connect_account,
    forget_attempts,
    own_path,
    use_attempt,
)
from curriculum.errors import GitHubTaken
from curriculum.github.errors import TokenRefusedError
from curriculum.github.facts import Account
from curriculum.models import ConnectAttempt, GitHubConnection
from curriculum.tests.github_world import ASHA, World, learner, project, world

__all__ = ["learner", "project", "world"]

pytestmark = pytest.mark.django_db

CONNECT, CALLBACK = "/api/auth/github/connect/", "/api/auth/github/callback/"
CONNECTION = "/api/auth/github/connection/"
PAGE = "/profile/github/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BEN = {"email": "ben.okafor@mail.test", "name": "Ben Okafor"}


def begin(user, **query):
    answer = Client(headers=bearer_of(user)).get(CONNECT, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["authorize_url"]


def come_back(answer, client=None, **headers):
    return (client or Client()).get(CALLBACK, answer.fields, headers=headers)


def said(response):
    return [str(each) for each in response.wsgi_request._messages]


def is_good(world: World, token: str) -> bool:
    url = f"{world.sandbox.url}/github/api/user"
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(url, headers=headers, trust_env=False).status_code == 200


def run_jobs():
    for job in Job.objects.filter(status="queued"):
        run_job(job.pk)


def test_an_app_connects_without_a_cookie(world, student):
    url = begin(student)
    asked = query_of(url)
    assert url.startswith(f"{world.sandbox.url}/github/login/oauth/authorize?")
    assert asked["code_challenge_method"] == "S256"
    assert (asked["scope"], len(asked["code_challenge"])) == ("repo", 43)
    answer = come_back(world.choose(url))
    assert answer.status_code == 200, answer.content
    assert answer.json()["login"] == "asha-rao"
    connection = GitHubConnection.objects.get()
    assert (connection.user, connection.scopes) == (student, "repo")
    assert is_good(world, connection.token)
    event = Event.objects.get(name="curriculum.github_connected")
    assert event.payload == {"user_id": student.pk, "login": "asha-rao"}
    assert AuditEntry.objects.filter(action="curriculum.github_connected").count() == 1


def test_the_token_is_encrypted_and_stands_in_no_answer_and_no_log(world, student, caplog):
    answer = come_back(world.choose(begin(student)))
    token = GitHubConnection.objects.get().token
    assert token.startswith("github-")
    with database.cursor() as cursor:
        cursor.execute("SELECT token FROM curriculum_githubconnection")
        (stored,) = cursor.fetchone()
    assert token not in stored
    assert encryption.decrypt(stored) == token
    assert token not in answer.content.decode()
    assert token not in caplog.text


def test_a_browser_goes_there_by_a_button_and_comes_back_to_its_page(world, student, client_of):
    browser = client_of(student)
    assert "Connect GitHub" in browser.get(PAGE).content.decode()
    left = browser.post("/profile/github/connect/", {"next": "/dashboard/?tab=2"})
    assert left.status_code == 302
    back = come_back(world.choose(left["Location"]), browser, **BROWSER)
    assert (back.status_code, back["Location"]) == (302, "/dashboard/?tab=2")
    assert said(back) == ["Connected to GitHub as asha-rao."]
    page = browser.get(PAGE).content.decode()
    assert "asha-rao" in page
    assert "Disconnect" in page


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"),
        *("/api/auth/github/callback/?code=1", "/" + "x" * 300, "/a\nb", ""),
    ],
)
def test_nobody_is_led_elsewhere_afterwards(path):
    assert own_path(path) == ""


def test_a_browser_where_nobody_is_signed_in_is_asked_first(world, student):
    """Somebody else may have sent the link, to get hold of this person's account at GitHub."""
    browser = Client()
    led = come_back(world.choose(begin(student)), browser, **BROWSER)
    assert led.status_code == 302
    assert led["Location"].startswith("/profile/github/confirm/?")
    page = browser.get(led["Location"])
    assert f"{student.email[:2]}…@example.test" in page.content.decode()
    assert student.email not in page.content.decode()
    assert not GitHubConnection.objects.exists()
    answer = query_of(led["Location"])
    done = browser.post("/profile/github/confirm/", answer)
    assert "asha-rao" in done.content.decode()
    assert GitHubConnection.objects.get().user == student
    again = browser.post("/profile/github/confirm/", answer)
    assert (again.status_code, "took too long" in again.content.decode()) == (410, True)


def test_a_forged_state_is_refused(world, student):
    answer = world.choose(begin(student))
    refused = come_back(answer.but(state="made-up"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    assert come_back(answer.without("state")).status_code == 409
    assert Client().get("/profile/github/confirm/", {"state": "x"}).status_code == 409
    assert not GitHubConnection.objects.exists()


def test_a_state_is_good_once(world, student):
    answer = world.choose(begin(student))
    assert come_back(answer).status_code == 200
    assert come_back(answer).status_code == 410


def test_a_state_is_good_for_a_while(world, student):
    answer = world.choose(begin(student))
    ConnectAttempt.objects.update(expires_at=now() - timedelta(seconds=1))
    assert come_back(answer).status_code == 410
    assert not GitHubConnection.objects.exists()


def test_a_state_is_good_for_whoever_began(world, student):
    answer = world.choose(begin(student))
    other = Client(headers=bearer_of(UserFactory()))
    assert come_back(answer, other).status_code == 403
    assert come_back(answer).status_code == 410
    assert not GitHubConnection.objects.exists()


def test_in_a_browser_of_somebody_else_nothing_is_connected(world, student, client_of):
    browser = client_of(UserFactory())
    back = come_back(world.choose(begin(student)), browser, **BROWSER)
    assert "Somebody else began this here" in said(back)[0]
    assert not GitHubConnection.objects.exists()


def test_a_code_without_its_verifier_opens_nothing(world, student):
    """Somebody else's code, slipped into one's own way back."""
    code = world.choose(begin(UserFactory())).fields["code"]
    refused = come_back(world.choose(begin(student)).but(code=code))
    assert refused.status_code == 409
    assert not GitHubConnection.objects.exists()


def test_whoever_turns_back_at_github_is_told_so(world, student, client_of):
    browser = client_of(student)
    back = come_back(
        world.choose(begin(student, next="/dashboard/"), cancel="1"), browser, **BROWSER
    )
    assert back["Location"] == "/dashboard/"
    assert said(back) == ["You turned back at GitHub, so nothing was connected."]


def test_an_account_there_belongs_to_one_person_here(world, student):
    assert come_back(world.choose(begin(student))).status_code == 200
    refused = come_back(world.choose(begin(UserFactory())))
    assert refused.status_code == 409
    assert "connected to somebody else" in refused.json()["error"]["message"]
    run_jobs()
    kept = GitHubConnection.objects.get()
    assert kept.user == student
    assert is_good(world, kept.token), "taking back the second token must not end the first"


def test_connecting_again_keeps_the_newer_token_and_takes_back_the_older(world, student):
    come_back(world.choose(begin(student)))
    first = GitHubConnection.objects.get().token
    come_back(world.choose(begin(student)))
    second = GitHubConnection.objects.get().token
    run_jobs()
    assert not is_good(world, first)
    assert is_good(world, second)


def test_another_account_takes_the_place_of_the_first(world, student):
    come_back(world.choose(begin(student)))
    come_back(world.choose(begin(student), **BEN))
    assert GitHubConnection.objects.get().login == "ben-okafor"


def test_fewer_rights_than_repositories_need_are_refused(world, student):
    answer = world.choose(begin(student), email=ASHA, name="Asha", chooses="1")
    refused = come_back(answer)
    assert refused.status_code == 409
    assert refused.json()["error"]["details"] == {"missing": ["repo"]}
    assert not GitHubConnection.objects.exists()


def test_for_public_repositories_we_ask_for_less(world, student, settings):
    settings.GITHUB_PRIVATE_REPOSITORIES = False
    url = begin(student)
    assert query_of(url)["scope"] == "public_repo write:repo_hook"
    assert come_back(world.choose(url)).status_code == 200


def test_without_keys_nobody_connects(student, settings, client_of):
    settings.GITHUB = settings.GITHUB | {"client_id": ""}
    answer = Client(headers=bearer_of(student)).get(CONNECT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
    browser = client_of(student)
    assert "not set up" in browser.get(PAGE).content.decode()
    assert browser.post("/profile/github/connect/")["Location"] == PAGE


@pytest.mark.parametrize("fault", ["500", "429", "rate_limit", "broken_body", "dropped"])
def test_while_github_is_away_one_is_told_to_try_again(world, student, fault):
    answer = world.choose(begin(student))
    world.sandbox.play("github", fault, path="/api/user")
    refused = come_back(answer)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "UNAVAILABLE")
    assert not GitHubConnection.objects.exists()


def test_a_code_that_cannot_be_changed_now_is_no_fault_of_ours(world, student):
    answer = world.choose(begin(student))
    world.sandbox.play("github", "500", path="/login/oauth/access_token")
    assert come_back(answer).status_code == 503


def test_disconnecting_takes_the_grant_back_at_github(world, student):
    come_back(world.choose(begin(student)))
    token = GitHubConnection.objects.get().token
    caller = Client(headers=bearer_of(student))
    assert caller.get(CONNECTION).json()["login"] == "asha-rao"
    assert caller.delete(CONNECTION).status_code == 204
    assert caller.get(CONNECTION).status_code == 404
    assert caller.delete(CONNECTION).status_code == 404
    job = Job.objects.get(kind=github_connections.GIVE_BACK)
    assert token not in str(job.payload)
    run_jobs()
    job.refresh_from_db()
    assert (job.status, job.result) == ("succeeded", {"whole_grant": True})
    assert not is_good(world, token)
    assert Event.objects.get(name="curriculum.github_disconnected").payload["reason"] == "asked"


def test_disconnecting_works_while_github_is_away_and_is_made_good_later(world, student):
    come_back(world.choose(begin(student)))
    token = GitHubConnection.objects.get().token
    world.sandbox.play("github", "500", path="/api/applications/*", count=1)
    assert Client(headers=bearer_of(student)).delete(CONNECTION).status_code == 204
    run_jobs()
    job = Job.objects.get(kind=github_connections.GIVE_BACK)
    assert (job.status, is_good(world, token)) == ("queued", True)
    Job.objects.update(due_at=now())
    run_jobs()
    assert not is_good(world, token)


def test_who_connected_again_meanwhile_keeps_the_new_token(world, student):
    come_back(world.choose(begin(student)))
    old = GitHubConnection.objects.get().token
    Client(headers=bearer_of(student)).delete(CONNECTION)
    come_back(world.choose(begin(student)))
    run_jobs()
    assert not is_good(world, old)
    assert is_good(world, GitHubConnection.objects.get().token)


def test_the_page_asks_before_it_disconnects(world, student, client_of):
    world.connect(student)
    browser = client_of(student)
    assert "Disconnect GitHub?" in browser.get("/profile/github/disconnect/").content.decode()
    assert GitHubConnection.objects.exists()
    browser.post("/profile/github/disconnect/")
    assert not GitHubConnection.objects.exists()
    assert browser.get("/profile/github/disconnect/")["Location"] == PAGE


def test_a_token_that_github_refuses_is_noted_once_and_the_page_offers_to_reconnect(
    world, student, client_of
):
    connection = world.connect(student)
    world.at_github.revoke(connection.login)
    for _time in range(2):
        with pytest.raises(TokenRefusedError), acting_for(connection) as github:
            github.account()
    connection.refresh_from_db()
    assert not connection.is_living
    (event,) = Event.objects.filter(name="curriculum.github_disconnected")
    assert event.payload["reason"] == "refused"
    page = client_of(student).get(PAGE).content.decode()
    assert "Reconnect" in page
    come_back(world.choose(begin(student)))
    assert GitHubConnection.objects.get().is_living


def test_a_name_at_github_cannot_write_into_our_page(world, student, client_of):
    connection = world.connect(student)
    GitHubConnection.objects.filter(pk=connection.pk).update(login="<script>alert(1)</script>")
    page = client_of(student).get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_nobody_connects_in_another_persons_name(world, student, admin, api_of):
    student.impersonator = admin
    refused = api_of(student).get(CONNECT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "IN_PERSON_ONLY")
    assert not ConnectAttempt.objects.exists()


def test_old_ways_are_forgotten(world, student):
    begin(student)
    assert forget_attempts(at=now()) == 0
    assert forget_attempts(at=now() + timedelta(days=2)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_connect_one_account_at_the_same_moment_one_does(world, monkeypatch):
    first, second = UserFactory(), UserFactory()
    attempts = []
    for user in (first, second):
        state = query_of(begin(user))["state"]
        attempts.append(use_attempt(state, at=now()))
    both_are_there = threading.Barrier(2, timeout=60)
    tokens = iter([world.at_github.connect(ASHA)["access_token"] for _each in range(2)])
    monkeypatch.setattr(github_connections, "_token", lambda *_: next(tokens))

    def account_once_both_are_there(token: str) -> Account:
        both_are_there.wait()
        return Account(github_id=77, login="asha-rao", scopes=frozenset({"repo"}))

    monkeypatch.setattr(github_connections, "_account", account_once_both_are_there)
    ends: list[object] = []

    def go(attempt):
        try:
            connect_account(attempt, code="any", by=None, caller=None, at=now())
            ends.append("connected")
        except GitHubTaken:
            ends.append("taken")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[each]) for each in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == ["connected", "taken"]
    assert GitHubConnection.objects.count() == 1
