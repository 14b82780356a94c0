"""Sign-ins in somebody else's name know the sign-in that they were begun from, and end with it."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    # Rows are checked in a step of its own, which locks nobody out.
    atomic = False

    dependencies = [("accounts", "0003_find_people")]

    operations = [
        migrations.AddField(
            "signin",
            "behind",
            models.ForeignKey(
                editable=False,
                help_text="The impersonator's own sign-in, with which this one ends.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="borrowed",
                to="accounts.signin",
                verbose_name="begun from",
            ),
        ),
        AddConstraintNotValid(
            "signin",
            models.CheckConstraint(
                condition=models.Q(("behind", None), ("impersonator", None))
                | models.Q(
                    ("behind__isnull", False), ("impersonator__isnull", False), ("kind", "browser")
                ),
                name="sign_in_is_borrowed_from_another",
            ),
        ),
        ValidateConstraint("signin", "sign_in_is_borrowed_from_another"),
    ]
