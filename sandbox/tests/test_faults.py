"""Each fault, as the platform meets it."""

import smtplib
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from sandbox.tests.conftest import mail, text_message

# Connecting may take its time on a busy machine; only the answer is not waited for.
IMPATIENT = httpx.Timeout(20, read=0.2)


def statuses(gateway, count):
    return [gateway.post("/messages", json=text_message()).status_code for _ in range(count)]


def test_a_fault_is_played_as_often_as_asked_and_then_gone(sandbox_server, gateway):
    sandbox_server.play("sms", "500", count=2)
    assert statuses(gateway, 3) == [500, 500, 201]
    assert sandbox_server.faults() == []
    assert [call["fault"] for call in sandbox_server.calls()] == [None, "500", "500"]


def test_a_fault_without_a_count_lasts_until_it_is_cleared(sandbox_server, gateway):
    sandbox_server.play("sms", "500")
    assert statuses(gateway, 3) == [500, 500, 500]
    assert sandbox_server.faults()[0]["played"] == 3
    sandbox_server.clear_faults()
    assert statuses(gateway, 1) == [201]


def test_a_fault_for_some_paths_leaves_the_others_alone(sandbox_server, gateway):
    sandbox_server.play("sms", "500", path="/messages/*")
    assert gateway.get("/messages/1").status_code == 500
    assert statuses(gateway, 1) == [201]


def test_a_fault_of_one_service_leaves_the_others_alone(sandbox_server, gateway, send):
    sandbox_server.play("sms", "500")
    send(mail())
    assert len(sandbox_server.mails()) == 1


def test_a_refused_call_does_nothing_and_answers_in_the_shape_of_the_service(
    sandbox_server, gateway
):
    sandbox_server.play("sms", "500", count=1)
    answer = gateway.post("/messages", json=text_message())
    assert answer.json() == {"error": {"code": 500, "message": "Something went wrong on our side."}}
    assert sandbox_server.messages() == []


@pytest.mark.parametrize(("retry_after", "header"), [(None, None), (30, "30"), (0, "0")])
def test_429_comes_with_or_without_retry_after(sandbox_server, gateway, retry_after, header):
    sandbox_server.play("sms", "429", count=1, retry_after=retry_after)
    answer = gateway.post("/messages", json=text_message())
    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == header


