"""Indexes by which attempts are listed, summed and marked, built while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("quizzes", "0003_marking")]

    operations = [
        AddIndexConcurrently(
            "attempt", models.Index(fields=["-started_at"], name="attempt_newest")
        ),
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["quiz", "ended_at"],
                name="attempt_waiting",
                condition=models.Q(pending_count__gt=0),
            ),
        ),
        AddIndexConcurrently(
            "attempt",
            models.Index(
                fields=["quiz", "student"],
                include=[
                    *("id", "status", "score", "max_score", "pending_count"),
                    *("started_at", "ended_at"),
                ],
                name="attempt_of_quiz",
            ),
        ),
        AddIndexConcurrently(
            "attemptquestion",
            models.Index(
                fields=["attempt"],
                name="answer_marked",
                condition=models.Q(marked_at__isnull=False),
            ),
        ),
    ]
