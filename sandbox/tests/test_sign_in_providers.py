"""Google, GitHub and Apple as the platform and a browser see them."""

import html
import re
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from sandbox.services import apple, github, google
from sandbox.shield import PAGE_HEADERS

HOME = "http://localhost:8000/cb"
ASHA = {"pick": "asha.rao@mail.test"}
SERVICES = {"google": google, "github": github, "apple": apple}
PAGES = {
    "google": "/google/auth",
    "github": "/github/login/oauth/authorize",
    "apple": "/apple/auth/authorize",
}
names = pytest.mark.parametrize("name", SERVICES)


def question(name, **changes):
    return {
        "client_id": SERVICES[name].CLIENT.id,
        "redirect_uri": HOME,
        "response_type": "code",
        "scope": "user:email name email",
        "state": "s1",
        **changes,
    }


def choose(browse, name, *, person=None, **changes):
    return browse.post(PAGES[name], data={**question(name, **changes), **(person or ASHA)})


def code_of(answer):
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def redeem_at_google(browse, code, /, **changes):
    return browse.post(
        "/google/token",
        data={
            "grant_type": "authorization_code",
            "client_id": google.CLIENT.id,
            "client_secret": google.CLIENT.secret,
            "redirect_uri": HOME,
            "code": code,
            **changes,
        },
    )


def redeem_at_github(browse, code, /, **changes):
    return browse.post(
        "/github/login/oauth/access_token",
        data={
            "client_id": github.CLIENT.id,
            "client_secret": github.CLIENT.secret,
            "code": code,
            **changes,
        },
        headers={"Accept": "application/json"},
    ).json()


def apple_secret(**changes):
    at = int(time.time())
    claims = {
        "iss": apple.TEAM_ID,
        "aud": apple.ISSUER,
        "sub": apple.CLIENT.id,
        "iat": at,
        "exp": at + 600,
        **changes,
    }
    return jwt.encode(claims, apple.PRIVATE_KEY, "ES256", headers={"kid": apple.KEY_ID})


def redeem_at_apple(browse, code, /, **changes):
    return browse.post(
        "/apple/auth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": apple.CLIENT.id,
            "client_secret": apple_secret(),
            "redirect_uri": HOME,
            "code": code,
            **changes,
        },
    )


def fields_of(answer):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text)
    return {name: html.unescape(text) for name, text in found}


@names
def test_a_person_is_picked_and_the_browser_sent_back_with_a_code(browse, name):
    page = browse.get(PAGES[name], params=question(name))
    assert page.status_code == 200
    assert "asha.rao@mail.test" in page.text
    answer = choose(browse, name)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{HOME}?code=")
    assert answer.headers["location"].endswith("&state=s1")


@names
def test_the_page_is_guarded_and_lets_its_form_lead_home(browse, name):
    headers = browse.get(PAGES[name], params=question(name)).headers
    policy = headers["content-security-policy"]
    assert "form-action 'self' http://localhost:8000;" in policy
    assert "frame-ancestors 'none'" in policy
    other = {key: value for key, value in PAGE_HEADERS.items() if "Content-Sec" not in key}
    assert all(headers[key] == value for key, value in other.items())
    from_elsewhere = {"Sec-Fetch-Site": "same-site"}
    refused = browse.post(PAGES[name], data={**question(name), **ASHA}, headers=from_elsewhere)
    assert refused.status_code == 403


@names
@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"redirect_uri": "http://localhost:80@evil.example/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)
def test_a_question_that_cannot_be_trusted_is_refused_on_the_spot(browse, name, wrong):
    asked = question(name, **wrong)
    assert browse.get(PAGES[name], params=asked).status_code == 400
    answer = browse.post(PAGES[name], data={**asked, **ASHA})
    assert answer.status_code == 400
    assert "location" not in answer.headers


@names
def test_turning_back_is_told_in_the_providers_word(browse, name):
    location = choose(browse, name, person={"cancel": ""}).headers["location"]
    word = "user_cancelled_authorize" if name == "apple" else "access_denied"
    assert location == f"{HOME}?error={word}&state=s1"


@names
@pytest.mark.parametrize("person", [{}, {"email": "x", "name": "X"}, {"email": "a@b.test"}])
def test_nobody_in_particular_is_asked_again(browse, name, person):
    answer = browse.post(PAGES[name], data={**question(name), **person})
    assert answer.status_code == 400
    assert "Type an e-mail address and a name." in answer.text


def test_google_tells_who_it_is_and_signs_it(browse):
    code = code_of(choose(browse, "google", nonce="n1"))
    answer = redeem_at_google(browse, code).json()
    keys = jwt.PyJWKSet.from_dict(browse.get("/google/certs").json())
    claims = jwt.decode(
        answer["id_token"], keys.keys[0], ["RS256"], audience=google.CLIENT.id, issuer=google.ISSUER
    )
    assert claims["nonce"] == "n1"
    assert (claims["email"], claims["email_verified"]) == ("asha.rao@mail.test", True)
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert browse.get("/google/userinfo", headers=bearer).json()["sub"] == claims["sub"]
    about = browse.get("/google/tokeninfo", params={"access_token": answer["access_token"]})
    assert about.json()["aud"] == google.CLIENT.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "x"},
        {"client_id": google.NEIGHBOUR.id, "client_secret": google.NEIGHBOUR.secret},
        {"redirect_uri": "http://localhost:8000/other"},
        {"code": "made-up"},
        {"grant_type": "password"},
        {"code_verifier": "of nothing"},
    ],
)
def test_google_gives_a_token_only_to_whoever_asked(browse, wrong):
    code = code_of(choose(browse, "google"))
    answer = redeem_at_google(browse, code, **wrong)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"]


