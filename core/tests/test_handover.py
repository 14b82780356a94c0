"""Telling workers: the right ones, and no others."""

import pytest
from django.conf import settings

from core.broker import queue_depths
from core.celery import app
from core.handover import hand_over

pytestmark = pytest.mark.engines


@pytest.mark.parametrize(
    ("task", "options", "queue"),
    [
        ("core.events.deliver", {}, "default"),
        ("core.mail.send", {}, "mail"),
        *(("core.jobs.run", {"queue": queue}, queue) for queue in settings.QUEUES),
    ],
)
def test_a_message_reaches_one_queue_and_no_other(task, options, queue):
    before = queue_depths()
    assert hand_over(task, [], **options)
    assert queue_depths() == before | {queue: before[queue] + 1}


def test_a_queue_that_nobody_listens_to_is_a_mistake():
    with pytest.raises(KeyError):
        hand_over("core.jobs.run", queue="nowhere")


def test_every_task_that_is_sent_by_name_or_by_the_clock_exists():
    app.loader.import_default_modules()
    sent = {"core.events.deliver", "core.events.sweep", "core.jobs.run", "core.mail.send"}
    timed = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert sent | timed <= set(app.tasks)
