"""The outbox."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_idempotency"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("payload", models.JSONField(verbose_name="payload")),
                ("by_id", models.BigIntegerField(blank=True, null=True, verbose_name="by")),
                (
                    "request_id",
                    models.CharField(blank=True, max_length=64, verbose_name="request id"),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(fields=["name", "recorded_at"], name="event_by_name"),
                    models.Index(fields=["recorded_at"], name="event_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("remind_at", models.DateTimeField()),
                ("receiver", models.CharField(max_length=200, verbose_name="receiver")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered"),
                ),
                (
                    "given_up_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="given up"),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="core.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "event delivery",
                "verbose_name_plural": "event deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivered_at", None), ("given_up_at", None)),
                        fields=["remind_at"],
                        name="event_delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("given_up_at__isnull", False)),
                        fields=["given_up_at"],
                        name="event_delivery_given_up",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "receiver"), name="event_delivery_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered_at", None), ("given_up_at", None), _connector="OR"
                        ),
                        name="event_delivery_ends_one_way",
                    ),
                ],
            },
        ),
    ]
