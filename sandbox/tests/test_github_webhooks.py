"""The webhooks of GitHub, made by REST and received over HTTP."""

import hashlib
import hmac
import json
import uuid
from urllib.parse import parse_qs

import pytest

from sandbox.tests.github import MIRA, connect

REPOSITORY = "asha-rao/report"
HOOKS = f"/repos/{REPOSITORY}/hooks"
SECRET = "a secret of the platform"


@pytest.fixture
def asha(browse):
    account = connect(browse)
    account.make("report")
    return account


@pytest.fixture
def github(asha, sandbox_server):
    return sandbox_server.github


@pytest.fixture
def add_hook(asha, receiver):
    def add_hook(*events, **config):
        usual = {"url": receiver.url, "content_type": "json", "secret": SECRET}
        body = {"name": "web", "events": events or ["*"], "config": {**usual, **config}}
        return asha.ask("POST", HOOKS, json=body)

    return add_hook


@pytest.fixture
def hear(add_hook, receiver):
    """Gives what comes after the ping."""
    add_hook()
    receiver.wait_for(1)

    def hear(count):
        bodies = receiver.wait_for(count + 1)[1 : count + 1]
        events = [headers["X-GitHub-Event"] for headers in receiver.headers[1 : count + 1]]
        return list(zip(events, [json.loads(body) for body in bodies], strict=True))

    return hear


def actions(heard):
    return [f"{event} {payload.get('action', '')}".strip() for event, payload in heard]


def test_a_webhook_is_made_and_pinged(asha, add_hook, receiver):
    answer = add_hook("push", "pull_request", insecure_ssl="1")
    hook = answer.json()
    assert answer.status_code == 201
    assert hook["config"] == {
        "url": receiver.url,
        "content_type": "json",
        "insecure_ssl": "1",
        "secret": "********",
    }
    assert (hook["events"], hook["active"]) == (["push", "pull_request"], True)
    (body,) = receiver.wait_for(1)
    ping = json.loads(body)
    assert ping["hook_id"] == hook["id"]
    assert ping["hook"]["events"] == ["push", "pull_request"]
    assert ping["repository"]["full_name"] == REPOSITORY
    asha.wait_for(lambda: asha.get(f"{HOOKS}/{hook['id']}").json()["last_response"]["code"] == 200)
    assert [each["id"] for each in asha.get(HOOKS).json()] == [hook["id"]]


def test_a_webhook_is_sent_as_github_sends_it(asha, add_hook, receiver):
    hook = add_hook().json()
    (body,) = receiver.wait_for(1)
    (headers,) = receiver.headers
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert headers["X-GitHub-Event"] == "ping"
    assert str(uuid.UUID(headers["X-GitHub-Delivery"])) == headers["X-GitHub-Delivery"]
    assert headers["X-GitHub-Hook-ID"] == str(hook["id"])
    number = asha.get(f"/repos/{REPOSITORY}").json()["id"]
    assert headers["X-GitHub-Hook-Installation-Target-ID"] == str(number)
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "repository"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert headers["Content-Type"] == "application/json"


def test_a_webhook_without_a_secret_signs_nothing(add_hook, receiver):
    add_hook(secret="")
    receiver.wait_for(1)
    assert not {name for name in receiver.headers[0] if name.startswith("X-Hub-Signature")}


def test_a_webhook_may_come_as_a_form(asha, add_hook, receiver):
    hook = add_hook(content_type="form").json()
    (body,) = receiver.wait_for(1)
    (payload,) = parse_qs(body.decode())["payload"]
    assert json.loads(payload)["hook_id"] == hook["id"]
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert receiver.headers[0]["X-Hub-Signature-256"] == f"sha256={digest}"
    deliveries = f"{HOOKS}/{hook['id']}/deliveries"
    asha.wait_for(lambda: asha.get(deliveries).json())
    assert asha.get(deliveries).json()[0]["event"] == "ping"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, None),
        ({"config": {}}, "Config must contain URL for webhooks"),
        ({"config": {"url": "http://127.0.0.1:9/x", "content_type": "xml"}}, "Invalid config"),
        ({"config": {"url": "http://example.com/"}}, "Nothing here leaves this machine"),
        ({"config": {"url": "https://127.0.0.1/"}}, "Nothing here leaves this machine"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(asha, body, message):
    answer = asha.ask("POST", HOOKS, json={"events": ["push"], **body})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["resource"] == "Hook"
    assert message is None or error["message"].startswith(message)
    assert asha.ask("POST", HOOKS, json={"config": {}, "events": "push"}).status_code == 422
    assert asha.get(HOOKS).json() == []


def test_the_same_webhook_is_made_once(asha, add_hook, receiver):
    add_hook("push")
    answer = add_hook("push")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "resource": "Hook",
            "code": "custom",
            "message": "Hook already exists on this repository",
        }
    ]
    assert add_hook("push", url=f"{receiver.url}/other").status_code == 201


