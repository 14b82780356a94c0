"""Pull requests, their reviews and their checks at GitHub, by REST and as people make them."""

import re

import httpx
import pytest

from sandbox.tests.github import MIRA, connect

REPOSITORY = "asha-rao/report"
PULLS = f"/repos/{REPOSITORY}/pulls"


@pytest.fixture
def asha(browse):
    account = connect(browse)
    account.make("report")
    return account


@pytest.fixture
def github(asha, sandbox_server):
    return sandbox_server.github


def test_a_pull_request_is_opened_read_and_merged(asha, github):
    github.push(REPOSITORY, branch="work")
    asked = {"title": "My work", "head": "asha-rao:work", "base": "main", "body": "See"}
    opened = asha.ask("POST", PULLS, json=asked)
    assert opened.status_code == 201
    pull = asha.get(f"{PULLS}/1").json()
    assert pull == opened.json()
    assert (pull["state"], pull["merged"], pull["mergeable"]) == ("open", False, True)
    assert (pull["head"]["ref"], pull["base"]["ref"], pull["commits"]) == ("work", "main", 1)
    stale = asha.ask("PUT", f"{PULLS}/1/merge", json={"sha": "0" * 40})
    assert stale.status_code == 409
    merged = asha.ask("PUT", f"{PULLS}/1/merge", json={"sha": pull["head"]["sha"]}).json()
    assert merged["merged"] is True
    pull = asha.get(f"{PULLS}/1").json()
    assert (pull["state"], pull["merged"]) == ("closed", True)
    assert pull["merge_commit_sha"] == merged["sha"]
    assert pull["merged_by"]["login"] == "asha-rao"
    assert asha.ask("PUT", f"{PULLS}/1/merge").status_code == 405
    assert asha.get(f"/repos/{REPOSITORY}/branches/main").json()["commit"]["sha"] == merged["sha"]
    (first, *_, last) = asha.get(f"/repos/{REPOSITORY}/commits").json()
    assert len(first["parents"]) == 2
    assert last["parents"] == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": ""}, {"field": "title", "code": "missing_field"}),
        ({"head": "nowhere"}, {"field": "head", "code": "invalid"}),
        ({"base": "nowhere"}, {"field": "base", "code": "invalid"}),
        ({"head": "main"}, {"code": "custom", "message": "No commits between main and main"}),
        (
            {"head": "taken"},
            {
                "code": "custom",
                "message": "A pull request already exists for asha-rao:taken.",
            },
        ),
    ],
)
def test_a_pull_request_that_makes_no_sense_is_refused(asha, github, changes, error):
    github.push(REPOSITORY, branch="work")
    github.open_pull_request(REPOSITORY, branch="taken")
    asked = {"title": "My work", "head": "work", "base": "main", **changes}
    answer = asha.ask("POST", PULLS, json=asked)
    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation Failed"
    assert answer.json()["errors"] == [{"resource": "PullRequest", **error}]


def test_a_pull_request_is_closed_and_opened_again(asha, github):
    github.open_pull_request(REPOSITORY)
    closed = asha.ask("PATCH", f"{PULLS}/1", json={"state": "closed", "title": "Later"}).json()
    assert (closed["state"], closed["title"], closed["merged"]) == ("closed", "Later", False)
    assert closed["closed_at"]
    opened = asha.ask("PATCH", f"{PULLS}/1", json={"state": "open"}).json()
    assert (opened["state"], opened["closed_at"]) == ("open", None)
    github.merge(REPOSITORY, 1)
    assert asha.ask("PATCH", f"{PULLS}/1", json={"state": "open"}).status_code == 422
    assert asha.ask("PATCH", f"{PULLS}/1", json={"state": "gone"}).status_code == 422


def test_others_may_read_pull_requests_and_change_none(browse, asha, github):
    github.open_pull_request(REPOSITORY)
    mira = connect(browse, MIRA)
    assert mira.get(f"{PULLS}/1").status_code == 200
    assert mira.ask("PUT", f"{PULLS}/1/merge").status_code == 403
    assert mira.ask("PATCH", f"{PULLS}/1", json={"state": "closed"}).status_code == 403
    assert mira.get(f"{PULLS}/2").status_code == 404


def test_pull_requests_are_narrowed_sorted_and_paged(asha, github):
    for number in range(1, 6):
        github.open_pull_request(REPOSITORY, branch=f"work-{number}")
    github.close(REPOSITORY, 2)
    github.merge(REPOSITORY, 3)

    def numbers(**query):
        return [pull["number"] for pull in asha.get(PULLS, **query).json()]

    assert numbers() == [5, 4, 1]
    assert numbers(state="closed") == [3, 2]
    assert numbers(state="all", direction="asc") == [1, 2, 3, 4, 5]
    assert numbers(state="all", sort="long-running") == [1, 2, 3, 4, 5]
    assert numbers(head="asha-rao:work-4") == [4]
    assert numbers(base="other") == []
    answer = asha.get(PULLS, state="all", per_page=2, page=2)
    assert [pull["number"] for pull in answer.json()] == [3, 2]
    assert "merged" not in answer.json()[0]
    assert answer.json()[0]["merged_at"]
    assert set(re.findall(r'rel="(\w+)"', answer.headers["link"])) == {
        "prev",
        "next",
        "last",
        "first",
    }
    following = httpx.URL(answer.links["next"]["url"])
    assert dict(following.params) == {"state": "all", "per_page": "2", "page": "3"}
    assert following.path == f"/github/api{PULLS}"
    assert "link" not in asha.get(PULLS, state="all").headers
    assert asha.get(PULLS, per_page="many", page="-1").status_code == 200


