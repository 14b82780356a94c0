"""Files of work: taken in one by one while a form is open, and handed in with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from core.files import errors
from core.files.actions import delete_files, store_files
from core.files.models import StoredFile
from core.files.purposes import MB, file_purposes
from curriculum.errors import StorageFull

PURPOSE = "submission"


@transaction.atomic
def keep_files(
    uploads: Sequence[tuple[str, File[Any]]],
    *,
    owner: User,
    at: datetime,
    beside: Collection[StoredFile] = (),
) -> list[StoredFile]:
    """Take files in, beside those that are there already. Nobody fills more than their room."""
    if not uploads:
        _refuse_too_many(beside)
        return []
    # Uploads of one person wait for each other here: else two at once would both fit.
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=owner.pk)
    coming = sum(content.size or 0 for _name, content in uploads)
    if _room_used(owner) + coming > settings.STUDENT_FILES_MB * MB:
        raise StorageFull(limit_mb=settings.STUDENT_FILES_MB)
    stored = store_files(uploads=uploads, purpose=PURPOSE, owner=owner, at=at)
    _refuse_too_many([*beside, *stored])
    return stored


def own_files(ids: Collection[Any], *, owner: User) -> list[StoredFile]:
    """One's own, in the order that was given; what is somebody else's is not there.

    They are held until they are handed in, so that nobody takes them back meanwhile.
    """
    wanted = list(dict.fromkeys(_as_uuids(ids)))
    own = StoredFile.objects.filter(pk__in=wanted, owner=owner, purpose=PURPOSE).order_by("pk")
    found = own.select_for_update(no_key=True).in_bulk()
    if len(found) != len(wanted):
        raise Invalid(None, files=[_("One of these files is no longer there. Choose it again.")])
    return [found[key] for key in wanted]


@transaction.atomic
def drop_file(file: StoredFile, *, by: User) -> bool:
    """Take back a file that was not handed in; one that was stays with its revision."""
    own = StoredFile.objects.filter(pk=file.pk, owner=by, purpose=PURPOSE)
    held = list(own.select_for_update())
    is_unused = bool(held) and not file.submission_files.exists()
    return is_unused and bool(delete_files(held))


def _room_used(owner: User) -> int:
    own = StoredFile.objects.filter(owner=owner, purpose=PURPOSE)
    return own.aggregate(total=Sum("size"))["total"] or 0


def _refuse_too_many(files: Collection[StoredFile]) -> None:
    rules = file_purposes[PURPOSE]
    if len(files) > rules.max_files:
        raise errors.too_many(rules.max_files, field="file")
    together = rules.max_total_bytes
    if together is not None and sum(file.size for file in files) > together:
        raise errors.too_large_together(together, field="file")


def _as_uuids(ids: Collection[Any]) -> list[UUID]:
    try:
        return [each if isinstance(each, UUID) else UUID(str(each)) for each in ids]
    except ValueError:
        raise Invalid(None, files=[_("These are no ids of files.")]) from None
