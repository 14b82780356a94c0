"""From an action to the pages that should fetch."""

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from django.db import transaction
from django.urls import path
from redis.exceptions import ConnectionError as BrokerDown

from core.errors import Denied
from core.live import groups
from core.live.codes import Close
from core.live.consumer import LiveConsumer
from core.live.hints import send_group_hint, send_hint
from core.live.tests.conftest import served


class ExamConsumer(LiveConsumer):
    """What a later app writes: a group of its own, behind a rule of its own."""

    async def groups_for(self, user):
        exam = self.scope["url_route"]["kwargs"]["exam"]
        if exam == 2:
            raise Denied
        return [f"exam.{exam}"]

    async def on_progress(self, message):
        await self.send_message({"type": "progress", "of": self.user.pk})


def hint(user, **data) -> None:
    send_hint(user_id=user.pk, topic="notifications", data=data)


def hint_within_transaction(user, *, rolled_back: bool) -> None:
    with transaction.atomic():
        hint(user, cursor=1)
        if rolled_back:
            transaction.set_rollback(True)


async def test_a_hint_reaches_every_page_of_its_user_and_of_nobody_else(
    platform, student, student_client, trainer_client
):
    async with (
        platform.welcomed(student_client) as one,
        platform.welcomed(student_client) as two,
        platform.welcomed(trainer_client) as other,
    ):
        await sync_to_async(hint)(student, cursor=7)
        expected = {"type": "hint", "topic": "notifications", "data": {"cursor": 7}}
        assert await one.hear("hint") == expected
        assert await two.hear("hint") == expected
        await other.hear_nothing_but_answers()


async def test_a_hint_leaves_with_the_commit_and_not_at_all_after_a_rollback(
    platform, student, student_client
):
    async with platform.welcomed(student_client) as browser:
        await sync_to_async(hint_within_transaction)(student, rolled_back=True)
        await sync_to_async(hint_within_transaction)(student, rolled_back=False)
        assert (await browser.hear("hint"))["data"] == {"cursor": 1}
        await browser.hear_nothing_but_answers()


async def test_a_hint_sent_the_moment_after_the_welcome_is_heard(platform, student, student_client):
    for cursor in range(20):
        async with platform.welcomed(student_client) as browser:
            await sync_to_async(hint)(student, cursor=cursor)
            assert (await browser.hear("hint"))["data"] == {"cursor": cursor}


async def test_a_subscription_that_takes_its_time_delays_the_welcome_and_nothing_else(
    platform, student_client, monkeypatch
):
    echoes = []
    echo = LiveConsumer._echo

    async def lost_at_first(consumer):
        echoes.append(consumer)
        if len(echoes) > 1:
            await echo(consumer)

    monkeypatch.setattr(LiveConsumer, "_echo", lost_at_first)
    async with platform.welcomed(student_client) as browser:
        assert len(echoes) == 2
        await browser.hear_nothing_but_answers()


async def test_a_consumer_of_a_higher_floor_hears_its_own_group_and_its_users(
    transactional_db, student, student_client
):
    router = URLRouter([path("ws/exam/<int:exam>/", ExamConsumer.as_asgi())])
    async with served(router) as platform:
        async with platform.socket(student_client, path="/ws/exam/1/") as browser:
            await browser.hear("welcome")
            await sync_to_async(send_group_hint)(group="exam.1", topic="exam", data={"cursor": 3})
            assert (await browser.hear("hint"))["topic"] == "exam"
            await sync_to_async(hint)(student)
            assert (await browser.hear("hint"))["topic"] == "notifications"
            await browser.say({"type": "progress"})
            assert await browser.hear("progress") == {"type": "progress", "of": student.pk}
        async with platform.socket(student_client, path="/ws/exam/2/") as browser:
            assert await browser.is_told_to_go() == Close.NOT_ALLOWED


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_neither_fails_nor_delays_the_caller(monkeypatch, student, caplog):
    calls = []

    class Down:
        def publish(self, *args):
            calls.append(args)
            raise BrokerDown("refused")

    monkeypatch.setattr(groups, "broker", Down)
    for cursor in range(1000):
        hint(student, cursor=cursor)
    assert len(calls) == 1
    assert caplog.text.count("Live messages cannot leave") == 1

    groups._resting_until = 0.0
    hint(student)
    assert len(calls) == 2


@pytest.mark.django_db(transaction=True)
def test_data_that_cannot_be_sent_is_logged_and_fails_nobody(student, caplog):
    hint(student, whole=student)
    assert "cannot be sent" in caplog.text