def test_slow_outlasts_an_impatient_client_and_still_does_the_work(sandbox_server, gateway):
    sandbox_server.play("sms", "slow", count=1, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        gateway.post("/messages", json=text_message(), timeout=IMPATIENT)
    # The client has gone, which ends the wait but not the work.
    assert len(sandbox_server.messages(to="+919812345678", wait=10)) == 1


def test_slow_holds_the_answer_back_that_long(sandbox_server, gateway):
    sandbox_server.play("sms", "slow", count=1, seconds=0.2)
    assert statuses(gateway, 1) == [201]
    assert sandbox_server.calls()[0]["duration_ms"] >= 200


def test_a_broken_body_is_cut_though_the_work_is_done(sandbox_server, gateway):
    sandbox_server.play("sms", "broken_body", count=1)
    answer = gateway.post("/messages", json=text_message())
    assert answer.status_code == 201
    assert answer.headers["content-length"] == str(len(answer.content))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert len(sandbox_server.messages()) == 1


def test_a_dropped_connection_gives_no_answer(sandbox_server, gateway):
    sandbox_server.play("sms", "dropped", count=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        gateway.post("/messages", json=text_message())
    assert sandbox_server.calls()[0]["status"] is None
    assert statuses(gateway, 1) == [201]


def test_a_time_out_never_answers_and_holds_up_nobody_else(sandbox_server, gateway):
    sandbox_server.play("sms", "timeout", count=1, seconds=60)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(gateway.post, "/messages", json=text_message(), timeout=IMPATIENT)
        wait_until_logged(sandbox_server)
        assert statuses(gateway, 1) == [201]
        assert isinstance(hanging.exception(), httpx.ReadTimeout)
    assert sandbox_server.calls()[1]["fault"] == "timeout"


def wait_until_logged(sandbox_server):
    deadline = time.monotonic() + 60
    while not sandbox_server.calls():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_time_out_ends_the_connection_when_it_is_over(sandbox_server, gateway):
    sandbox_server.play("sms", "timeout", count=1, seconds=0.1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        gateway.post("/messages", json=text_message())


def test_421_hangs_up_on_whoever_connects(sandbox_server, send):
    sandbox_server.play("smtp", "421", count=1)
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        send(mail())
    assert refusal.value.smtp_code == 421
    send(mail())
    assert len(sandbox_server.mails()) == 1


@pytest.mark.parametrize("kind", ["451", "550"])
def test_a_whole_mail_is_refused_for_now_or_for_good(sandbox_server, send, kind):
    sandbox_server.play("smtp", kind, count=1)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(mail())
    assert refusal.value.smtp_code == int(kind)
    assert sandbox_server.mails() == []
    send(mail())
    assert len(sandbox_server.mails()) == 1


def test_a_refusal_aimed_at_one_recipient_lets_the_others_have_the_mail(sandbox_server, send):
    sandbox_server.play("smtp", "550", path="gone@*")
    send(mail(to="Gone@demo.test, student@demo.test"))
    assert sandbox_server.messages()[0]["to"] == ["student@demo.test"]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(mail(to="gone@demo.test"))


def test_a_slow_mail_server_takes_the_mail_in_the_end(sandbox_server, send):
    sandbox_server.play("smtp", "slow", count=1, seconds=0.2)
    send(mail())
    assert sandbox_server.calls()[0]["duration_ms"] >= 200
    assert len(sandbox_server.mails()) == 1


def test_a_connection_dropped_in_data_keeps_no_mail(sandbox_server, send):
    sandbox_server.play("smtp", "drop_in_data", count=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mail())
    assert sandbox_server.mails() == []
    send(mail())
    assert len(sandbox_server.mails()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"service": "nobody", "kind": "500"},
        {"service": "sms", "kind": "451"},
        {"service": "sms", "kind": "500", "count": 0},
        {"service": "sms", "kind": "500", "count": "many"},
        {"service": "sms", "kind": "slow", "seconds": 10_000},
        {"service": "sms", "kind": "slow", "seconds": "nan"},
        {"service": "smtp", "kind": "421", "path": "a@*"},
        {"service": "sms", "kind": "500", "path": "x" * 201},
        [],
    ],
)
def test_a_fault_that_cannot_be_played_is_refused_with_a_reason(sandbox_server, browse, wrong):
    answer = browse.post("/_sandbox/faults", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox_server.faults() == []


def test_a_fault_is_played_and_cleared_at_a_click(sandbox_server, browse, gateway):
    form = {"service": "sms", "kind": "429", "count": "3", "seconds": "", "retry_after": "7"}
    answer = browse.post("/faults/play", data=form)
    assert answer.headers["location"] == "/faults?service=sms"
    (fault,) = sandbox_server.faults()
    assert (fault["kind"], fault["left"], fault["retry_after"]) == ("429", 3, 7)
    assert "3 more times" in browse.get("/faults").text
    browse.post(f"/faults/{fault['id']}/clear", data={"service": "sms"})
    assert sandbox_server.faults() == []


@pytest.mark.parametrize(
    ("service", "left"), [("sms", ["451"]), ("smtp", ["500"]), ("nobody", ["500", "451"])]
)
def test_the_faults_of_one_service_are_cleared_alone(sandbox_server, browse, service, left):
    sandbox_server.play("sms", "500")
    sandbox_server.play("smtp", "451")
    browse.delete("/_sandbox/faults", params={"service": service}).raise_for_status()
    kinds = [fault["kind"] for fault in sandbox_server.faults()]
    assert kinds == left


def test_a_form_that_makes_no_sense_comes_back_with_its_values(sandbox_server, browse):
    form = {"service": "sms", "kind": "slow", "seconds": "-5", "path": "/messages*"}
    answer = browse.post("/faults/play", data=form)
    assert answer.status_code == 400
    assert "must be a number from 0 to 600" in answer.text
    assert 'value="/messages*"' in answer.text
