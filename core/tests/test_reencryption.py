"""Changing keys: new ones are made, every value is brought under the first, the old ones go."""

import subprocess
import sys
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.test.utils import isolate_apps

from core import encryption
from core.fields import EncryptedJSONField, EncryptedTextField
from core.management.commands import reencrypt as reencrypt_command
from core.reencryption import encrypted_fields, reencrypt_field

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def vault(db, settings, monkeypatch):
    """A model with two encrypted fields, the only one that there is; rows are under the old key."""
    settings.ENCRYPTION_KEYS = (OLD,)
    with isolate_apps("core.apps.CoreConfig") as apps:

        class Vault(models.Model):
            text = EncryptedTextField(null=True)
            data = EncryptedJSONField(default=dict)
            plain = models.TextField(default="plain")

            class Meta:
                app_label = "core"

        class VaultInDisguise(Vault):
            class Meta:
                app_label = "core"
                proxy = True

        monkeypatch.setattr(
            reencrypt_command, "encrypted_fields", lambda: encrypted_fields(apps=apps)
        )
        with connection.schema_editor() as editor:
            editor.create_model(Vault)
        yield Vault
        with connection.schema_editor() as editor:
            editor.delete_model(Vault)


@pytest.fixture
def run(settings):
    def command(*keys: str, batch: int = 2) -> str:
        settings.ENCRYPTION_KEYS = keys
        told = StringIO()
        call_command("reencrypt", batch=batch, stdout=told, stderr=told)
        return told.getvalue()

    return command


def raw(row, field: str = "text") -> str:
    rows = type(row)._base_manager.annotate(raw=Cast(F(field), TextField()))
    return rows.values_list("raw", flat=True).get(pk=row.pk)


def test_every_value_is_brought_under_the_first_key(vault, run, settings):
    vault.objects.bulk_create(vault(text=f"text {n}", data={"n": n}) for n in range(5))
    vault.objects.create(text=None)

    told = run(NEW, OLD)

    assert "core.Vault.text: 5 seen, 5 changed, 0 lost" in told
    assert "core.Vault.data: 6 seen, 6 changed, 0 lost" in told
    settings.ENCRYPTION_KEYS = (NEW,)
    rows = vault.objects.order_by("pk")
    assert [row.text for row in rows] == [*(f"text {n}" for n in range(5)), None]
    assert [row.data for row in rows] == [*({"n": n} for n in range(5)), {}]


def test_a_second_run_changes_nothing(vault, run):
    row = vault.objects.create(text="text")
    run(NEW, OLD)
    before = raw(row)

    assert "1 seen, 0 changed" in run(NEW, OLD)
    assert raw(row) == before


def test_a_run_that_was_stopped_goes_on_where_it_was(vault, run, settings):
    vault.objects.bulk_create(vault(text=f"text {n}") for n in range(5))
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    stopped = reencrypt_field(field=vault._meta.get_field("text"), batch=2)
    assert next(stopped).changed == 2
    stopped.close()

    assert "core.Vault.text: 5 seen, 3 changed" in run(NEW, OLD)


def test_a_value_that_no_key_opens_is_named_and_the_others_are_changed(vault, run, settings):
    settings.ENCRYPTION_KEYS = (STRANGE,)
    lost = vault.objects.create(text="lost", data={})
    settings.ENCRYPTION_KEYS = (OLD,)
    row = vault.objects.create(text="text", data={})
    before = raw(lost)

    with pytest.raises(CommandError, match="2 values cannot be decrypted"):
        run(NEW, OLD)

    assert encryption.is_current(raw(row))
    assert raw(lost) == before


def test_what_people_write_meanwhile_is_not_overwritten(vault, run, monkeypatch, settings):
    """First with the comparison left out, to show that the race is there."""
    text = vault._meta.get_field("text")
    rotate = encryption.rotate

    def somebody_writes_meanwhile(token):
        vault.objects.update(text="written meanwhile")
        return rotate(token)

    monkeypatch.setattr(encryption, "rotate", somebody_writes_meanwhile)

    row = vault.objects.create(text="before")
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    replacement = Value(encryption.rotate(raw(row)), output_field=TextField())
    vault.objects.filter(pk=row.pk).update(text=replacement)
    assert vault.objects.get().text == "before"

    settings.ENCRYPTION_KEYS = (OLD,)
    vault.objects.update(text="before")
    settings.ENCRYPTION_KEYS = (NEW, OLD)
    (progress,) = reencrypt_field(field=text)
    assert vault.objects.get().text == "written meanwhile"
    assert (progress.seen, progress.changed) == (1, 0)


def test_a_batch_costs_one_query_and_one_for_each_value_that_changes(
    vault, run, django_assert_num_queries, settings
):
    text = vault._meta.get_field("text")
    vault.objects.bulk_create(vault(text=f"text {n}") for n in range(4))
    settings.ENCRYPTION_KEYS = (NEW, OLD)

    with django_assert_num_queries(1 + 4):
        [*reencrypt_field(field=text)]
    with django_assert_num_queries(1):
        [*reencrypt_field(field=text)]


def test_fields_of_every_installed_model_are_found():
    found = {f"{field.model._meta.label}.{field.name}" for field in encrypted_fields()}

    assert {"core.Mail.text", "core.Mail.html"} <= found


@isolate_apps("core.apps.CoreConfig")
def test_proxies_and_tables_of_others_are_left_out(monkeypatch):
    class Held(models.Model):
        text = EncryptedTextField()

        class Meta:
            app_label = "core"

    class Disguised(Held):
        class Meta:
            app_label = "core"
            proxy = True

    class Foreign(models.Model):
        text = EncryptedTextField()

        class Meta:
            app_label = "core"
            managed = False

    assert [field.model for field in encrypted_fields(apps=Held._meta.apps)] == [Held]


def test_a_new_key_is_made_with_nothing_set_at_all():
    command = [sys.executable, "manage.py", "make_encryption_key"]

    done = subprocess.run(command, env={}, capture_output=True, text=True, check=True)

    encryption.check_keys([done.stdout.strip()])
    assert done.stderr == ""


def test_the_command_works_through_what_is_installed(db, capsys):
    call_command("reencrypt")

    assert "Every value is under the first key" in capsys.readouterr().out
