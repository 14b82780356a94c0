"""Telling an engine that is away, full or overloaded from a fault of ours."""

import errno

from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis import exceptions as redis_errors

RETRY_AFTER_SECONDS = 5

_AWAY = (
    OperationalError,
    InterfaceError,
    BrokerError,
    redis_errors.ConnectionError,
    redis_errors.TimeoutError,
    redis_errors.ReadOnlyError,
    redis_errors.OutOfMemoryError,
)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def is_outage(error: BaseException) -> bool:
    """True when the same request may well succeed a little later."""
    if isinstance(error, _AWAY):
        return True
    if isinstance(error, redis_errors.ResponseError):
        # What Redis and Valkey say when they can no longer write to their disk.
        return str(error).startswith("MISCONF")
    return isinstance(error, OSError) and error.errno in _NO_ROOM
