"""How things stand right now, asked at each scrape of database and broker.

Every web process tells the same of these: take the maximum over instances, not the sum.
"""

import platform
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import django
from django.db import DatabaseError, connection, transaction
from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from core.broker import queue_depths
from core.clock import now
from core.events.stats import outbox_backlog
from core.health.heartbeat import heartbeat_ages
from core.jobs.kinds import job_kinds
from core.jobs.models import Job
from core.jobs.stats import oldest_queued_job
from core.mail.stats import mail_backlog
from core.registries import state_metrics
from core.version import VERSION

SECONDS = 2

Metrics = Iterable[GaugeMetricFamily]


class StateCollector(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _build()
        answers = GaugeMetricFamily(
            "apranova_engine_up", "1 where the engine answers this scrape.", labels=["engine"]
        )
        for engine, ask in (("database", _of_database), ("broker", _of_broker)):
            found = _found(ask)
            answers.add_metric([engine], float(found is not None))
            yield from found or ()
        yield answers


def _found(ask: Callable[[], Metrics]) -> list[GaugeMetricFamily] | None:
    try:
        return list(ask())
    except (DatabaseError, RedisError):
        return None


def _build() -> GaugeMetricFamily:
    labels = {
        "version": VERSION,
        "python": platform.python_version(),
        "django": django.get_version(),
    }
    build = GaugeMetricFamily("apranova_build_info", "What runs here.", labels=list(labels))
    build.add_metric(list(labels.values()), 1)
    return build


def _of_database() -> Metrics:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [SECONDS * 1000])
        of_apps = [metric for _name, tell in state_metrics for metric in tell()]
        return [_connections(), *_outbox(), *_mail(), _jobs(), _oldest_job(), *of_apps]


def _connections() -> GaugeMetricFamily:
    connections = GaugeMetricFamily(
        "apranova_database_connections", "Open connections to our database.", labels=["state"]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        for state, count in cursor.fetchall():
            connections.add_metric([state], count)
    return connections


def _outbox() -> Metrics:
    backlog = outbox_backlog()
    yield GaugeMetricFamily(
        "apranova_outbox_waiting", "Deliveries of events still to be made.", backlog.waiting
    )
    yield GaugeMetricFamily(
        "apranova_outbox_given_up", "Deliveries that were given up.", backlog.given_up
    )
    yield _waiting_since("apranova_outbox_oldest_seconds", backlog.oldest_due_at)


def _mail() -> Metrics:
    backlog = mail_backlog()
    yield GaugeMetricFamily("apranova_mails_waiting", "Mails still to be sent.", backlog.waiting)
    yield GaugeMetricFamily("apranova_mails_failed", "Mails that were given up.", backlog.failed)
    yield _waiting_since("apranova_mails_oldest_seconds", backlog.oldest_due_at)


def _oldest_job() -> GaugeMetricFamily:
    return _waiting_since("apranova_jobs_oldest_seconds", oldest_queued_job())


def _waiting_since(name: str, due_at: datetime | None) -> GaugeMetricFamily:
    seconds = max(0.0, (now() - due_at).total_seconds()) if due_at else 0
    return GaugeMetricFamily(name, "How long the oldest of those that wait has been due.", seconds)


def _jobs() -> GaugeMetricFamily:
    jobs = GaugeMetricFamily(
        "apranova_jobs", "Jobs that are kept, by what became of them.", labels=["status", "queue"]
    )
    counts: dict[tuple[str, str], int] = {}
    rows = Job.objects.order_by().values_list("status", "kind").annotate(count=Count("pk"))
    for status, kind, count in rows:
        known = job_kinds.get(kind)
        key = (status, known.queue if known else "unknown")
        counts[key] = counts.get(key, 0) + count
    for labels, count in counts.items():
        jobs.add_metric(labels, count)
    return jobs


def _of_broker() -> Metrics:
    depths = GaugeMetricFamily(
        "apranova_queue_depth", "Messages that no worker has taken yet.", labels=["queue"]
    )
    for queue, depth in queue_depths().items():
        depths.add_metric([queue], depth)
    ages = GaugeMetricFamily(
        "apranova_worker_heartbeat_age_seconds",
        "Since a worker of the queue was last heard of; missing where none ever was.",
        labels=["queue"],
    )
    for queue, age in heartbeat_ages(at=now()).items():
        if age is not None:
            ages.add_metric([queue], age.total_seconds())
    return [depths, ages]
