"""GitHub's REST API for repositories, as an app with a token uses it."""

from urllib.parse import urlsplit

import pytest

from sandbox.people import Person
from sandbox.services import github
from sandbox.services.github.store import MOST_COMMITS, new_repository
from sandbox.tests.github import MIRA, TEMPLATE, connect


@pytest.fixture
def asha(browse):
    return connect(browse)


@pytest.fixture
def mira(browse):
    return connect(browse, MIRA)


def test_a_repository_is_made_from_a_template(asha, sandbox_server):
    answer = asha.generate("my-report", private=True, description="Mine", owner="asha-rao")
    made = answer.json()
    assert answer.status_code == 201
    assert (made["full_name"], made["private"]) == ("asha-rao/my-report", True)
    assert (made["description"], made["default_branch"]) == ("Mine", "main")
    assert made["template_repository"]["full_name"] == TEMPLATE
    assert made["html_url"] == f"{sandbox_server.url}/github/asha-rao/my-report"
    assert made["owner"]["id"] == asha.get("/user").json()["id"]
    assert asha.get("/repos/asha-rao/my-report").json()["id"] == made["id"]


def test_a_new_repository_is_empty_for_a_moment(asha):
    asha.generate("my-report")
    answer = asha.get("/repos/asha-rao/my-report/commits")
    assert answer.status_code == 409
    assert answer.json()["message"] == "Git Repository is empty."
    assert asha.get("/repos/asha-rao/my-report/commits/main").status_code == 409
    assert asha.get("/repos/asha-rao/my-report/branches").json() == []
    asha.wait_for(lambda: asha.get("/repos/asha-rao/my-report/commits").status_code == 200)
    (branch,) = asha.get("/repos/asha-rao/my-report/branches").json()
    (commit,) = asha.get("/repos/asha-rao/my-report/commits").json()
    assert (branch["name"], branch["commit"]["sha"]) == ("main", commit["sha"])
    assert commit["parents"] == []


def test_a_repository_may_stay_empty(asha, sandbox_server):
    sandbox_server.play("github", "stays_empty", path="asha-rao/first")
    asha.generate("first")
    asha.make("second")
    assert asha.get("/repos/asha-rao/first/commits").status_code == 409


@pytest.mark.parametrize(
    "template",
    [
        "apranova-templates/unknown",
        "somebody/dp-1-sales-report",
        "apranova-templates/dp-",
        "mira/own",
    ],
)
def test_only_templates_are_copied(asha, mira, template):
    mira.make("own")
    assert asha.generate("mine", template=template).status_code == 404


def test_any_project_has_a_template(asha):
    for name in ("dp-10-capstone", "fsd-3-shop"):
        found = asha.get(f"/repos/apranova-templates/{name}").json()
        assert found["is_template"] is True
        assert found["owner"]["type"] == "Organization"
        assert len(asha.get(f"/repos/apranova-templates/{name}/commits").json()) == 1


