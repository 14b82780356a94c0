"""Who hears what: names of groups, and the way a message to one leaves a synchronous process."""

import logging
import time
from functools import cache
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 0.5
REST_SECONDS = 5.0

logger = logging.getLogger(__name__)
_resting_until = 0.0


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def publish(group: str, message: dict[str, Any]) -> bool:
    """Hand `message` to everyone in `group`; False when it could not leave.

    It never raises and never waits long: after a failure it rests, so that a task with a thousand
    messages does not meet a dead broker a thousand times.

    The layer's own `group_send` needs an event loop and a new connection for every message from
    synchronous code, and refuses to run inside a loop, so this writes what the layer would write.
    """
    global _resting_until
    if time.monotonic() < _resting_until:
        return False
    layer = get_channel_layer()
    channel = f"{settings.CHANNEL_LAYERS['default']['CONFIG']['prefix']}__group__{group}"
    try:
        _broker().publish(channel, layer.serialize(message))
    except (RedisError, OSError):
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("A live message could not leave", extra={"group": group}, exc_info=True)
        return False
    except Exception:
        logger.exception("A live message cannot be sent", extra={"group": group})
        return False
    return True


@cache
def _broker() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
