"""Codes by text message on their way: tries, failures, and when they are due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_second_factors"),
    ]

    operations = [
        migrations.AddField(
            model_name="phonecode",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="failed_at",
            field=models.DateTimeField(null=True, verbose_name="given up"),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="purpose",
            field=models.CharField(
                choices=[("sign_in", "Signing in"), ("proof", "Proving a phone")],
                db_default="sign_in",
                max_length=8,
                verbose_name="for",
            ),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="remind_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="request_id",
            field=models.CharField(
                blank=True, db_default="", max_length=64, verbose_name="request"
            ),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="text_tries",
            field=models.PositiveSmallIntegerField(db_default=0, verbose_name="tries to send"),
        ),
        migrations.AddField(
            model_name="phonecode",
            name="texted_at",
            field=models.DateTimeField(null=True, verbose_name="taken by the gateway"),
        ),
        migrations.AlterField(
            model_name="phonecode",
            name="sent_at",
            field=models.DateTimeField(verbose_name="asked for"),
        ),
        migrations.AddIndex(
            model_name="phonecode",
            index=models.Index(fields=["address", "-sent_at"], name="phone_code_by_address"),
        ),
        migrations.AddIndex(
            model_name="phonecode",
            index=models.Index(
                condition=models.Q(("user__isnull", False)),
                fields=["country", "-sent_at"],
                name="phone_code_costs",
            ),
        ),
        migrations.AddIndex(
            model_name="phonecode",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)),
                fields=["remind_at"],
                name="phone_code_waiting",
            ),
        ),
    ]
