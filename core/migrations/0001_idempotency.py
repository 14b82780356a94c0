import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotentCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("route", models.CharField(max_length=300, verbose_name="route")),
                ("key", models.CharField(max_length=255, verbose_name="key")),
                (
                    "fingerprint",
                    models.CharField(max_length=64, verbose_name="fingerprint of the body"),
                ),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("headers", models.JSONField(default=dict, verbose_name="headers")),
                ("body", core.fields.EncryptedTextField(blank=True, verbose_name="body")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotent call",
                "verbose_name_plural": "idempotent calls",
                "indexes": [models.Index(fields=["started_at"], name="idempotent_call_started")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "route", "key"),
                        name="idempotent_call_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
