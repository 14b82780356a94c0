"""Room for one more request: so many a minute, over all workers together."""

from __future__ import annotations

import secrets
from functools import cache

from django.conf import settings
from redis.commands.core import Script

from core.broker import broker

KEY = "apranova:ai:requests"
MINUTE_MS = 60_000

# One step, by the server's own clock: places of the last minute are counted, and one is taken if
# there is room. Answers how many milliseconds to wait, 0 for a place.
_TAKE = """
local clock = redis.call('TIME')
local ms = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], ms, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return math.max(1, math.ceil(oldest[2] + ARGV[2] - ms))
"""


def take_place() -> float:
    """Takes a place and gives 0, or the seconds after which there may be one."""
    args = [settings.AI_REQUESTS_MINUTE, MINUTE_MS, secrets.token_hex(8)]
    return int(_script()(keys=[KEY], args=args)) / 1000


@cache
def _script() -> Script:
    return broker().register_script(_TAKE)
