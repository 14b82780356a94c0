"""Whatever goes wrong below /api/, and in whichever layer, it has one shape."""

import json

import pytest
from django.test import Client

from core.tests.sample_api import SECRET

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]


@pytest.fixture
def api_client():
    return Client(raise_request_exception=False)


def error_of(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"status", "error"}
    assert body["status"] == "error"
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["code"] == code
    assert body["error"]["message"]
    assert SECRET not in response.content.decode()
    assert response["X-Request-ID"]
    assert int(response["X-RateLimit-Limit"]) > 0
    assert int(response["X-RateLimit-Remaining"]) >= 0
    assert int(response["X-RateLimit-Reset"]) > 0
    return body["error"]


def post(client, path, body, **headers):
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(path, data, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("drf-denied", 403, "PERMISSION_DENIED"),
        ("drf-validation-list", 400, "VALIDATION_ERROR"),
        ("drf-busy", 429, "THROTTLED"),
        ("django-missing", 404, "NOT_FOUND"),
        ("django-denied", 403, "PERMISSION_DENIED"),
        ("django-suspicious", 400, "VALIDATION_ERROR"),
        ("django-validation", 400, "VALIDATION_ERROR"),
        ("too-big", 413, "PAYLOAD_TOO_LARGE"),
        ("domain", 409, "CONFLICT"),
        ("domain-locked", 423, "LOCKED"),
        ("domain-not-signed-in", 401, "NOT_AUTHENTICATED"),
        ("domain-throttled", 429, "THROTTLED"),
        ("domain-away", 503, "UNAVAILABLE"),
        ("database-away", 503, "UNAVAILABLE"),
        ("connection-lost", 503, "UNAVAILABLE"),
        ("cache-away", 503, "UNAVAILABLE"),
        ("disk-full", 503, "UNAVAILABLE"),
        ("fault", 500, "SERVER_ERROR"),
    ],
)
def test_whatever_a_view_raises_has_the_one_shape(api_client, name, status, code):
    error_of(api_client.get(f"/api/raise/{name}/"), status, code)


def test_a_server_error_says_nothing_but_the_request_id(api_client):
    response = api_client.get("/api/raise/fault/", headers={"X-Request-ID": "call-7"})
    assert error_of(response, 500, "SERVER_ERROR")["details"] == {"request_id": "call-7"}
    assert response["X-Request-ID"] == "call-7"


def test_a_domain_error_shows_its_own_words_and_facts(api_client):
    error = error_of(api_client.get("/api/raise/domain/"), 409, "CONFLICT")
    assert error["message"] == "It has moved on."
    assert error["details"] == {"submission": 7}


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("domain-throttled", "30"), ("drf-busy", "7"), ("database-away", "5"), ("domain-away", "5")],
)
def test_what_passes_by_itself_says_when_to_come_again(api_client, name, seconds):
    assert api_client.get(f"/api/raise/{name}/")["Retry-After"] == seconds


def test_a_missing_object_does_not_tell_what_was_looked_for(api_client):
    error = error_of(api_client.get("/api/raise/django-missing/"), 404, "NOT_FOUND")
    assert "User" not in error["message"]


def test_nested_and_listed_field_errors_come_flat(api_client):
    body = {
        "email": "nobody",
        "answers": [{"question": 1, "text": "short"}, {"question": "x", "text": "too long"}],
        "tags": [1, "two"],
    }
    details = error_of(post(api_client, "/api/sheets/", body), 400, "VALIDATION_ERROR")["details"]
    assert set(details) == {"email", "answers.1.question", "answers.1.text", "tags.1"}
    assert all(isinstance(message, str) for each in details.values() for message in each)


def test_an_error_of_the_whole_is_the_message(api_client):
    body = {"email": "no@example.test", "answers": []}
    error = error_of(post(api_client, "/api/sheets/", body), 400, "VALIDATION_ERROR")
    assert error["message"] == "These do not go together."
    assert error["details"] == {"non_field_errors": ["These do not go together."]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"{'a': 1}",
        b'{"a": NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 10_000,
        b"[]",
        b'"text"',
        b"null",
    ],
)
def test_a_body_that_is_not_the_json_asked_for_is_refused(api_client, body):
    error_of(post(api_client, "/api/sheets/", body), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"NaN", b"-Infinity"])
def test_numbers_without_an_end_are_no_json(api_client, number):
    body = b'{"email": "a@example.test", "answers": [], "more": %s}' % number
    error = error_of(post(api_client, "/api/sheets/", body), 400, "VALIDATION_ERROR")
    assert number.decode() in error["message"]


