"""The log of calls."""

from datetime import UTC, datetime

import pytest

from sandbox.calls import BODY_KEPT_BYTES, CallLog
from sandbox.changes import Changes
from sandbox.masking import mask_body, mask_header, mask_path
from sandbox.services.sms import KEY
from sandbox.tests.conftest import mail, text_message

AT = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_call_is_logged_with_both_sides(sandbox_server, gateway):
    gateway.post("/messages?dry=0", json=text_message())
    (call,) = sandbox_server.calls()
    assert (call["service"], call["method"], call["path"]) == ("sms", "POST", "/sms/messages?dry=0")
    assert (call["status"], call["fault"]) == (201, None)
    assert call["duration_ms"] >= 0
    assert '"text":"Your code is 739201."' in call["request"]["body"]
    assert '"status":"queued"' in call["answer"]["body"]
    assert ["content-type", "application/json"] in call["answer"]["headers"]


def test_keys_are_masked_in_the_log_on_the_page_and_in_the_file(sandbox_server, gateway, browse):
    secrets = {"password": "hush-1", "nested": {"client_secret": "hush-2"}, "apiKey": "hush-3"}
    gateway.post("/messages?access_token=hush-4", json=text_message(**secrets))
    gateway.post("/messages", content=b"grant=code&refresh_token=hush-5&x=1")
    (form, call) = sandbox_server.calls()
    assert ["authorization", "Bearer ••••"] in call["request"]["headers"]
    assert call["path"] == "/sms/messages?access_token=••••"
    assert form["request"]["body"] == "grant=code&refresh_token=••••&x=1"
    shown = browse.get(f"/calls/{call['id']}").text + browse.get("/calls").text
    stored = b"".join(path.read_bytes() for path in sandbox_server.data_dir.iterdir())
    for secret in ("hush-", KEY):
        assert secret not in shown
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        ('{"password": "a\\"b", "x": 1}', '{"password": "••••", "x": 1}'),
        ('{"passcode": 123456}', '{"passcode": "••••"}'),
        ('{"access_token": "cut off he', '{"access_token": "••••"'),
        ('{"max_tokens": 5, "totalTokenCount": 7}', '{"max_tokens": 5, "totalTokenCount": 7}'),
        ('{"url": "http://h/?token=abc", "y": 2}', '{"url": "http://h/?token=••••", "y": 2}'),
        ("user=a&password1=b", "user=a&password1=••••"),
        ('name="new_password"\r\n\r\nhush\r\n--b', 'name="new_password"\r\n\r\n••••\r\n--b'),
    ],
)
def test_secrets_in_bodies_are_masked(body, masked):
    assert mask_body(body) == masked


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer abc", "Bearer ••••"),
        ("authorization", "abc", "••••"),
        ("Cookie", "sessionid=abc; other=x y", "••••"),
        ("X-Goog-Api-Key", "abc", "••••"),
        ("X-Gitlab-Token", "abc", "••••"),
        ("Idempotency-Key", "abc", "abc"),
        ("Stripe-Signature", "t=1,v1=abc", "t=1,v1=abc"),
    ],
)
def test_secrets_in_headers_are_masked(name, value, masked):
    assert mask_header(name, value) == masked


def test_a_key_in_an_address_is_masked():
    assert mask_path("/v1/models?key=abc&x=1") == "/v1/models?key=••••&x=1"


def test_a_long_body_is_cut_but_counted(sandbox_server, gateway, browse):
    gateway.post("/messages", json=text_message(text="x" * BODY_KEPT_BYTES))
    (call,) = sandbox_server.calls()
    assert len(call["request"]["body"]) == BODY_KEPT_BYTES
    assert call["request"]["size"] > BODY_KEPT_BYTES
    assert "Only its beginning was kept." in browse.get(f"/calls/{call['id']}").text


def test_bytes_that_are_no_text_are_named_only(sandbox_server, gateway):
    gateway.post("/messages", content=b"\x00\xff", headers={"Content-Type": "image/png"})
    assert sandbox_server.calls()[0]["request"]["body"] == "(image/png)"


def test_a_body_beyond_all_measure_is_refused(sandbox_server, gateway):
    answer = gateway.post("/messages", content=(b"x" * 1_048_576 for _ in range(33)))
    assert answer.status_code == 413
    assert sandbox_server.calls()[0]["status"] == 413


def test_only_the_newest_calls_are_kept(database):
    calls = CallLog(database, Changes(), kept=3)
    for number in range(5):
        calls.add(at=AT, service="sms", method="GET", path=f"/{number}", status=200)
    assert [call.path for call in calls.newest()] == ["/4", "/3", "/2"]


def test_the_page_shows_the_newest_first_and_the_rest_behind_older(sandbox_server, browse, gateway):
    for number in range(60):
        gateway.get(f"/messages/{number}")
    first = browse.get("/calls").text
    assert "/sms/messages/59" in first
    assert "/sms/messages/9<" not in first
    before = sandbox_server.calls()[49]["id"]
    assert f"before={before}" in first
    assert "/sms/messages/9<" in browse.get("/calls", params={"before": before}).text


def test_calls_are_shown_by_service_and_cleared(sandbox_server, gateway, send, browse):
    gateway.get("/messages/1")
    send(mail())
    assert [call["service"] for call in sandbox_server.calls(service="smtp")] == ["smtp"]
    assert "student@demo.test" not in browse.get("/calls", params={"service": "sms"}).text
    browse.delete("/_sandbox/calls", params={"service": "sms"})
    assert [call["service"] for call in sandbox_server.calls()] == ["smtp"]
    browse.post("/calls/clear")
    assert sandbox_server.calls() == []
    assert len(sandbox_server.mails()) == 1
