"""When a socket must end: the sign-in is over, the peer is dead, or it asks too much."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.module_loading import import_string

from core import clock
from core.live import consumer
from core.live.codes import Close
from core.live.consumer import LiveConsumer
from core.live.hints import end_live_connections
from core.live.tests.conftest import PATIENCE, deactivate

end = sync_to_async(end_live_connections)


@sync_to_async
def run_out_sessions() -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))


@pytest.fixture
def client_elsewhere(client_of, student) -> Client:
    return client_of(student)


@pytest.fixture
def sign_in_id(student_client, settings) -> str:
    return student_client.session[settings.LIVE_SIGN_IN_SESSION_KEY]


@pytest.fixture
def watchful(monkeypatch) -> None:
    monkeypatch.setattr(LiveConsumer, "seconds_between_looks", 0.05)


@pytest.fixture
def looks(settings, monkeypatch) -> list[str]:
    """Every look at a sign-in."""
    made = []
    is_alive = import_string(settings.LIVE_SIGN_IN_CHECK)

    def counted(sign_in_id: str) -> bool:
        made.append(sign_in_id)
        return is_alive(sign_in_id)

    monkeypatch.setattr(settings.LIVE_SIGN_IN_CHECK, counted)
    return made


async def test_signing_out_everywhere_closes_every_socket_of_that_user_and_no_other(
    platform, student, student_client, trainer_client
):
    async with (
        platform.welcomed(student_client) as one,
        platform.welcomed(student_client) as two,
        platform.welcomed(trainer_client) as other,
    ):
        await end(user_id=student.pk)
        assert await one.is_told_to_go() == Close.SIGN_IN_ENDED
        assert await two.is_told_to_go() == Close.SIGN_IN_ENDED
        await other.hear_nothing_but_answers()


async def test_ending_one_sign_in_leaves_the_others_open(
    platform, student, student_client, client_elsewhere, sign_in_id
):
    async with (
        platform.welcomed(student_client) as here,
        platform.welcomed(client_elsewhere) as there,
    ):
        await end(user_id=student.pk, sign_in_id=sign_in_id)
        assert await here.is_told_to_go() == Close.SIGN_IN_ENDED
        await there.hear_nothing_but_answers()


async def test_a_sign_in_that_ended_without_a_message_is_found(
    platform, student, student_client, watchful
):
    async with platform.welcomed(student_client) as browser:
        await deactivate(student)
        assert await browser.is_told_to_go() == Close.SIGN_IN_ENDED


async def test_a_socket_stays_open_over_many_looks_at_a_living_sign_in(
    platform, student_client, watchful, quick_heartbeat, looks
):
    async with platform.welcomed(student_client) as browser:
        while len(looks) < 4:
            await browser.hear("ping")


async def test_a_session_that_runs_out_ends_the_socket(platform, student_client, watchful):
    async with platform.welcomed(student_client) as browser:
        await run_out_sessions()
        assert await browser.is_told_to_go() == Close.SIGN_IN_ENDED


async def test_a_token_that_runs_out_ends_the_socket_and_asks_for_a_new_one(
    platform, token, brief_token
):
    async with platform.socket(origin=None) as lasting, platform.socket(origin=None) as app:
        await lasting.say({"type": "authenticate", "token": token})
        await lasting.hear("welcome")
        await app.say({"type": "authenticate", "token": brief_token})
        assert await app.is_told_to_go() == Close.SIGN_IN_NEEDED
        await lasting.hear_nothing_but_answers()


async def test_what_cannot_be_understood_ends_the_socket(platform, student_client):
    nonsense = ["{", '"text"', "[]", "{}", '{"type": 7}', '{"type": {}}', "[" * 5000, b"bytes"]
    for message in [*nonsense, {"type": "fly"}, {"type": "__call__"}, {"type": "ping.pong"}]:
        async with platform.welcomed(student_client) as browser:
            await browser.say(message)
            assert await browser.is_told_to_go() == Close.BAD_MESSAGE


async def test_a_message_that_is_too_long_ends_the_socket(platform, student_client, settings):
    settings.LIVE_MESSAGE_BYTES = 100
    async with platform.welcomed(student_client) as browser:
        await browser.say({"type": "ping", "padding": "é" * 60})
        assert await browser.is_told_to_go() == Close.TOO_BIG


async def test_too_many_messages_end_the_socket(platform, student_client, settings):
    settings.LIVE_MESSAGES_PER_MINUTE = 3
    async with platform.welcomed(student_client) as browser:
        for _ in range(3):
            await browser.hear_nothing_but_answers()
        await browser.say({"type": "ping"})
        assert await browser.is_told_to_go() == Close.TOO_MANY


async def test_one_socket_too_many_is_closed_and_the_open_ones_stay(
    platform, student_client, trainer_client, settings
):
    settings.LIVE_SOCKETS_PER_USER = 1
    async with platform.welcomed(student_client) as first:
        async with platform.socket(student_client) as second:
            assert await second.is_told_to_go() == Close.TOO_MANY
        async with platform.welcomed(trainer_client):
            await first.hear_nothing_but_answers()


async def test_a_socket_that_closed_makes_room_for_another(platform, student_client, settings):
    settings.LIVE_SOCKETS_PER_USER = 1
    for _ in range(3):
        async with platform.welcomed(student_client):
            pass
        async with asyncio.timeout(PATIENCE):
            while consumer._open_sockets:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def test_a_peer_that_answers_no_heartbeat_is_closed(
    platform, student_client, quick_heartbeat
):
    async with platform.welcomed(student_client) as browser:
        assert await browser.is_told_to_go() == Close.SILENT


async def test_a_peer_that_answers_stays(platform, student_client, quick_heartbeat):
    async with platform.welcomed(student_client) as browser:
        for _ in range(5):
            await browser.hear("ping")
