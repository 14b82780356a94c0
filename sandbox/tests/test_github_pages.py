"""The pages of GitHub's stand-in, where a person is student, reviewer and autograder at once."""

import pytest

from sandbox.shield import PAGE_HEADERS
from sandbox.tests.github import connect

REPOSITORY = "asha-rao/report"
HERE = f"/github/{REPOSITORY}"


@pytest.fixture
def asha(browse):
    account = connect(browse)
    account.make("report")
    return account


@pytest.fixture
def github(asha, sandbox_server):
    return sandbox_server.github


@pytest.fixture
def press(browse, asha):
    """A button of the repository's page, and the page that comes of it."""

    def press(deed, **fields):
        answer = browse.post(f"{HERE}/do/{deed}", data=fields)
        assert answer.status_code == 303
        return answer.headers["location"]

    return press


def state(github, name=REPOSITORY):
    return github.repository(name)["pulls"][0]["state"]


def test_the_repositories_are_listed_for_all_and_for_one(browse, asha, github):
    github.make_repository("mira@mail.test", "essay")
    everybody, mine = browse.get("/github/").text, browse.get("/github/asha-rao").text
    assert "mira/essay" in everybody
    assert REPOSITORY in everybody
    assert "mira/essay" not in mine
    assert 'href="/github/"' in browse.get("/").text


def test_the_addresses_that_the_api_gives_lead_to_the_page(browse, asha, github):
    pull = github.open_pull_request(REPOSITORY, title="My first chart")
    commit = asha.get(f"/repos/{REPOSITORY}/commits").json()[0]
    assert browse.get(pull["html_url"]).headers["location"] == f"{HERE}#pull-1"
    assert browse.get(commit["html_url"]).headers["location"] == HERE
    page = browse.get(asha.get(f"/repos/{REPOSITORY}").json()["html_url"])
    assert (page.status_code, 'id="pull-1"' in page.text) == (200, True)
    assert "My first chart" in page.text
    assert browse.get(pull["user"]["html_url"]).status_code == 200
    assert "template" in browse.get("/github/apranova-templates/dp-1-x").text
    assert browse.get("/github/asha-rao/nothing").status_code == 404


def test_a_renamed_repository_is_shown_at_its_new_address(browse, asha, github):
    github.rename(REPOSITORY, "essay")
    assert browse.get(HERE).headers["location"] == "/github/asha-rao/essay"


def test_each_button_does_what_it_says(browse, press, github):
    assert press("open", title="My first chart") == HERE
    assert press("push", number="1") == f"{HERE}#pull-1"
    press("check", number="1", conclusion="failure")
    press("review", number="1", state="CHANGES_REQUESTED", body="Not yet")
    page = browse.get(HERE).text
    assert "checks: failure" in page
    assert "Not yet" in page
    press("close", number="1")
    assert state(github) == "closed"
    press("reopen", number="1")
    assert state(github) == "open"
    press("merge", number="1")
    assert "merged" in browse.get(HERE).text
    press("push", message="On my own")
    assert "On my own" in browse.get(HERE).text
    press("privatize")
    assert press("rename", name="essay") == "/github/asha-rao/essay"
    assert browse.post("/github/asha-rao/essay/do/delete").headers["location"] == "/github/"
    assert github.repositories() == []


def test_access_is_taken_back_at_a_click(browse, asha, press):
    assert "no access" not in browse.get(HERE).text
    press("revoke")
    assert "no access" in browse.get(HERE).text
    assert asha.get("/user").status_code == 401


def test_what_cannot_be_done_is_said_on_the_page(browse, asha, github):
    github.open_pull_request(REPOSITORY)
    github.merge(REPOSITORY, 1)
    answer = browse.post(f"{HERE}/do/reopen", data={"number": "1"})
    assert answer.status_code == 409
    assert "What is merged cannot be opened again." in answer.text
    assert browse.post(f"{HERE}/do/dance").status_code == 409
    assert browse.post("/github/apranova-templates/dp-1-x/do/push").status_code == 404


def test_webhooks_are_spoilt_and_sent_again_from_the_page(
    browse, asha, press, receiver, sandbox_server
):
    config = {"url": receiver.url, "content_type": "json"}
    asha.ask("POST", f"/repos/{REPOSITORY}/hooks", json={"events": ["*"], "config": config})
    receiver.wait_for(1)
    assert browse.post(f"{HERE}/play/lost").headers["location"] == f"{HERE}#webhooks"
    assert [fault["kind"] for fault in sandbox_server.faults()] == ["lost"]
    press("push")
    asha.wait_for(lambda: sandbox_server.webhooks(service="github")[0]["state"] == "lost")
    lost = sandbox_server.webhooks(service="github")[0]["id"]
    assert f"/webhooks/{lost}" in browse.get(HERE).text
    browse.post(f"{HERE}/webhooks/{lost}")
    assert b"refs/heads/main" in receiver.wait_for(2)[1]
    assert browse.post(f"{HERE}/webhooks/{lost + 50}").status_code == 404
    assert browse.post(f"{HERE}/play/500").status_code == 404


def test_a_hostile_title_is_only_text(browse, asha, github):
    github.open_pull_request(REPOSITORY, title="<script>alert(1)</script>")
    github.review(REPOSITORY, 1, "commented", "<img src=x onerror=alert(2)>")
    page = browse.get(HERE).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("path", ["/github/", "/github/asha-rao", HERE, "/github/a/b"])
def test_each_page_bears_the_strict_policy(browse, asha, path):
    headers = browse.get(path).headers
    assert all(headers[name] == value for name, value in PAGE_HEADERS.items())


@pytest.mark.parametrize("path", ["do/push", "do/delete", "do/revoke", "play/lost"])
def test_no_other_site_presses_a_button(browse, asha, github, sandbox_server, path):
    answer = browse.post(f"{HERE}/{path}", headers={"Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 403
    assert len(github.repositories()) == 1
    assert sandbox_server.faults() == []
    assert asha.get("/user").status_code == 200


def test_pages_fill_no_log_and_are_spoilt_by_no_fault(browse, asha, sandbox_server):
    before = len(sandbox_server.calls(service="github"))
    sandbox_server.play("github", "500")
    assert browse.get(HERE).status_code == 200
    assert len(sandbox_server.calls(service="github")) == before
    assert asha.get("/user").status_code == 500