def test_a_refusal_can_quote_half_of_a_character(api_client):
    body = rb'{"email": "a@example.test", "answers": [], "level": "\ud800"}'
    error = error_of(post(api_client, "/api/sheets/", body), 400, "VALIDATION_ERROR")
    assert "\ud800" in error["details"]["level"][0]


def test_malformed_json_is_told_where(api_client):
    error = error_of(post(api_client, "/api/sheets/", b'{"a": }'), 400, "VALIDATION_ERROR")
    assert "line 1 column 7" in error["message"]


def test_a_body_that_is_too_large_is_refused_unread(api_client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = {"email": "a@example.test", "answers": [], "more": "x" * 1000}
    error_of(post(api_client, "/api/sheets/", body), 413, "PAYLOAD_TOO_LARGE")


def test_a_body_of_unknown_length_is_refused_instead_of_lost(api_client):
    sent = api_client.generic("POST", "/api/sheets/", headers={"Transfer-Encoding": "chunked"})
    error = error_of(sent, 411, "VALIDATION_ERROR")
    assert "Content-Length" in error["message"]


def test_another_media_type_is_refused(api_client):
    response = api_client.post("/api/sheets/", "a=b", content_type="text/plain")
    error_of(response, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_an_answer_in_another_form_cannot_be_had(api_client):
    response = api_client.get("/api/public/", headers={"Accept": "application/xml"})
    error_of(response, 406, "NOT_ACCEPTABLE")


def test_a_parameter_called_format_changes_nothing(api_client):
    assert api_client.get("/api/public/?format=xml").status_code == 200


def test_a_method_that_is_not_there_is_named_with_those_that_are(api_client):
    response = api_client.delete("/api/public/")
    error_of(response, 405, "METHOD_NOT_ALLOWED")
    assert "GET" in response["Allow"]


def test_a_plain_view_below_api_refuses_in_the_same_shape(api_client):
    response = api_client.post("/api/raw/")
    error_of(response, 405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_djangos_own_csrf_check_refuses_in_the_same_shape():
    strict = Client(enforce_csrf_checks=True)
    error_of(strict.post("/api/raw/"), 403, "PERMISSION_DENIED")


def test_an_unknown_address_is_not_found(api_client):
    error_of(api_client.get("/api/nothing/here/"), 404, "NOT_FOUND")
    error_of(api_client.get("/api/v1/nothing/here/"), 404, "NOT_FOUND")


def test_a_write_to_an_address_without_its_slash_is_told_so_and_not_sent_elsewhere(api_client):
    error = error_of(post(api_client, "/api/sheets", {}), 404, "NOT_FOUND")
    assert "slash" in error["message"]


def test_a_read_of_an_address_without_its_slash_is_sent_there(api_client):
    response = api_client.get("/api/public")
    assert response.status_code == 301
    assert response["Location"] == "/api/public/"


def test_a_text_that_no_database_takes_is_no_server_error(api_client):
    assert api_client.get("/api/people/?search=%00").status_code in {200, 400}
    error_of(api_client.get("/api/people/?role=%00"), 400, "VALIDATION_ERROR")
    error_of(api_client.get("/api/raise/%00/"), 404, "NOT_FOUND")


def test_a_host_that_is_not_ours_is_refused(api_client):
    response = api_client.get("/api/public/", headers={"Host": "evil.example"})
    error_of(response, 400, "VALIDATION_ERROR")
    assert "evil" not in response.content.decode()


def test_nobody_signed_in_gets_401_with_a_way_in(api_client):
    response = api_client.get("/api/own/")
    error_of(response, 401, "NOT_AUTHENTICATED")
    assert response["WWW-Authenticate"]


def test_somebody_without_the_role_gets_403(client_of, student):
    error_of(client_of(student).get("/api/staff/"), 403, "PERMISSION_DENIED")


def test_a_session_without_its_csrf_token_gets_403_and_is_told_what_to_do(client_of, student):
    client = client_of(student)
    client.handler.enforce_csrf_checks = True
    error = error_of(post(client, "/api/own/", {}), 403, "PERMISSION_DENIED")
    assert "X-CSRFToken" in error["message"]


def test_the_first_version_answers_alike(api_client):
    assert api_client.get("/api/v1/public/").json() == {"open": True}
    error_of(api_client.get("/api/v1/own/"), 401, "NOT_AUTHENTICATED")
