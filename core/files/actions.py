"""Taking files in, deleting them, and finding what nothing refers to any more."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from core.files import errors
from core.files.kinds import FileKind, extensions_of, fits, kind_of
from core.files.models import FOLDER, StoredFile, place_of
from core.files.names import extension_of, safe_name
from core.files.purposes import FilePurpose, file_purposes, file_scanners
from core.files.storage import CHUNK, storage_refusals

logger = logging.getLogger(__name__)

# An upload whose form is still open, or whose transaction still runs, must not be taken for lost.
GRACE = timedelta(days=1)
BATCH = 500


def store_file(
    *,
    content: File[Any],
    name: str,
    purpose: str,
    owner: AbstractBaseUser | None,
    at: datetime,
    field: str = "file",
) -> StoredFile:
    (stored,) = store_files(
        uploads=[(name, content)], purpose=purpose, owner=owner, at=at, field=field
    )
    return stored


def store_files(
    *,
    uploads: Sequence[tuple[str, File[Any]]],
    purpose: str,
    owner: AbstractBaseUser | None,
    at: datetime,
    field: str = "file",
) -> list[StoredFile]:
    """Take in what belongs together, all or nothing, in the caller's transaction.

    Raises a refusal that names the file and says what to do; it stands in the details under
    `field`. Nothing is read into memory as a whole. Should the transaction fail later, the bytes
    are left behind without a row, and purged.
    """
    rules = file_purposes[purpose]
    _refuse_too_much([content for _name, content in uploads], rules, field)
    looked_at = [(content, *_look_at(content, name, rules, field)) for name, content in uploads]
    expires_at = at + rules.keep if rules.keep else None
    with transaction.atomic():
        return [
            _store(
                content,
                StoredFile(
                    id=uuid4(),
                    purpose=purpose,
                    owner_id=owner.pk if owner else None,
                    name=name,
                    content_type=kind.content_type,
                    created_at=at,
                    expires_at=expires_at,
                ),
            )
            for content, name, kind in looked_at
        ]


def delete_files(files: Iterable[StoredFile]) -> int:
    """The rows in the caller's transaction, the bytes once that is certain."""
    gone = list(files)
    StoredFile.objects.filter(pk__in=[file.pk for file in gone]).delete()
    for file in gone:
        transaction.on_commit(partial(_drop, file.place))
    return len(gone)


def purge(*, at: datetime) -> int:
    """Delete files whose time is over, that nothing refers to, and bytes that have no row."""
    forgotten = _delete_all(StoredFile.objects.expired(at))
    for name, rules in file_purposes:
        if rules.unused is not None:
            old = StoredFile.objects.of(name).filter(created_at__lt=at - rules.unused_for)
            forgotten += _delete_all(rules.unused(old))
    return forgotten + _drop_bytes_without_a_row(at)


def _refuse_too_much(contents: Sequence[File[Any]], rules: FilePurpose, field: str) -> None:
    if len(contents) > rules.max_files:
        raise errors.too_many(rules.max_files, field=field)
    together = rules.max_total_bytes
    if together is not None and sum(content.size for content in contents) > together:
        raise errors.too_large_together(together, field=field)


def _look_at(
    content: File[Any], given: str, rules: FilePurpose, field: str
) -> tuple[str, FileKind]:
    """Its harmless name and its kind, by its bytes; what it claims to be counts for nothing."""
    name = safe_name(given)
    if content.size > rules.max_bytes:
        raise errors.too_large(name, rules.max_bytes, field=field)
    if not content.size:
        raise errors.empty(name, field=field)
    opened = cast("BinaryIO", content)
    kind = kind_of(opened)
    if kind is not None and kind.name in rules.kinds and not fits(kind, name):
        raise errors.disguised(name, kind.extensions[0], field=field)
    if kind is None or kind.name not in rules.kinds:
        raise errors.not_taken(name, extensions_of(rules.kinds), field=field)
    if rules.is_scanned:
        for _name, scan in file_scanners:
            scan(opened, name)
            opened.seek(0)
    return (name if extension_of(name) else safe_name(f"{name}{kind.extensions[0]}")), kind


def _store(content: File[Any], file: StoredFile) -> StoredFile:
    file.sha256, file.size = _digest(content)
    with storage_refusals():
        placed = default_storage.save(file.place, File(content.file, name=file.name))
    if placed != file.place:
        raise RuntimeError(f"the storage put {file.place} elsewhere")
    file.save(force_insert=True)
    return file


def _digest(content: File[Any]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return digest.hexdigest(), size


def _delete_all(files: Iterable[StoredFile]) -> int:
    deleted = 0
    while batch := list(files[:BATCH]):  # type: ignore[index]
        with transaction.atomic():
            deleted += delete_files(batch)
    return deleted


def _drop(place: str) -> None:
    """After commit, when nobody waits for it; what cannot be deleted now, the purge finds."""
    try:
        default_storage.delete(place)
    except OSError:
        logger.warning("A file's bytes could not be deleted.", exc_info=True)


def _drop_bytes_without_a_row(at: datetime) -> int:
    """Left behind by transactions that failed and by deletions that did not get through."""
    dropped = 0
    for folder in _listed(FOLDER)[0]:
        marks = _listed(f"{FOLDER}/{folder}")[1]
        for start in range(0, len(marks), BATCH):
            dropped += _drop_unknown(marks[start : start + BATCH], at)
    return dropped


def _drop_unknown(marks: Sequence[str], at: datetime) -> int:
    by_mark = {mark: key for mark in marks if (key := _as_uuid(mark))}
    known = set(StoredFile.objects.filter(pk__in=by_mark.values()).values_list("pk", flat=True))
    lost = [mark for mark, key in by_mark.items() if key not in known and _is_old(mark, at)]
    for mark in lost:
        _drop(place_of(mark))
    return len(lost)


def _is_old(mark: str, at: datetime) -> bool:
    try:
        return default_storage.get_modified_time(place_of(mark)) < at - GRACE
    except FileNotFoundError:
        return False


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _as_uuid(mark: str) -> UUID | None:
    try:
        return UUID(hex=mark)
    except ValueError:
        return None
