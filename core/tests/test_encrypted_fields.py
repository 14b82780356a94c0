"""Encrypted fields: what the database sees, what it refuses, and what happens when keys change."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast
from django.test.utils import isolate_apps

from core import encryption
from core.fields import EncryptedJSONField, EncryptedTextField

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def secret_model(db):
    with isolate_apps("core.apps.CoreConfig"):

        class Secret(models.Model):
            text = EncryptedTextField(null=True, max_length=20)
            data = EncryptedJSONField(null=True, default=dict)

            class Meta:
                app_label = "core"

        with connection.schema_editor() as editor:
            editor.create_model(Secret)
        yield Secret
        with connection.schema_editor() as editor:
            editor.delete_model(Secret)


@pytest.fixture
def keys(settings):
    def use(*names: str) -> None:
        settings.ENCRYPTION_KEYS = names

    use(OLD)
    return use


def stored(row, field="text") -> str:
    raw = type(row)._base_manager.annotate(raw=Cast(F(field), TextField()))
    return raw.values_list("raw", flat=True).get(pk=row.pk)


@pytest.mark.parametrize(
    "value", ["", "a word", "नमस्ते", "line\nline\x00nul and \N{GRINNING FACE}", "x" * 5000]
)
def test_a_text_comes_back_as_it_was_and_is_never_stored_in_the_clear(secret_model, value):
    row = secret_model.objects.create(text=value)

    assert secret_model.objects.get().text == value
    assert stored(row).startswith("gAAAA")
    assert not value or value not in stored(row)


@pytest.mark.parametrize("value", [{}, {"a": [1, None, "ä"]}, [], "text", 0, False])
def test_json_comes_back_as_it_was(secret_model, value):
    row = secret_model.objects.create(data=value)

    assert secret_model.objects.get().data == value
    assert stored(row, "data").startswith("gAAAA")


def test_the_same_text_is_stored_differently_each_time(secret_model):
    one, two = (secret_model.objects.create(text="same") for _ in range(2))

    assert stored(one) != stored(two)


def test_none_is_null_and_can_be_asked_for(secret_model):
    empty = secret_model.objects.create(text=None, data=None)
    secret_model.objects.create(text="")

    assert secret_model.objects.get(text__isnull=True) == empty
    assert secret_model.objects.get(data__isnull=True) == empty


def test_every_way_to_write_encrypts(secret_model):
    one, two = secret_model.objects.bulk_create([secret_model(text="1"), secret_model(text="2")])
    one.text = "bulk"
    secret_model.objects.bulk_update([one], ["text"])
    secret_model.objects.filter(pk=two.pk).update(text="update")

    assert [row.text for row in secret_model.objects.order_by("pk")] == ["bulk", "update"]
    assert stored(one).startswith("gAAAA")
    assert stored(two).startswith("gAAAA")


def test_a_value_can_be_copied_from_row_to_row_by_the_database_alone(secret_model):
    row = secret_model.objects.create(text="copied", data={"old": 1})
    other = secret_model.objects.create(text="other")
    source = secret_model.objects.filter(pk=row.pk).values("text")

    secret_model.objects.filter(pk=other.pk).update(text=source)

    assert secret_model.objects.get(pk=other.pk).text == "copied"


@pytest.mark.parametrize(
    "lookup",
    [
        {"text": "a"},
        {"text__icontains": "a"},
        {"text__in": ["a"]},
        {"text": None},
        {"text": Value("a")},
    ],
)
def test_a_lookup_by_value_is_refused_loudly(secret_model, lookup):
    with pytest.raises(FieldError, match=r"core\.Secret\.text is encrypted"):
        secret_model.objects.filter(**lookup)


def test_a_lookup_into_json_is_refused_loudly(secret_model):
    with pytest.raises(FieldError, match="encrypted"):
        secret_model.objects.filter(data__token="a")


def test_a_longer_text_than_the_limit_does_not_validate(secret_model):
    with pytest.raises(ValidationError, match="20 characters"):
        secret_model(text="x" * 21).full_clean()


def test_what_is_not_json_does_not_validate(secret_model):
    with pytest.raises(ValidationError, match="not JSON"):
        secret_model(data={"a": object()}).full_clean()


@isolate_apps("core.apps.CoreConfig")
def test_a_unique_or_indexed_encrypted_field_is_refused():
    class Wrong(models.Model):
        unique = EncryptedTextField(unique=True)
        indexed = EncryptedTextField(db_index=True)
        right = EncryptedTextField()

        class Meta:
            app_label = "core"

    fields = [Wrong._meta.get_field(name) for name in ("unique", "indexed", "right")]

    assert [[e.id for e in field.check()] for field in fields] == [["core.E020"]] * 2 + [[]]


def test_after_a_new_key_is_put_first_old_values_still_open(secret_model, keys):
    row = secret_model.objects.create(text="old")
    keys(NEW, OLD)
    later = secret_model.objects.create(text="new")

    assert [row.text for row in secret_model.objects.order_by("pk")] == ["old", "new"]
    assert not encryption.is_current(stored(row))
    assert encryption.is_current(stored(later))


def test_a_value_that_no_key_opens_says_which_field_and_what_to_do(secret_model, keys):
    secret_model.objects.create(text="lost")
    keys(NEW, STRANGE)

    with pytest.raises(encryption.NoKeyFitsError) as error:
        secret_model.objects.get()

    assert "core.Secret.text" in str(error.value)
    assert "ENCRYPTION_KEYS" in str(error.value)
    assert NEW not in str(error.value)


def test_a_value_altered_in_the_database_is_noticed(secret_model):
    row = secret_model.objects.create(text="whole")
    altered = stored(row)[:-4] + "AAA="
    secret_model.objects.filter(pk=row.pk).update(text=Value(altered, output_field=TextField()))

    with pytest.raises(encryption.NoKeyFitsError):
        secret_model.objects.get()


def test_a_bad_key_is_named_by_its_place_and_never_shown(keys):
    keys(OLD, "not-a-key-but-secret")

    with pytest.raises(encryption.BadKeyError, match="Key number 2") as error:
        encryption.encrypt("a")

    assert "not-a-key-but-secret" not in str(error.value)
