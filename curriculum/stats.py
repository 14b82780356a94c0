"""What GitHub sends, in figures."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily

from curriculum.models import WebhookDelivery


def webhook_metrics() -> Iterator[GaugeMetricFamily]:
    """What was given up is to be seen in the admin, and in the log as an error."""
    waiting = GaugeMetricFamily(
        "apranova_github_webhooks_waiting", "Deliveries of GitHub that wait to be applied."
    )
    waiting.add_metric([], WebhookDelivery.objects.waiting().count())
    yield waiting
