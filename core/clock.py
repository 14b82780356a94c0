"""The one place that reads the clock and draws seeds: everything else takes them as arguments."""

import secrets
from datetime import datetime

from django.utils import timezone

SEED_BITS = 63


def now() -> datetime:
    return timezone.now()


def new_seed() -> int:
    """A seed that fits a PostgreSQL bigint and that nobody can guess."""
    return secrets.randbits(SEED_BITS)
