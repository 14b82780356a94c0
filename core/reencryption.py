"""Brings every encrypted value under the first key, while the platform runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import models, transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from core import encryption
from core.fields import EncryptedField
from core.registries import Registry

BATCH = 500


@dataclass
class Progress:
    """`lost` counts the values that no key opens; `first_lost` is the first one's primary key."""

    label: str
    seen: int = 0
    changed: int = 0
    lost: int = 0
    first_lost: Any = None


@dataclass(frozen=True)
class EncryptedMembers:
    """Encrypted texts within the JSON column of a model that a library owns."""

    model: str
    column: str
    members: tuple[str, ...]


# Filled in `AppConfig.ready` by whoever has such a library.
encrypted_members: Registry[EncryptedMembers] = Registry("encrypted members of JSON columns")


def encrypted_fields(apps: Apps = installed_apps) -> Iterator[EncryptedField]:
    """Of every model with a table of its own."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField):
                yield field


def reencrypt_field(*, field: EncryptedField, batch: int = BATCH) -> Iterator[Progress]:
    """Tells how far it is after each batch. Whatever is under the first key already stays as it is.

    A value is replaced only if it is still the one that was read, so that what people write
    meanwhile, which is under the first key anyway, is never overwritten with what was there before.
    """
    rows = _raw_rows(field)
    progress = Progress(label=f"{field.model._meta.label}.{field.name}")
    last: Any = None
    while True:
        page = rows if last is None else rows.filter(pk__gt=last)
        values = list(page.order_by("pk").values_list("pk", "raw")[:batch])
        for primary_key, token in values:
            _reencrypt(rows, field, primary_key, token, progress)
        if values:
            last = values[-1][0]
            yield progress
        if len(values) < batch:
            return


def reencrypt_members(*, place: EncryptedMembers, batch: int = BATCH) -> Iterator[Progress]:
    """The same for texts within JSON: each row is locked while its texts are replaced."""
    model = installed_apps.get_model(place.model)
    rows = model._base_manager.order_by("pk")  # noqa: SLF001
    progress = Progress(label=f"{model._meta.label}.{place.column}")
    last: Any = None
    while True:
        page = rows if last is None else rows.filter(pk__gt=last)
        keys = list(page.values_list("pk", flat=True)[:batch])
        for key in keys:
            _reencrypt_row(rows, place, key, progress)
        if keys:
            last = keys[-1]
            yield progress
        if len(keys) < batch:
            return


@transaction.atomic
def _reencrypt_row(
    rows: models.QuerySet[Any], place: EncryptedMembers, primary_key: Any, progress: Progress
) -> None:
    row = rows.select_for_update().filter(pk=primary_key).first()
    if row is None:
        return
    document = getattr(row, place.column)
    before = dict(document)
    for member in place.members:
        if isinstance(document.get(member), str):
            document[member] = _under_first_key(document[member], primary_key, progress)
    if document != before:
        row.save(update_fields=[place.column])


def _under_first_key(token: str, primary_key: Any, progress: Progress) -> str:
    progress.seen += 1
    if encryption.is_current(token):
        return token
    try:
        replacement = encryption.rotate(token)
    except encryption.NoKeyFitsError:
        progress.first_lost = primary_key if not progress.lost else progress.first_lost
        progress.lost += 1
        return token
    progress.changed += 1
    return replacement


def _raw_rows(field: EncryptedField) -> models.QuerySet[Any]:
    """All rows that hold something, with what the column really holds as `raw`."""
    rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})  # noqa: SLF001
    return rows.annotate(raw=Cast(F(field.attname), TextField()))


def _reencrypt(
    rows: models.QuerySet[Any],
    field: EncryptedField,
    primary_key: Any,
    token: str,
    progress: Progress,
) -> None:
    progress.seen += 1
    if encryption.is_current(token):
        return
    try:
        replacement = encryption.rotate(token)
    except encryption.NoKeyFitsError:
        progress.first_lost = primary_key if not progress.lost else progress.first_lost
        progress.lost += 1
        return
    value = Value(replacement, output_field=TextField())
    progress.changed += rows.filter(pk=primary_key, raw=token).update(**{field.name: value})
