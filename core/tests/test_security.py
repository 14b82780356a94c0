"""What browsers are told to refuse, and what they tell us of it."""

import json

import pytest
from django.test import Client

from core.security import csp_sources

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]

PAGES = ["/only-get/", "/nothing/", "/raise/fault/", "/static/css/app.css", "/sign-in/"]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def policy_of(answer):
    parts = [part.split() for part in answer["Content-Security-Policy"].split("; ")]
    return {directive: set(sources) for directive, *sources in parts}


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_of_pages_is_strict(client, path):
    policy = policy_of(client.get(path))
    assert policy["default-src"] == {"'self'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == {"'none'"}
    assert policy["form-action"] == {"'self'"}
    assert policy["report-uri"] == {"/csp-report/"}
    assert not [source for sources in policy.values() for source in sources if "unsafe" in source]


@pytest.mark.parametrize("path", [*PAGES, "/api/public/", "/api/nothing/", "/admin/"])
def test_every_answer_bears_the_other_headers(client, path):
    answer = client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_where_https_is_asked_for_the_redirect_and_browsers_memory_say_so(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    fresh = Client()
    away = fresh.get("/only-get/")
    assert (away.status_code, away["Location"]) == (301, "https://testserver/only-get/")
    assert "Content-Security-Policy" in away
    assert "max-age=31536000" in fresh.get("/only-get/", secure=True)["Strict-Transport-Security"]


def test_the_api_runs_nothing_at_all(client):
    policy = policy_of(client.get("/api/public/"))
    assert policy["default-src"] == policy["frame-ancestors"] == {"'none'"}


def test_the_admin_alone_may_evaluate(client):
    policy = policy_of(client.get("/admin/"))
    assert "'unsafe-eval'" in policy["script-src"]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["frame-ancestors"] == {"'none'"}


def test_a_refusal_below_the_admin_may_have_its_import_map(client, settings):
    settings.CSP_SCRIPT_HASHES = ["'sha256-abc='"]
    for path in ("/admin/", "/admin/nothing/"):
        assert "'sha256-abc='" in policy_of(client.get(path))["script-src"]


def test_apps_add_hosts_to_the_policy_of_pages_only(client, monkeypatch, settings):
    sources = {"form-action": ["https://accounts.example"], "connect-src": ["wss://live.example"]}
    monkeypatch.setitem(csp_sources._entries, "a test", lambda: sources)
    settings.CSP_SCRIPT_HASHES = ["'sha256-abc='"]
    page, answer = policy_of(client.get("/only-get/")), policy_of(client.get("/api/public/"))
    assert page["form-action"] == {"'self'", "https://accounts.example"}
    assert page["connect-src"] == {"'self'", "wss://live.example"}
    assert page["script-src"] == {"'self'", "'sha256-abc='"}
    assert "form-action" not in answer


def report(client, body, **kwargs):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post("/csp-report/", data, content_type="application/csp-report", **kwargs)


def test_a_violation_is_logged_without_the_queries_of_addresses(client, caplog):
    violation = {
        "document-uri": "http://testserver/tracks/?token=hunter2",
        "blocked-uri": "https://evil.example/x.js?who=me",
        "effective-directive": "script-src",
        "line-number": 7,
        "script-sample": "alert('a secret')",
    }
    assert report(client, {"csp-report": violation}).status_code == 204
    [record] = [each for each in caplog.records if each.name == "core.security"]
    said = record.msg
    assert said["document_uri"] == "http://testserver/tracks/"
    assert said["blocked_uri"] == "https://evil.example/x.js"
    assert said["effective_directive"] == "script-src"
    assert "secret" not in str(said)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"csp-report": 1}', b"\xff", b'{"a":"' + b"x" * 20_000]
)
def test_what_is_no_report_is_refused(client, body):
    assert report(client, body).status_code == 400


def test_reports_are_throttled_and_only_sent_in(client, settings):
    settings.THROTTLES = settings.THROTTLES | {"reports": {"address": "2/minute"}}
    answers = [report(client, {"csp-report": {"blocked-uri": "x"}}).status_code for _ in range(3)]
    assert answers == [204, 204, 429]
    assert client.get("/csp-report/").status_code == 405


def cross_origin(
    client, method="get", origin="https://app.example", path="/api/public/", **headers
):
    return getattr(client, method)(path, headers={"Origin": origin, **headers})


def test_only_listed_origins_may_call_with_credentials(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    allowed = cross_origin(client)
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example"
    assert allowed["Access-Control-Allow-Credentials"] == "true"
    exposed = {each.strip() for each in allowed["Access-Control-Expose-Headers"].split(",")}
    assert {"X-Request-ID", "X-RateLimit-Remaining", "ETag", "Retry-After"} <= exposed
    assert "Access-Control-Allow-Origin" not in cross_origin(client, origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in cross_origin(client, path="/only-get/")


def test_a_preflight_allows_what_clients_need_to_send(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, idempotency-key, prefer, if-none-match",
    }
    answer = cross_origin(client, "options", **asked)
    assert answer.status_code == 200
    allowed = {each.strip() for each in answer["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "idempotency-key", "prefer", "if-none-match"} <= allowed


def test_errors_can_be_read_across_origins_too(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    for path in ("/api/own/", "/api/nothing/", "/api/raise/fault/"):
        answer = cross_origin(client, path=path)
        assert answer["Access-Control-Allow-Origin"] == "https://app.example"


def test_long_answers_are_compressed_and_their_length_tells_nothing(client):
    lengths = set()
    for _ in range(10):
        answer = client.get("/api/raw/", headers={"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        lengths.add(len(answer.content))
    assert len(lengths) > 1
