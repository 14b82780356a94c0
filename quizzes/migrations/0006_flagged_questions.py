from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0005_counted_rest"),
    ]

    operations = [
        migrations.AddField(
            model_name="attemptquestion",
            name="is_flagged",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
