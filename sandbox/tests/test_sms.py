"""The gateway for text messages."""

import pytest

from sandbox.tests.conftest import text_message


def test_a_text_is_taken_and_stands_in_the_inbox_with_its_code(sandbox_server, gateway, browse):
    answer = gateway.post("/messages", json=text_message())
    assert answer.status_code == 201
    assert answer.json()["status"] == "queued"
    (message,) = sandbox_server.messages(to="+919812345678", kind="sms")
    assert message["codes"] == ["739201"]
    assert message["from"] == "ApraNova"
    page = browse.get(f"/inbox/{message['id']}").text
    assert "Your code is 739201." in page
    assert 'data-copy="739201"' in page


def test_what_became_of_a_text_can_be_asked(gateway):
    number = gateway.post("/messages", json=text_message()).json()["id"]
    assert gateway.get(f"/messages/{number}").json()["status"] == "delivered"
    assert gateway.get("/messages/SMnone").status_code == 404


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Basic sandbox-sms-key"])
def test_without_the_right_key_nothing_is_sent(sandbox_server, gateway, key):
    answer = gateway.post("/messages", json=text_message(), headers={"Authorization": key})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 401
    assert sandbox_server.messages() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "0151 123"},
        {"to": None},
        {"from": ""},
        {"from": "A name that is too long"},
        {"text": ""},
        {"text": "x" * 1_601},
        {"status_callback": 7},
        {"status_callback": "http://example.com/hook"},
    ],
)
def test_a_text_that_makes_no_sense_is_refused_with_a_reason(sandbox_server, gateway, wrong):
    answer = gateway.post("/messages", json=text_message(**wrong))
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert sandbox_server.messages() == []


def test_errors_of_the_frame_have_the_shape_of_the_service(gateway):
    assert gateway.get("/nowhere").json() == {"error": {"code": 404, "message": "Not Found"}}
    assert gateway.put("/messages").json()["error"]["code"] == 405
    assert gateway.post("/messages", content=b"{").json()["error"]["code"] == 400
