"""Starting, stopping, starting again."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.changes import Changes
from sandbox.database import open_database
from sandbox.inbox import Inbox
from sandbox.records import Records
from sandbox.services.sms import KEY
from sandbox.testing import ROOT, SandboxServer
from sandbox.tests.conftest import mail, text_message

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def own_server(tmp_path):
    """One that a test may stop and kill."""
    server = SandboxServer(tmp_path)
    server.start()
    yield server
    server.stop()


def run_sandbox(*arguments):
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def send_text(server, **changes):
    headers = {"Authorization": f"Bearer {KEY}"}
    return httpx.post(
        f"{server.url}/sms/messages",
        json=text_message(**changes),
        headers=headers,
        trust_env=False,
    )


@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_a_restart_keeps_messages_calls_and_what_waits_to_be_sent(own_server, receiver, way):
    own_server.play("sms", "delayed", count=1, seconds=0.5)
    number = send_text(own_server, status_callback=receiver.url).json()["id"]
    if way == "killed":
        own_server.kill()
    else:
        own_server.stop()
    own_server.start()
    assert own_server.messages()[0]["codes"] == ["739201"]
    assert own_server.calls()[0]["path"] == "/sms/messages"
    assert number.encode() in receiver.wait_for(1)[0]
    assert own_server.faults() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_though_somebody_waits(own_server, number):
    own_server.play("sms", "timeout")
    waiting = [
        _ask_and_wait(own_server, b"GET /_sandbox/mails?wait=20"),
        _ask_and_wait(own_server, b"GET /sms/messages/1"),
    ]
    own_server.calls()  # answered after those two were taken up
    assert own_server.stop(number) == 0
    for connection in waiting:
        connection.recv(1_024)
        connection.close()
    log = own_server.log_file.read_text()
    assert log.endswith("stopped\n")
    assert "Traceback" not in log
    assert not (own_server.data_dir / "address.json").exists()


def _ask_and_wait(server, line):
    connection = socket.create_connection(("127.0.0.1", _port(server)), timeout=60)
    connection.sendall(line + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return connection


def _port(server):
    return int(server.url.rsplit(":", 1)[1])


@pytest.mark.parametrize("option", ["--port", "--smtp-port"])
def test_a_taken_port_is_named_in_one_sentence(tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = "--smtp-port" if option == "--port" else "--port"
        arguments = [option, str(port), other, "0", "--data-dir", str(tmp_path)]
        ended = run_sandbox(*arguments)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 cannot be had" in ended.stderr
    assert option in ended.stderr


def test_a_file_that_is_no_database_is_named_in_one_sentence(tmp_path):
    (tmp_path / "sandbox.sqlite3").write_text("not a database, by any means " * 100)
    ended = run_sandbox("--port", "0", "--smtp-port", "0", "--data-dir", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "delete it" in ended.stderr


def test_a_file_of_an_older_version_is_made_anew(tmp_path):
    path = tmp_path / "sandbox.sqlite3"
    old = sqlite3.connect(path)
    old.executescript("CREATE TABLE calls (id INTEGER); CREATE TABLE gone (id INTEGER);")
    old.close()
    with contextlib.closing(open_database(path)) as database:
        inbox = Inbox(database, Changes())
        inbox.add_sms("x", sender="a", recipient="b", at=AT)
        assert inbox.count() == 1


def test_it_listens_on_this_machine_only(own_server):
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection((_own_address(), _port(own_server)), timeout=2)


def _own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


@pytest.mark.parametrize("bound", [{"kept": 2}, {"kept_bytes": 1_000}])
def test_the_inbox_keeps_the_newest_in_number_and_in_size(database, bound):
    inbox = Inbox(database, Changes(), **bound)
    for number in range(4):
        letter = mail(subject=str(number), text="x" * 300).as_bytes()
        inbox.add_mail(letter, sender="a@h.test", recipients=["b@h.test"], at=AT)
    assert [message.subject for message in inbox.newest()] == ["3", "2"]


def test_the_newest_mail_is_kept_however_large(database):
    inbox = Inbox(database, Changes(), kept_bytes=10)
    inbox.add_mail(mail().as_bytes(), sender="a@h.test", recipients=["b@h.test"], at=AT)
    assert inbox.count() == 1


def test_records_are_kept_by_service_kind_and_key(database):
    records = Records(database)
    records.put("stripe", "intent", "pi_1", {"amount": 1})
    records.put("stripe", "intent", "pi_2", {"amount": 2})
    records.put("stripe", "intent", "pi_1", {"amount": 3})
    records.put("github", "intent", "pi_1", {"amount": 4})
    assert records.get("stripe", "intent", "pi_1") == {"amount": 3}
    assert records.get("stripe", "customer", "pi_1") is None
    assert records.all("stripe", "intent") == [{"amount": 2}, {"amount": 3}]
