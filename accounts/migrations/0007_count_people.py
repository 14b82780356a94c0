"""Indexes by which people are counted by role, and the few left out who are not active.

Built while the table is in use.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0006_phone_texts")]

    operations = [
        AddIndexConcurrently(
            "user", models.Index(fields=["role", "is_active", "id"], name="user_by_role")
        ),
        RemoveIndexConcurrently("user", "user_role"),
        AddIndexConcurrently(
            "user",
            models.Index(fields=["id"], name="user_inactive", condition=models.Q(is_active=False)),
        ),
    ]
