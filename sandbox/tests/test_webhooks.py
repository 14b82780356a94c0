"""Outgoing webhooks and their faults, seen by a real receiver."""

import hashlib
import hmac
import json
import time

import pytest

from sandbox.services.sms import WEBHOOK_SECRET
from sandbox.tests.conftest import text_message
from sandbox.webhooks import ForeignAddressError, refuse_other_machines


@pytest.fixture
def send_text(gateway, receiver):
    """Sends a text whose delivery is told to the receiver; gives the id of the text."""

    def send_text() -> str:
        message = text_message(status_callback=receiver.url)
        return gateway.post("/messages", json=message).json()["id"]

    return send_text


def ids(bodies):
    return [json.loads(body)["id"] for body in bodies]


def newest(sandbox_server, is_so):
    """The newest webhook that is so, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for webhook in sandbox_server.webhooks():
            if is_so(webhook):
                return webhook
        time.sleep(0.02)
    raise AssertionError(f"none is so: {sandbox_server.webhooks()}")


def settled(sandbox_server, state):
    return newest(sandbox_server, lambda webhook: webhook["state"] == state)


def attempted(sandbox_server):
    return newest(sandbox_server, lambda webhook: webhook["attempts"])


def is_signed(headers, body):
    time_part, digest_part = headers["X-Sms-Signature"].split(",")
    signed = f"{time_part.removeprefix('t=')}.".encode() + body
    digest = hmac.new(WEBHOOK_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    return digest_part == f"v1={digest}"


def test_a_webhook_is_delivered_signed_and_logged(sandbox_server, send_text, receiver):
    number = send_text()
    (body,) = receiver.wait_for(1)
    assert ids([body]) == [number]
    assert is_signed(receiver.headers[0], body)
    webhook = settled(sandbox_server, "delivered")
    assert (webhook["service"], webhook["event"]) == ("sms", "message.delivered")
    assert (webhook["url"], webhook["status"]) == (receiver.url, 200)
    assert len(webhook["attempts"]) == 1


def test_webhooks_come_in_the_order_of_what_happened(send_text, receiver):
    sent = [send_text() for _ in range(10)]
    assert ids(receiver.wait_for(10)) == sent


def test_a_lost_webhook_never_comes_but_can_be_sent_again(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "lost", count=1)
    lost, came = send_text(), send_text()
    assert ids(receiver.wait_for(1)) == [came]
    webhook = settled(sandbox_server, "lost")
    assert webhook["attempts"] == []
    sandbox_server.redeliver(webhook["id"])
    assert ids(receiver.wait_for(2)) == [came, lost]


def test_a_duplicate_comes_twice_with_the_same_body(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "duplicate", count=1)
    number = send_text()
    bodies = receiver.wait_for(2)
    assert ids(bodies) == [number, number]
    webhook = settled(sandbox_server, "delivered")
    assert len(webhook["attempts"]) == 2


def test_out_of_order_swaps_each_with_the_next(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "out_of_order")
    first = send_text()
    settled(sandbox_server, "held")
    second = send_text()
    assert ids(receiver.wait_for(2)) == [second, first]
    third = send_text()
    settled(sandbox_server, "held")
    fourth, fifth = send_text(), send_text()
    assert ids(receiver.wait_for(4))[2:] == [fourth, third]
    settled(sandbox_server, "held")
    assert fifth not in ids(receiver.bodies)


def test_a_held_webhook_goes_when_faults_are_cleared(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "out_of_order")
    number = send_text()
    settled(sandbox_server, "held")
    sandbox_server.clear_faults()
    assert ids(receiver.wait_for(1)) == [number]


def test_a_delayed_webhook_lets_the_next_one_pass(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "delayed", count=1, seconds=1)
    late, prompt = send_text(), send_text()
    assert ids(receiver.wait_for(2)) == [prompt, late]


def test_a_wrong_signature_has_the_right_form_and_proves_nothing(
    sandbox_server, send_text, receiver
):
    sandbox_server.play("sms", "wrong_signature", count=1)
    send_text()
    send_text()
    bodies = receiver.wait_for(2)
    proofs = [is_signed(*pair) for pair in zip(receiver.headers, bodies, strict=True)]
    assert proofs == [False, True]


def test_a_fault_aimed_at_another_event_changes_nothing(sandbox_server, send_text, receiver):
    sandbox_server.play("sms", "lost", path="message.failed")
    send_text()
    receiver.wait_for(1)


def test_a_failed_delivery_waits_for_its_next_try(sandbox_server, send_text, receiver):
    receiver.status = 503
    send_text()
    receiver.wait_for(1)
    webhook = attempted(sandbox_server)
    assert (webhook["state"], webhook["status"]) == ("queued", 503)
    receiver.status = 200
    sandbox_server.redeliver(webhook["id"])
    receiver.wait_for(2)
    assert len(settled(sandbox_server, "delivered")["attempts"]) == 2


def test_a_receiver_that_is_not_there_is_told_in_the_log(sandbox_server, gateway, receiver):
    receiver.close()
    gateway.post("/messages", json=text_message(status_callback=receiver.url))
    (attempt,) = attempted(sandbox_server)["attempts"]
    assert attempt["status"] is None
    assert "ConnectError" in attempt["error"]


def test_a_webhook_is_sent_again_from_its_page(sandbox_server, browse, send_text, receiver):
    send_text()
    receiver.wait_for(1)
    webhook = settled(sandbox_server, "delivered")
    assert "message.delivered" in browse.get("/webhooks").text
    answer = browse.post(f"/webhooks/{webhook['id']}/redeliver")
    assert answer.headers["location"] == f"/webhooks/{webhook['id']}"
    receiver.wait_for(2)
    page = browse.get(f"/webhooks/{webhook['id']}").text
    assert "X-Sms-Signature" in page
    assert WEBHOOK_SECRET not in page


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://example.com#@127.0.0.1/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433.example/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "",
        "http://[",
    ],
)
def test_no_other_machine_is_ever_called(url):
    with pytest.raises(ForeignAddressError):
        refuse_other_machines(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/x", "http://localhost:8000/x", "http://[::1]:8000/x"]
)
def test_this_machine_may_be_called(url):
    refuse_other_machines(url)


def test_a_redirect_to_elsewhere_is_not_followed(sandbox_server, send_text, receiver):
    receiver.status = 302
    send_text()
    receiver.wait_for(1)
    webhook = attempted(sandbox_server)
    assert webhook["status"] == 302
