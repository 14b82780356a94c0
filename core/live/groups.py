"""Who hears what: names of groups, and the way a message to one leaves a synchronous process."""

import logging
import time
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from redis import RedisError

from core.broker import broker

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
    global _resting_until  # noqa: PLW0603
    if time.monotonic() < _resting_until:
        return False
    channel = f"{settings.LIVE_PREFIX}__group__{group}"
    try:
        broker().publish(channel, get_channel_layer().serialize(message))
    except (RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("Live messages cannot leave (%s); pages will fetch later.", error)
        return False
    except Exception:
        logger.exception("A live message for %s cannot be sent.", group)
        return False
    return True
