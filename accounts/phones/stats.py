"""Text messages in figures."""

from collections.abc import Iterator

from django.db.models import Count, Q
from prometheus_client.core import GaugeMetricFamily

from accounts.models import PhoneCode


def text_message_metrics() -> Iterator[GaugeMetricFamily]:
    """Of the codes that are kept (SMS_KEEP_DAYS); those for nobody's phone are none."""
    texts = GaugeMetricFamily(
        "apranova_text_messages", "Text messages, by what became of them.", labels=["status"]
    )
    counts = PhoneCode.objects.paid_for().aggregate(
        sent=Count("pk", filter=Q(texted_at__isnull=False)),
        failed=Count("pk", filter=Q(failed_at__isnull=False)),
        waiting=Count("pk", filter=Q(remind_at__isnull=False)),
    )
    for status, count in counts.items():
        texts.add_metric([status], count)
    yield texts
