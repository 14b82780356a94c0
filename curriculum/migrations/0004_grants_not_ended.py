"""An index that alone tells who has access, built while the table is in use; without one too many.

Whose an enrollment is was kept twice: the constraint has an index that begins with it.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("curriculum", "0003_newest_submissions")]

    operations = [
        AddIndexConcurrently(
            "grant",
            models.Index(
                fields=["enrollment"],
                include=["starts_at", "ends_at"],
                name="grant_not_ended",
                condition=models.Q(ended_at=None),
            ),
        ),
        migrations.AlterField(
            model_name="enrollment",
            name="student",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="enrollments",
                to=settings.AUTH_USER_MODEL,
                verbose_name="student",
            ),
        ),
    ]
