from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0006_flagged_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="generatedquestion",
            name="resembled_id",
            field=models.BigIntegerField(null=True),
        ),
    ]
