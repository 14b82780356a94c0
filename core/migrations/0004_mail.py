"""Mails."""

import uuid

from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mail",
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
                    "key",
                    models.CharField(
                        help_text="Two mails never have the same.",
                        max_length=200,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                ("language", models.CharField(max_length=12, verbose_name="language")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("text", core.fields.EncryptedTextField(null=True, verbose_name="text")),
                ("html", core.fields.EncryptedTextField(null=True, verbose_name="HTML")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "request_id",
                    models.CharField(blank=True, max_length=64, verbose_name="request id"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="failed")),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("queued", "sending"))),
                        fields=["remind_at"],
                        name="mail_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("failed_at__isnull", False)),
                        fields=["failed_at"],
                        name="mail_failed",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at__isnull", False), ("text__isnull", False)),
                        fields=["sent_at"],
                        name="mail_readable",
                    ),
                    models.Index(fields=["created_at"], name="mail_by_time"),
                    models.Index(fields=["to"], name="mail_by_recipient"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("failed_at", None),
                                ("sent_at", None),
                                ("status__in", ("queued", "sending")),
                            ),
                            models.Q(
                                ("failed_at", None), ("sent_at__isnull", False), ("status", "sent")
                            ),
                            models.Q(
                                ("failed_at__isnull", False),
                                ("sent_at", None),
                                ("status", "failed"),
                            ),
                            _connector="OR",
                        ),
                        name="mail_status_and_moments_agree",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("queued", "sending")), _negated=True),
                            models.Q(("html__isnull", False), ("text__isnull", False)),
                            _connector="OR",
                        ),
                        name="mail_can_be_sent_while_it_waits",
                    ),
                ],
            },
        ),
    ]
