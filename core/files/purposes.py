"""What files are for: how large, of which kind, for whose eyes, and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from django.db.models import QuerySet

from core.files.models import StoredFile
from core.registries import Registry

MB = 1024 * 1024
# Copies of people's own data, which are no data of theirs by themselves.
EXPORT = "export"


@dataclass(frozen=True)
class FilePurpose:
    """Registered in `AppConfig.ready`, by the name that `StoredFile.purpose` holds.

    `policy` is asked with the file as its object; whom it refuses, for them there is no such file.
    `kinds` are names in `core.files.kinds`. `max_files` and `max_total_bytes` hold for what is
    handed in together. `unused` narrows a queryset to files that nothing refers to, which are
    purged `unused_for` after they came; without it a file goes only by `keep` or `delete_files`.
    `stays` says that a file outlives its owner's account.
    """

    policy: str
    kinds: frozenset[str]
    max_bytes: int
    max_files: int = 1
    max_total_bytes: int | None = None
    keep: timedelta | None = None
    unused: Callable[[QuerySet[StoredFile]], QuerySet[StoredFile]] | None = None
    unused_for: timedelta = timedelta(days=1)
    stays: bool = False
    is_scanned: bool = True


file_purposes: Registry[FilePurpose] = Registry("purposes of files")

# What looks for harm before anything is stored: `(content, name)`, raising FileRefused. A scanner
# that is away raises Unavailable, and nothing is taken meanwhile.
file_scanners: Registry[Callable[[BinaryIO, str], None]] = Registry("scanners of files")
