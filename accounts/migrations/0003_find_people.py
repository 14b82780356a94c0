"""Indexes by which people are searched, filtered and ordered, built while the table is in use."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from accounts.searching import PeopleWords


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0002_people_and_ways_in")]

    operations = [
        AddIndexConcurrently("user", models.Index(fields=["name", "id"], name="user_by_name")),
        AddIndexConcurrently("user", models.Index(fields=["track"], name="user_track")),
        AddIndexConcurrently("user", GinIndex(PeopleWords("name", "email"), name="user_words")),
    ]