def test_webhooks_need_their_scope_and_their_owner(browse, asha, add_hook):
    number = add_hook().json()["id"]
    writes = connect(browse, scope="public_repo write:repo_hook")
    assert writes.get(f"{HOOKS}/{number}").status_code == 200
    assert writes.ask("DELETE", f"{HOOKS}/{number}").status_code == 404
    assert connect(browse, scope="public_repo").get(HOOKS).status_code == 404
    assert connect(browse, MIRA).get(HOOKS).status_code == 404
    assert browse.get(f"/github/api{HOOKS}").status_code == 401
    assert asha.ask("DELETE", f"{HOOKS}/{number}").status_code == 204
    assert asha.get(f"{HOOKS}/{number}").status_code == 404


def test_a_webhook_is_changed(asha, add_hook, github, receiver):
    number = add_hook("push").json()["id"]
    receiver.wait_for(1)
    changed = asha.ask("PATCH", f"{HOOKS}/{number}", json={"add_events": ["star"]}).json()
    assert changed["events"] == ["push", "star"]
    config = {"url": receiver.url, "content_type": "json", "secret": "new"}
    asha.ask("PATCH", f"{HOOKS}/{number}", json={"config": config, "events": ["push"]})
    github.push(REPOSITORY)
    receiver.wait_for(2)
    digest = hmac.new(b"new", receiver.bodies[1], hashlib.sha256).hexdigest()
    assert receiver.headers[1]["X-Hub-Signature-256"] == f"sha256={digest}"
    asha.ask("PATCH", f"{HOOKS}/{number}", json={"active": False})
    github.push(REPOSITORY)
    assert asha.ask("POST", f"{HOOKS}/{number}/pings").status_code == 204
    receiver.wait_for(3)
    assert receiver.headers[2]["X-GitHub-Event"] == "ping"


def test_only_what_was_subscribed_to_is_told(add_hook, github, receiver):
    add_hook("pull_request")
    github.push(REPOSITORY)
    github.open_pull_request(REPOSITORY)
    receiver.wait_for(2)
    events = [headers["X-GitHub-Event"] for headers in receiver.headers]
    assert events == ["ping", "pull_request"]


def test_the_way_of_a_pull_request_is_told_step_by_step(hear, github):
    github.open_pull_request(REPOSITORY, title="My work")
    github.push(REPOSITORY, number=1)
    github.close(REPOSITORY, 1)
    github.reopen(REPOSITORY, 1)
    github.merge(REPOSITORY, 1)
    heard = hear(8)
    assert actions(heard) == [
        "push",
        "pull_request opened",
        "push",
        "pull_request synchronize",
        "pull_request closed",
        "pull_request reopened",
        "push",
        "pull_request closed",
    ]
    opened, pushed, grown, closed, merged = (heard[at][1] for at in (1, 2, 3, 4, 7))
    assert opened["number"] == opened["pull_request"]["number"] == 1
    assert opened["pull_request"]["title"] == "My work"
    assert opened["sender"]["login"] == "asha-rao"
    assert opened["repository"]["full_name"] == REPOSITORY
    assert grown["before"] == opened["pull_request"]["head"]["sha"]
    assert grown["after"] == grown["pull_request"]["head"]["sha"] == pushed["after"]
    assert pushed["ref"] == f"refs/heads/{opened['pull_request']['head']['ref']}"
    assert heard[0][1]["created"] is True
    assert closed["pull_request"]["merged"] is False
    assert closed["pull_request"]["closed_at"]
    assert merged["pull_request"]["merged"] is True
    assert merged["pull_request"]["merge_commit_sha"] == heard[6][1]["after"]


def test_reviews_and_checks_are_told(hear, github):
    pull = github.open_pull_request(REPOSITORY)
    github.review(REPOSITORY, 1, "changes_requested", "Not yet")
    github.checks(REPOSITORY, "failure", number=1)
    heard = hear(5)
    assert actions(heard)[2:] == [
        "pull_request_review submitted",
        "check_suite completed",
        "workflow_run completed",
    ]
    review, suite, run = (payload for _, payload in heard[2:])
    assert (review["review"]["state"], review["review"]["body"]) == (
        "changes_requested",
        "Not yet",
    )
    assert review["sender"]["login"] == "rosa-lind"
    assert review["pull_request"]["number"] == 1
    assert suite["check_suite"]["conclusion"] == "failure"
    assert suite["check_suite"]["head_sha"] == pull["head"]["sha"]
    assert suite["check_suite"]["pull_requests"][0]["number"] == 1
    assert run["workflow_run"]["conclusion"] == "failure"
    assert run["workflow_run"]["check_suite_id"] == suite["check_suite"]["id"]


