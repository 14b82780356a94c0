"""The broker's server itself, for what Celery does not tell: does it live, how long are queues."""

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SECONDS = 1.0


@cache
def broker() -> Redis:
    """A client that gives up soon; one retry covers a connection that the server has closed."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )


def queue_depths() -> dict[str, int]:
    """Messages that no worker has taken yet, by queue."""
    with broker().pipeline(transaction=False) as steps:
        for queue in settings.QUEUES:
            steps.llen(queue)
        return dict(zip(settings.QUEUES, steps.execute(), strict=True))
