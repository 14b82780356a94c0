"""Jobs."""

import uuid

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("due_at", models.DateTimeField()),
                ("remind_at", models.DateTimeField()),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=100, verbose_name="kind")),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="One live job at most for each.",
                        max_length=200,
                        verbose_name="subject",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0, verbose_name="progress")),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="message")),
                ("payload", models.JSONField(blank=True, default=dict, verbose_name="payload")),
                (
                    "result",
                    models.JSONField(
                        blank=True,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                        verbose_name="result",
                    ),
                ),
                (
                    "error",
                    models.JSONField(
                        blank=True, help_text="{code, message}", null=True, verbose_name="error"
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0, verbose_name="attempt")),
                ("max_attempts", models.PositiveSmallIntegerField(verbose_name="attempts at most")),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="leased until"),
                ),
                (
                    "request_id",
                    models.CharField(blank=True, max_length=64, verbose_name="request id"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                (
                    "cancel_requested_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="cancel requested"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "indexes": [
                    models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
                    models.Index(fields=["created_at"], name="job_by_time"),
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["remind_at"],
                        name="job_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_until"],
                        name="job_leased",
                    ),
                    models.Index(
                        condition=models.Q(("finished_at__isnull", False)),
                        fields=["finished_at"],
                        name="job_over",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["queued", "running", "succeeded", "failed", "cancelled"],
                            )
                        ),
                        name="job_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__range", (0, 100))),
                        name="job_progress_is_a_percentage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_until__isnull", False), ("status", "running")),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                ("lease_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="job_is_leased_while_it_runs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("status__in", ("queued", "running"))),
                            models.Q(
                                models.Q(("status__in", ("queued", "running")), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="job_finished_once_it_is_over",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ("queued", "running")),
                            models.Q(("subject", ""), _negated=True),
                        ),
                        fields=("kind", "subject"),
                        name="job_one_live_per_subject",
                    ),
                ],
            },
        ),
    ]