def test_a_name_is_given_once(asha, mira):
    asha.make("my-report")
    answer = asha.generate("My-Report")
    message = "Could not clone: Name already exists on this account"
    assert answer.status_code == 422
    assert (answer.json()["message"], answer.json()["errors"]) == (message, [message])
    assert mira.generate("my-report").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"name": ""}, 422),
        ({"name": 7}, 422),
        ({"name": "a/b"}, 422),
        ({"name": ".."}, 422),
        ({"name": "x", "private": "yes"}, 422),
        ({"name": "x", "owner": "somebody-else"}, 404),
        ([], 400),
    ],
)
def test_a_wish_that_makes_no_sense_makes_nothing(asha, body, status):
    answer = asha.ask("POST", f"/repos/{TEMPLATE}/generate", json=body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert asha.ask("POST", f"/repos/{TEMPLATE}/generate", content=b"{").status_code == 400


def test_scopes_decide_what_can_be_made_and_seen(browse, asha):
    narrow = connect(browse, scope="public_repo")
    assert narrow.generate("hidden", private=True).status_code == 404
    assert narrow.generate("open").status_code == 201
    asha.make("hidden", private=True)
    assert narrow.get("/repos/asha-rao/hidden").status_code == 404
    assert connect(browse, scope="read:user").generate("other").status_code == 404


def test_a_private_repository_is_not_there_for_others(browse, asha, mira):
    asha.make("hidden", private=True)
    asha.make("open")
    assert mira.get("/repos/asha-rao/hidden").status_code == 404
    assert browse.get("/github/api/repos/asha-rao/hidden").status_code == 404
    assert browse.get("/github/api/repos/asha-rao/open").status_code == 200
    assert mira.get("/repos/asha-rao/open").json()["permissions"]["admin"] is False
    assert mira.ask("PATCH", "/repos/asha-rao/open", json={"name": "x"}).status_code == 403
    assert browse.patch("/github/api/repos/asha-rao/open", json={}).status_code == 401


def test_a_renamed_repository_is_found_by_its_old_name_and_by_its_number(asha):
    asha.make("before")
    number = asha.get("/repos/asha-rao/before").json()["id"]
    renamed = asha.ask("PATCH", "/repos/asha-rao/before", json={"name": "after"})
    assert renamed.json()["full_name"] == "asha-rao/after"
    old = asha.get("/repos/asha-rao/before/commits", per_page=1)
    assert old.status_code == 301
    path = f"/github/api/repositories/{number}/commits"
    assert urlsplit(old.headers["location"]).path == path
    assert urlsplit(old.headers["location"]).query == "per_page=1"
    assert asha.ask("PATCH", "/repos/asha-rao/before", json={}).status_code == 307
    assert asha.get(f"/repositories/{number}").json()["name"] == "after"
    assert len(asha.get(f"/repositories/{number}/commits").json()) == 1


def test_an_old_name_that_is_given_anew_means_the_new_one(asha):
    asha.make("before")
    asha.ask("PATCH", "/repos/asha-rao/before", json={"name": "after"})
    asha.make("before")
    assert asha.get("/repos/asha-rao/before").status_code == 200
    taken = asha.ask("PATCH", "/repos/asha-rao/before", json={"name": "after"})
    assert taken.status_code == 422
    assert taken.json()["errors"][0]["message"] == "name already exists on this account"


def test_a_repository_is_made_private_and_public(asha, mira):
    asha.make("open")
    assert asha.ask("PATCH", "/repos/asha-rao/open", json={"private": True}).json()["private"]
    assert mira.get("/repos/asha-rao/open").status_code == 404


def test_deleting_needs_its_own_scope(browse, asha):
    asha.make("gone")
    assert asha.ask("DELETE", "/repos/asha-rao/gone").status_code == 403
    may_delete = connect(browse, scope="repo delete_repo")
    assert may_delete.ask("DELETE", "/repos/asha-rao/gone").status_code == 204
    assert asha.get("/repos/asha-rao/gone").status_code == 404
    assert asha.generate("gone").status_code == 201


def test_commits_are_found_by_branch_and_by_sha(asha):
    asha.make("mine")
    (commit,) = asha.get("/repos/asha-rao/mine/commits", sha="main").json()
    for ref in ("main", commit["sha"], commit["sha"][:7]):
        assert asha.get(f"/repos/asha-rao/mine/commits/{ref}").json()["sha"] == commit["sha"]
    assert asha.get("/repos/asha-rao/mine/commits/nowhere").status_code == 422
    assert asha.get("/repos/asha-rao/mine/commits", sha="nowhere").status_code == 404
    assert asha.get("/repos/asha-rao/mine/branches/main").json()["name"] == "main"
    assert asha.get("/repos/asha-rao/mine/branches/other").json()["message"] == "Branch not found"


def test_what_has_not_changed_is_told_in_no_words_and_counts_nothing(asha):
    first = asha.get("/user")
    again = asha.ask("GET", "/user", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
    other = asha.ask("GET", "/user", headers={"If-None-Match": 'W/"of another"'})
    assert other.status_code == 200


def test_each_answer_counts_down_the_calls_of_the_hour(asha):
    first, second = asha.get("/user"), asha.get("/repos/asha-rao/nothing")
    assert first.headers["x-ratelimit-limit"] == "5000"
    assert first.headers["x-ratelimit-resource"] == "core"
    left = [int(each.headers["x-ratelimit-remaining"]) for each in (first, second)]
    assert left[0] - left[1] == 1
    assert first.headers["x-github-request-id"] != second.headers["x-github-request-id"]


def test_calls_without_a_token_are_few(browse):
    path = "/github/api/repos/apranova-templates/dp-1-x"
    answers = [browse.get(path).status_code for _ in range(61)]
    assert answers[:60] == [200] * 60
    assert answers[60] == 403


def test_a_played_rate_limit_says_when_it_is_over(asha, browse, sandbox_server):
    sandbox_server.play("github", "rate_limit", count=1, seconds=30)
    page = {"client_id": github.CONNECT_CLIENT.id, "redirect_uri": "http://localhost:8000/"}
    assert browse.get("/github/login/oauth/authorize", params=page).status_code == 200
    answer = asha.get("/user")
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("API rate limit exceeded")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    reset = int(answer.headers["x-ratelimit-reset"])
    assert 0 <= reset - int(asha.get("/user").headers["x-ratelimit-reset"]) + 3_600 <= 31


def test_a_played_secondary_limit_says_how_long_to_wait(asha, sandbox_server):
    sandbox_server.play("github", "secondary_limit", count=1, retry_after=7)
    answer = asha.get("/user")
    assert (answer.status_code, answer.headers["retry-after"]) == (403, "7")
    assert "secondary rate limit" in answer.json()["message"]
    assert asha.get("/user").status_code == 200


def test_a_repository_forgets_its_oldest_commits_and_keeps_its_branches():
    owner = Person(email="ivo@mail.test", name="Ivo")
    repository = new_repository(owner, "busy")
    repository.commit("first", owner, branch="main")
    repository.commit("aside", owner, branch="aside")
    for number in range(MOST_COMMITS):
        repository.commit(str(number), owner, branch="main")
    assert len(repository.commits) == MOST_COMMITS
    messages = [each.message for each in repository.history(repository.branches["main"])]
    assert messages[0] == str(MOST_COMMITS - 1)
    assert "first" not in messages
    assert [each.message for each in repository.history(repository.branches["aside"])] == ["aside"]
