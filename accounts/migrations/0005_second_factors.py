"""What a second factor needs: setups that wait, and challenges that are used."""

from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_impersonation")]

    operations = [
        migrations.CreateModel(
            name="TotpSetup",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="totp_setup",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("secret", core.fields.EncryptedTextField()),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UsedChallenge",
            fields=[
                (
                    "digest",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("used_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
