"""The floor's own checks: with short time-outs, and silent about where things are."""

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from redis.exceptions import ConnectionError, RedisError, TimeoutError  # noqa: A004

from core.broker import broker
from core.clock import now
from core.health.findings import Finding, degraded, healthy, unhealthy
from core.health.heartbeat import heartbeat_ages
from core.registries import health_checks

SECONDS = 2
CACHE_KEY = "health"
BYTES_OF_MB = 1_000_000


def register_health_checks() -> None:
    for name, check in {
        "database": check_database,
        "cache": check_cache,
        "broker": check_broker,
        "worker": check_worker,
        "storage": check_storage,
        "disk": check_disk,
    }.items():
        health_checks.register(name, check)


def check_database() -> Finding:
    """By a connection of its own, which does not outlive the check and never waits in a pool."""
    probe = connection.copy()
    probe.settings_dict["OPTIONS"]["connect_timeout"] = SECONDS
    try:
        with closing(probe), probe.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            is_read_only = cursor.fetchone() == ("on",)
    except DatabaseError:
        return unhealthy("It does not answer.")
    return unhealthy("It takes no writes.") if is_read_only else healthy("connected")


def check_cache() -> Finding:
    value = uuid4().hex
    cache.set(CACHE_KEY, value, timeout=60)
    if cache.get(CACHE_KEY) == value:
        return healthy("It keeps what it is given.")
    return degraded("It keeps nothing; pages are slower and nobody is throttled.")


def check_broker() -> Finding:
    """Writes, since a full or read-only server still answers a ping."""
    try:
        broker().set("apranova:health", "1", ex=60)
    except (ConnectionError, TimeoutError):
        return unhealthy("It does not answer.")
    except RedisError:
        return unhealthy("It takes no writes.")
    return healthy("connected")


def check_worker() -> Finding:
    try:
        ages = heartbeat_ages(at=now())
    except RedisError:
        return degraded("Unknown, since the broker does not answer.")
    limit = timedelta(seconds=settings.WORKER_SILENCE_SECONDS)
    silent = [queue for queue, age in ages.items() if age is None or age > limit]
    if silent:
        return degraded(f"Nothing is heard from: {', '.join(silent)}. Work waits in the queue.")
    return healthy("Every queue is being worked on.")


def check_storage() -> Finding:
    """Writes where uploads go and removes it again."""
    for alias in sorted(set(settings.STORAGES) - {"staticfiles"}):
        storage = storages[alias]
        try:
            name = storage.save(f"health/{uuid4().hex}", ContentFile(b"ok"))
            storage.delete(name)
        except OSError:
            return degraded("Uploads cannot be stored.")
    return healthy("writable")


def check_disk() -> Finding:
    free = shutil.disk_usage(_existing(Path(settings.DATA_DIR))).free // BYTES_OF_MB
    if free < settings.DISK_FREE_MB:
        return unhealthy(f"Only {free} MB are free.")
    return healthy(f"{free} MB are free.")


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
