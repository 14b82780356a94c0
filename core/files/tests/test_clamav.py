"""Files are shown to ClamAV's daemon before anybody may open them."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.core.files.base import ContentFile

from core.clock import now
from core.errors import Unavailable
from core.files import clamav
from core.files.actions import store_file
from core.files.errors import FileRefused
from core.files.models import StoredFile
from core.registries import Registry

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

pytestmark = pytest.mark.django_db


class Daemon:
    """Speaks as clamd does: finds the test virus, and what it is told to say instead."""

    def __init__(self, listening: socket.socket) -> None:
        self.heard: list[bytes] = []
        self.says = b""
        self._listening = listening
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _address = self._listening.accept()
            except OSError:
                return
            with caller:
                self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        assert self._take(caller, len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self._take(caller, 4))[0]:
            content += self._take(caller, length)
        self.heard.append(content)
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        caller.sendall((self.says or found) + b"\0")

    @staticmethod
    def _take(caller: socket.socket, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            taken += caller.recv(count - len(taken))
        return taken


@pytest.fixture(params=["tcp", "unix"])
def daemon(request, settings, monkeypatch, tmp_path_factory) -> Iterator[Daemon]:
    if request.param == "tcp":
        listening = socket.create_server(("127.0.0.1", 0))
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{listening.getsockname()[1]}"
    else:
        place = tmp_path_factory.mktemp("c") / "clamd"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(place))
        listening.listen()
        settings.CLAMAV_ADDRESS = f"unix:{place}"
    scanners = Registry("scanners of files")
    scanners.register("clamav", clamav.scan)
    monkeypatch.setattr("core.files.actions.file_scanners", scanners)
    with closing(listening):
        yield Daemon(listening)


def hand_in(student, content: bytes) -> StoredFile:
    file = ContentFile(content, name="essay.txt")
    return store_file(content=file, name="essay.txt", purpose="essay", owner=student, at=now())


def test_what_is_clean_is_taken_and_was_shown_whole(daemon, student):
    content = b"My essay. " * 150

    file = hand_in(student, content)

    assert daemon.heard == [content]
    assert file.size == len(content)


def test_what_it_finds_is_not_taken(daemon, student):
    with pytest.raises(FileRefused, match="malware"):
        hand_in(student, b"Hello.\n" + EICAR)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: odd"])
def test_an_answer_that_is_no_yes_is_no_yes(daemon, student, said):
    daemon.says = said or b"?"
    with pytest.raises(Unavailable):
        hand_in(student, b"My essay.")
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere/clamd", "nonsense", ":x"])
def test_while_it_is_away_nothing_is_taken(daemon, student, settings, address):
    settings.CLAMAV_ADDRESS = address
    with pytest.raises(Unavailable):
        hand_in(student, b"My essay.")
    assert not StoredFile.objects.exists()