def test_a_code_is_good_once(browse):
    code = code_of(choose(browse, "google"))
    assert redeem_at_google(browse, code).status_code == 200
    assert redeem_at_google(browse, code).json()["error"] == "invalid_grant"


def test_a_code_with_a_challenge_needs_its_verifier(browse):
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    for verifier in ({}, {"code_verifier": "x"}):
        code = code_of(choose(browse, "google", **asked))
        assert redeem_at_google(browse, code, **verifier).status_code == 400
    code = code_of(choose(browse, "google", **asked))
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert redeem_at_google(browse, code, code_verifier=verifier).status_code == 200


def test_github_tells_addresses_and_hides_them(browse):
    person = {"email": "mira@mail.test", "name": "Mira", "is_hidden": "on"}
    token = redeem_at_github(browse, code_of(choose(browse, "github", person=person)))
    bearer = {"Authorization": f"token {token['access_token']}"}
    user = browse.get("/github/api/user", headers=bearer).json()
    assert (user["login"], user["email"]) == ("mira", None)
    emails = browse.get("/github/api/user/emails", headers=bearer).json()
    assert [each["primary"] for each in emails] == [True, False]
    assert emails[1]["email"].endswith("@users.noreply.github.com")


def test_github_tells_no_addresses_without_the_scope(browse):
    token = redeem_at_github(browse, code_of(choose(browse, "github", scope="")))
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert browse.get("/github/api/user/emails", headers=bearer).status_code == 404
    assert browse.get("/github/api/user").status_code == 401


def test_github_says_what_is_wrong_with_status_200(browse):
    assert redeem_at_github(browse, "x") == {"error": "bad_verification_code"}
    code = code_of(choose(browse, "github"))
    assert redeem_at_github(browse, code, client_secret="x") == {
        "error": "incorrect_client_credentials"
    }


def test_github_tells_only_its_own_client_about_a_token(browse):
    token = redeem_at_github(browse, code_of(choose(browse, "github")))["access_token"]

    def check(client):
        return browse.post(
            f"/github/api/applications/{client.id}/token",
            json={"access_token": token},
            auth=(client.id, client.secret),
        )

    assert check(github.CLIENT).json()["app"]["client_id"] == github.CLIENT.id
    assert check(github.NEIGHBOUR).status_code == 404
    url = f"/github/api/applications/{github.CLIENT.id}/token"
    assert browse.post(url, json={"access_token": token}).status_code == 401


def test_apple_answers_by_a_form_and_tells_the_name_once(browse):
    asked = {"response_type": "code id_token", "response_mode": "form_post", "nonce": "n1"}
    first = choose(browse, "apple", **asked)
    assert f'action="{HOME}"' in first.text
    assert fields_of(first).keys() == {"code", "id_token", "user", "state"}
    assert '"firstName": "Asha"' in fields_of(first)["user"]
    assert "user" not in fields_of(choose(browse, "apple", **asked))


def test_apple_hides_an_address_behind_its_relay(browse):
    person = {"email": "mira@mail.test", "name": "Mira", "is_hidden": "on"}
    answer = redeem_at_apple(browse, code_of(choose(browse, "apple", person=person))).json()
    claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
    assert claims["email"].endswith("@privaterelay.appleid.com")
    assert claims["email_verified"] == "true"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "ANOTHERTEAM"},
        {"aud": "https://example.org"},
        {"sub": "org.example.other"},
        {"exp": 1},
        {"exp": int(time.time()) + 20_000_000},
    ],
)
def test_apple_takes_a_client_secret_only_as_it_should_be(browse, wrong):
    code = code_of(choose(browse, "apple"))
    refused = redeem_at_apple(browse, code, client_secret=apple_secret(**wrong))
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_client"})
    assert redeem_at_apple(browse, code).status_code == 200


@pytest.mark.parametrize("name", ["google", "apple"])
def test_a_token_of_ones_own_making_is_rightly_signed_or_not(browse, name):
    keys = "/google/certs" if name == "google" else "/apple/auth/keys"
    key = jwt.PyJWKSet.from_dict(browse.get(keys).json()).keys[0]

    def mint(**asked):
        return browse.post(f"/{name}/mint", json=asked).json()["id_token"]

    asked = {"claims": {"aud": "mine", "exp": 9_999_999_999}, "without": ["nonce"]}
    assert jwt.decode(mint(**asked), key, ["RS256"], audience="mine")["aud"] == "mine"
    for how in ("none", "hs256", "stranger"):
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(mint(how=how, **asked), key, ["RS256"], audience="mine")


@names
def test_faults_are_played_in_the_shape_of_the_provider(browse, sandbox_server, name):
    sandbox_server.play(name, "500", count=1)
    answer = browse.get(PAGES[name], params=question(name))
    assert answer.status_code == 500
    assert answer.json().keys() & {"error", "message"}


def test_nothing_secret_stands_in_the_log(browse, sandbox_server):
    answer = redeem_at_google(browse, code_of(choose(browse, "google"))).json()
    browse.get("/google/tokeninfo", params={"access_token": answer["access_token"]})
    kept = str(sandbox_server.calls(service="google"))
    for secret in (answer["access_token"], answer["id_token"], google.CLIENT.secret):
        assert secret not in kept
