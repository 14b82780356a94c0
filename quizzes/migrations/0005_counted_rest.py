from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0004_lists_of_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="attemptquestion",
            name="counted_rest",
            field=models.FloatField(editable=False, null=True),
        ),
    ]