def test_what_becomes_of_a_repository_is_told(hear, github):
    github.rename(REPOSITORY, "essay")
    github.set_private("asha-rao/essay", is_private=True)
    github.tell("asha-rao/essay", "installation")
    github.tell("asha-rao/essay", "star")
    github.delete("asha-rao/essay")
    heard = hear(5)
    assert actions(heard) == [
        "repository renamed",
        "repository privatized",
        "installation created",
        "star created",
        "repository deleted",
    ]
    assert heard[0][1]["changes"] == {"repository": {"name": {"from": "report"}}}
    assert heard[0][1]["repository"]["full_name"] == "asha-rao/essay"
    assert heard[0][1]["repository"]["id"] == heard[4][1]["repository"]["id"]


def test_what_comes_to_nobody_is_not_tried_again(asha, add_hook, github, receiver, sandbox_server):
    number = add_hook("push").json()["id"]
    receiver.wait_for(1)
    receiver.status = 503
    github.push(REPOSITORY)
    receiver.wait_for(2)
    asha.wait_for(lambda: sandbox_server.webhooks(service="github")[0]["state"] == "failed")
    (failed, _) = asha.get(f"{HOOKS}/{number}/deliveries").json()
    assert (failed["status_code"], failed["event"]) == (503, "push")
    assert asha.get(f"{HOOKS}/{number}").json()["last_response"]["code"] == 503


def test_a_lost_webhook_is_sent_again_under_its_own_number(
    asha, add_hook, github, receiver, sandbox_server
):
    number = add_hook("push").json()["id"]
    receiver.wait_for(1)
    sandbox_server.play("github", "lost", count=1)
    github.push(REPOSITORY)
    deliveries = f"{HOOKS}/{number}/deliveries"
    asha.wait_for(lambda: len(asha.get(deliveries).json()) == 2)
    (lost, ping) = asha.get(deliveries).json()
    assert (lost["status_code"], lost["redelivery"]) == (502, False)
    assert (ping["status"], ping["status_code"]) == ("OK", 200)
    told = asha.get(f"{deliveries}/{lost['id']}").json()
    assert told["request"]["payload"]["ref"] == "refs/heads/main"
    again = asha.ask("POST", f"{deliveries}/{lost['id']}/attempts")
    assert (again.status_code, again.json()) == (202, {})
    receiver.wait_for(2)
    assert receiver.headers[1]["X-GitHub-Delivery"] == lost["guid"]
    asha.wait_for(lambda: len(asha.get(deliveries).json()) == 3)
    (repeated, *_) = asha.get(deliveries).json()
    assert (repeated["guid"], repeated["redelivery"]) == (lost["guid"], True)
    assert asha.ask("POST", f"{deliveries}/1/attempts").status_code == 404


def test_a_page_of_deliveries_is_followed_to_the_next(asha, add_hook, github, receiver):
    number = add_hook("push").json()["id"]
    for _ in range(4):
        github.push(REPOSITORY)
    receiver.wait_for(5)
    deliveries = f"{HOOKS}/{number}/deliveries"
    asha.wait_for(lambda: len(asha.get(deliveries).json()) == 5)
    first = asha.get(deliveries, per_page=2)
    assert [each["event"] for each in first.json()] == ["push", "push"]
    second = asha.ask("GET", first.links["next"]["url"].partition("/github/api")[2])
    third = asha.ask("GET", second.links["next"]["url"].partition("/github/api")[2])
    assert [each["event"] for each in third.json()] == ["ping"]
    assert "next" not in third.links


@pytest.mark.parametrize("kind", ["duplicate", "out_of_order", "wrong_signature"])
def test_the_faults_of_webhooks_are_played(hear, github, receiver, sandbox_server, kind):
    sandbox_server.play("github", kind, count=1, path="pull_request")
    github.open_pull_request(REPOSITORY)
    github.close(REPOSITORY, 1)
    heard = actions(hear(4 if kind == "duplicate" else 3))
    if kind == "duplicate":
        assert heard.count("pull_request opened") == 2
    elif kind == "out_of_order":
        assert heard[1:] == ["pull_request closed", "pull_request opened"]
    else:
        proofs = [
            headers["X-Hub-Signature-256"].removeprefix("sha256=")
            == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            for headers, body in zip(receiver.headers, receiver.bodies, strict=True)
        ]
        assert proofs == [True, True, False, True]


def test_no_secret_of_a_webhook_stands_in_any_log(asha, add_hook, browse, sandbox_server):
    hook = add_hook().json()
    asha.wait_for(lambda: asha.get(f"{HOOKS}/{hook['id']}/deliveries").json())
    for kept in (
        str(sandbox_server.calls(service="github")),
        str(sandbox_server.webhooks(service="github")),
        asha.get(f"{HOOKS}/{hook['id']}").text,
        browse.get("/calls").text,
    ):
        assert SECRET not in kept
