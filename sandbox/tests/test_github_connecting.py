"""Connecting an account at GitHub: scopes, proof, and taking it back."""

import pytest

from sandbox.services import github
from sandbox.tests.github import ASHA, MIRA, connect, consent, redeem


def app_call(browse, method, what, token, *, client=github.CONNECT_CLIENT):
    return browse.request(
        method,
        f"/github/api/applications/{client.id}/{what}",
        json={"access_token": token},
        auth=(client.id, client.secret),
    )


def test_the_page_says_what_is_asked_for(browse):
    asked = {
        "client_id": github.CONNECT_CLIENT.id,
        "redirect_uri": "http://localhost:8000/cb",
        "scope": "repo admin:repo_hook",
    }
    page = browse.get("/github/login/oauth/authorize", params=asked).text
    assert "make, change and delete webhooks" in page
    assert "read your e-mail addresses" not in page


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("repo admin:repo_hook read:user", "admin:repo_hook,read:user,repo"),
        ("repo,public_repo write:repo_hook", "repo,write:repo_hook"),
        ("admin:repo_hook write:repo_hook", "admin:repo_hook"),
        ("everything", ""),
    ],
)
def test_scopes_are_granted_without_those_that_others_include(browse, asked, granted):
    assert redeem(browse, consent(browse, scope=asked))["scope"] == granted


def test_a_person_grants_fewer_scopes_than_were_asked_for(browse):
    answer = consent(browse, {**ASHA, "chooses": "1", "granted": "read:user"})
    token = redeem(browse, answer)
    assert token["scope"] == "read:user"


def test_who_turns_back_brings_no_code(browse):
    location = consent(browse, {"cancel": ""}).headers["location"]
    assert location.endswith("?error=access_denied&state=s1")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"code_verifier": "of another"}, "bad_verification_code"),
        ({"code_verifier": ""}, "bad_verification_code"),
        ({"client_secret": "x"}, "incorrect_client_credentials"),
        ({"redirect_uri": "http://localhost:8000/other"}, "redirect_uri_mismatch"),
    ],
)
def test_a_code_is_worth_nothing_without_its_proof(browse, wrong, word):
    assert redeem(browse, consent(browse), **wrong) == {"error": word}


def test_an_account_tells_who_it_is_and_what_it_granted(browse):
    answer = connect(browse).get("/user")
    assert (answer.json()["login"], answer.json()["name"]) == ("asha-rao", "Asha Rao")
    assert answer.headers["x-oauth-scopes"] == "admin:repo_hook, read:user, repo"
    assert answer.headers["x-oauth-client-id"] == github.CONNECT_CLIENT.id


def test_a_token_is_checked_by_its_own_app_only(browse):
    account = connect(browse)
    checked = app_call(browse, "POST", "token", account.token).json()
    assert checked["user"]["login"] == "asha-rao"
    assert checked["scopes"] == ["admin:repo_hook", "read:user", "repo"]
    other = app_call(browse, "POST", "token", account.token, client=github.NEIGHBOUR)
    assert other.status_code == 404


def test_one_token_is_taken_back_or_all_of_a_person(browse):
    first, second, mira = connect(browse), connect(browse), connect(browse, MIRA)
    assert app_call(browse, "DELETE", "token", first.token).status_code == 204
    assert [each.get("/user").status_code for each in (first, second)] == [401, 200]
    assert app_call(browse, "DELETE", "grant", second.token).status_code == 204
    assert [each.get("/user").status_code for each in (second, mira)] == [401, 200]
    assert app_call(browse, "DELETE", "grant", second.token).status_code == 404


def test_a_token_that_is_worth_nothing_is_told_so(browse):
    account = connect(browse)
    app_call(browse, "DELETE", "grant", account.token)
    answer = account.get("/user")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    assert answer.headers["x-github-request-id"]


def test_no_token_of_an_account_stands_in_the_log(browse, sandbox_server):
    account = connect(browse)
    app_call(browse, "POST", "token", account.token)
    kept = str(sandbox_server.calls(service="github"))
    assert account.token not in kept
    assert github.CONNECT_CLIENT.secret not in kept