def test_reviews_are_listed_in_capitals(asha, github):
    github.open_pull_request(REPOSITORY)
    github.review(REPOSITORY, 1, "changes_requested", "Name things better.")
    github.review(REPOSITORY, 1, "approved")
    reviews = asha.get(f"{PULLS}/1/reviews").json()
    assert [each["state"] for each in reviews] == ["CHANGES_REQUESTED", "APPROVED"]
    assert reviews[0]["body"] == "Name things better."
    assert reviews[0]["user"]["login"] == "rosa-lind"
    assert reviews[0]["commit_id"] == asha.get(f"{PULLS}/1").json()["head"]["sha"]


def test_what_an_autograder_found_is_read_by_commit(asha, github):
    pull = github.open_pull_request(REPOSITORY)
    sha = pull["head"]["sha"]
    github.checks(REPOSITORY, "failure", number=1)
    github.checks(REPOSITORY, "success", number=1)
    github.checks(REPOSITORY, "success")
    suites = asha.get(f"/repos/{REPOSITORY}/commits/{sha}/check-suites").json()
    assert suites["total_count"] == 2
    assert [each["conclusion"] for each in suites["check_suites"]] == ["success", "failure"]
    assert suites["check_suites"][0]["pull_requests"][0]["number"] == 1
    runs = asha.get(f"/repos/{REPOSITORY}/actions/runs", head_sha=sha).json()
    assert runs["total_count"] == 2
    assert {each["head_sha"] for each in runs["workflow_runs"]} == {sha}
    failed = asha.get(f"/repos/{REPOSITORY}/actions/runs", status="failure").json()
    assert failed["total_count"] == 1
    assert asha.get(f"/repos/{REPOSITORY}/commits/main/check-suites").json()["total_count"] == 1
    assert asha.get(f"/repos/{REPOSITORY}/commits/none/check-suites").status_code == 422


def test_a_push_moves_the_head_of_its_pull_request(asha, github):
    github.open_pull_request(REPOSITORY, title="My work")
    pushed = github.push(REPOSITORY, number=1, message="Better")
    pull = asha.get(f"{PULLS}/1").json()
    assert pull["head"]["sha"] == pushed["sha"]
    assert pull["commits"] == 2
    messages = [
        each["commit"]["message"]
        for each in asha.get(f"/repos/{REPOSITORY}/commits", sha=pull["head"]["ref"]).json()
    ]
    assert messages == ["Better", "My work", "Initial commit"]


def test_access_that_is_taken_back_ends_all_tokens_of_a_person(browse, asha, github):
    mira, second = connect(browse, MIRA), connect(browse)
    assert github.revoke("asha-rao") == 2
    assert [each.get("/user").status_code for each in (asha, second, mira)] == [401, 401, 200]


def test_a_connection_is_made_without_a_browser(browse, github):
    made = github.connect("ivo@mail.test", name="Ivo", scope="repo user:email")
    assert (made["login"], made["scope"]) == ("ivo", "repo,user:email")
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    assert browse.get("/github/api/user", headers=bearer).json()["login"] == "ivo"


def test_a_repository_is_made_without_waiting(browse, github):
    github.make_repository("ivo@mail.test", "mine", private=True)
    found = github.repository("ivo/mine")
    assert (found["is_empty"], found["private"]) == (False, True)
    assert [branch["name"] for branch in found["branches"]] == ["main"]


@pytest.mark.parametrize(
    ("deed", "asked"),
    [
        ("dance", {}),
        ("merge", {"number": 7}),
        ("merge", {"number": "one"}),
        ("merge", {}),
        ("push", {"branch": "two words"}),
        ("push", {"message": "x" * 501}),
        ("open", {"branch": "main"}),
        ("rename", {"name": "a/b"}),
        ("check", {"conclusion": "perhaps"}),
        ("check", {"conclusion": "success", "branch": "nowhere"}),
        ("tell", {"event": "push"}),
    ],
)
def test_a_deed_that_makes_no_sense_says_why(browse, asha, deed, asked):
    answer = browse.post(f"/_sandbox/github/repositories/{REPOSITORY}/{deed}", json=asked)
    assert answer.status_code == 409
    assert answer.json()["error"]
    missing = browse.post(f"/_sandbox/github/repositories/asha-rao/none/{deed}", json=asked)
    assert missing.status_code == 404
