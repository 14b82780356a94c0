"""What a page notices when the broker dies under an open socket."""

import asyncio
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async
from websockets.exceptions import InvalidStatus

from core.broker import broker
from core.embedded.folders import temporary_folder
from core.embedded.process import FileSink
from core.embedded.valkey import Valkey
from core.live import groups
from core.live.codes import Close
from core.live.hints import send_hint
from core.live.tests.conftest import PATIENCE


@pytest.fixture
def valkey(settings) -> Iterator[Valkey]:
    """A broker of our own, to be killed."""
    with temporary_folder() as folder:
        server = Valkey(folder, sockets=folder, sink=FileSink(folder), durable=False)
        server.start()
        settings.REDIS_URL = server.url
        settings.CHANNEL_LAYERS = {
            "default": {
                **settings.CHANNEL_LAYERS["default"],
                "CONFIG": {"hosts": [{"address": server.url}], "prefix": settings.LIVE_PREFIX},
            }
        }
        broker.cache_clear()
        yield server
        broker.cache_clear()
        server.stop(hurry=True)


@pytest.fixture
def platform(valkey, platform):
    return platform


async def test_a_page_hears_hints_again_after_the_broker_was_killed_and_came_back(
    valkey, platform, student, student_client
):
    async with platform.welcomed(student_client) as browser:
        # By then nothing of the opening is on its way to the broker any more.
        await browser.hear_nothing_but_answers()
        valkey.stop(hurry=True)
        await sync_to_async(send_hint)(user_id=student.pk, topic="lost", data={})
        valkey.start()
        hint = asyncio.create_task(browser.hear("hint"))
        async with asyncio.timeout(PATIENCE):
            while not hint.done():
                groups._resting_until = 0.0
                await sync_to_async(send_hint)(user_id=student.pk, topic="again", data={})
                await asyncio.sleep(0.05)
        assert (await hint)["topic"] == "again"


async def test_a_socket_that_no_hint_could_reach_is_closed_so_that_the_page_polls(
    valkey, platform, student_client, quick_heartbeat
):
    async with platform.welcomed(student_client) as browser:
        valkey.stop(hurry=True)
        assert await browser.answer_until_told_to_go() == Close.TRY_AGAIN


async def test_without_a_broker_no_socket_is_opened(valkey, platform, student_client):
    valkey.stop(hurry=True)
    with pytest.raises(InvalidStatus):
        async with platform.socket(student_client):
            pass
    valkey.start()
    async with platform.welcomed(student_client):
        pass
