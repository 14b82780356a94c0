"""What is kept of a person, app by app: to give them a copy of it, and to erase it.

Each app registers its part in `AppConfig.ready`. Rows that go with their user by the database's own
rules need no eraser; what lies elsewhere (files, other services, rows known by an address) does.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, TypeAlias

from django.utils.functional import Promise

from core.registries import Registry

Words: TypeAlias = str | Promise


@dataclass(frozen=True)
class Document:
    """Facts, written as JSON. Long lists may be iterators: they are written row by row."""

    path: str
    content: Any


@dataclass(frozen=True)
class Attachment:
    """A file as it is; opened when its turn comes."""

    path: str
    open: Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True)
class PersonalData:
    """One app's part. Names begin with the number of a floor, and the highest floor erases first.

    `goes` and `stays` say in a sentence each what a person should know before they close their
    account. Collecting and erasing may happen again after a crash.
    """

    label: Words
    collect: Callable[[Any], Iterable[Document | Attachment]]
    erase: Callable[[Any, datetime], None] | None = None
    goes: Sequence[Words] = ()
    stays: Sequence[Words] = ()


personal_data: Registry[PersonalData] = Registry("personal data")


def parts_of_highest_floor_first() -> list[PersonalData]:
    return [part for _name, part in reversed(list(personal_data))]


def erase_personal_data(user: Any, *, at: datetime) -> None:
    """In the caller's transaction, before the user's own row goes."""
    for part in parts_of_highest_floor_first():
        if part.erase is not None:
            part.erase(user, at)
