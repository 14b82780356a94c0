"""What the floor itself keeps of a person: the mails it sent them and the files they handed in."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from core.files.actions import delete_files
from core.files.models import StoredFile
from core.files.purposes import EXPORT, file_purposes
from core.mail.actions import forget_recipient
from core.mail.models import Mail
from core.personal_data import Attachment, Document, PersonalData, personal_data

FACTS_OF_A_FILE = ("id", "purpose", "name", "size", "sha256", "content_type", "created_at")


def register_own_data() -> None:
    personal_data.register(
        "0 files",
        PersonalData(
            label=_("Gathering your files"),
            collect=_files,
            erase=_erase_files,
            goes=[_("Files that you handed in, unless others need them.")],
        ),
    )
    personal_data.register(
        "0 mails",
        PersonalData(
            label=_("Gathering your mails"),
            collect=_mails,
            erase=_erase_mails,
            goes=[_("The mails that we sent you, and that we did.")],
        ),
    )


def _files(user: Any) -> Iterator[Document | Attachment]:
    own = StoredFile.objects.filter(owner=user).exclude(purpose=EXPORT)
    yield Document("files.json", own.values(*FACTS_OF_A_FILE).iterator())
    for file in own.iterator():
        yield Attachment(f"files/{file.pk.hex[:8]} {file.name}", partial(_open, file.place))


def _open(place: str) -> AbstractContextManager[BinaryIO]:
    return cast("AbstractContextManager[BinaryIO]", default_storage.open(place))


def _erase_files(user: Any, at: datetime) -> None:
    """A purpose whose files stay leaves them without an owner, as by a former member."""
    staying = [name for name, purpose in file_purposes if purpose.stays]
    delete_files(StoredFile.objects.filter(owner=user).exclude(purpose__in=staying))


def _mails(user: Any) -> Iterator[Document]:
    sent = Mail.objects.filter(to__iexact=user.email).order_by("created_at")
    facts = sent.values("kind", "to", "subject", "status", "created_at", "sent_at")
    yield Document("mails.json", facts.iterator())


def _erase_mails(user: Any, at: datetime) -> None:
    forget_recipient(user.email)
