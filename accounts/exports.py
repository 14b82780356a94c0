"""The job that makes a copy of somebody's data: a ZIP of JSON and files, for their eyes alone."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.actions.leaving import EXPORT_JOB
from accounts.entry.mails import greeting
from accounts.events import DataExported
from accounts.models import User
from core.clock import now
from core.events.actions import record
from core.files.actions import store_file
from core.files.models import StoredFile
from core.files.names import safe_name
from core.files.purposes import EXPORT, MB, FilePurpose
from core.jobs.kinds import job_kind
from core.jobs.running import JobRun
from core.mail.actions import queue_mail
from core.personal_data import Attachment, PersonalData, parts_of_highest_floor_first

GATHERED = 90
COPY_CHUNK = 256 * 1024

PURPOSE = FilePurpose(
    policy="accounts.read_own_export",
    kinds=frozenset({"zip"}),
    max_bytes=4096 * MB,
    keep=timedelta(days=settings.EXPORT_KEEP_DAYS),
    is_scanned=False,
)


@job_kind(EXPORT_JOB, time_limit=1800)
def export(run: JobRun, *, user_id: int) -> Mapping[str, Any]:
    """Once more after a crash, it finds what it has stored, and stores nothing twice."""
    user = User.objects.get(pk=user_id)
    with tempfile.TemporaryFile() as packed:
        _pack(user, packed, run)
        run.progress(GATHERED, _("Putting it away safely"))
        with run.fenced():
            file = _keep(user, packed)
            _tell(user, file, run)
    return {
        "file": file.pk,
        "url": reverse("file", args=[file.pk]),
        "size": file.size,
        "expires_at": file.expires_at,
    }


def _pack(user: User, packed: IO[bytes], run: JobRun) -> None:
    parts, at = parts_of_highest_floor_first(), timezone.localtime(now())
    with zipfile.ZipFile(packed, "w") as archive:
        with _new_file(archive, "README.txt", at) as target:
            target.write(_about(user, at).encode())
        for done, part in enumerate(parts):
            run.progress(GATHERED * done // len(parts), str(part.label))
            _add(archive, part, user, run, at)


def _add(
    archive: zipfile.ZipFile, part: PersonalData, user: User, run: JobRun, at: datetime
) -> None:
    """What there is none of gets no file."""
    for each in part.collect(user):
        run.check()
        if isinstance(each, Attachment):
            # Its row says that it was there; a copy of all the rest is still worth having.
            with suppress(FileNotFoundError), each.open() as source:
                _copy(source, _new_file(archive, each.path, at))
        elif not isinstance(each.content, Iterator):
            with _new_file(archive, each.path, at) as target:
                target.write(_json(each.content))
        elif first := list(islice(each.content, 1)):
            with _new_file(archive, each.path, at) as target:
                _write_rows(chain(first, each.content), target)


def _copy(source: BinaryIO, new_file: AbstractContextManager[IO[bytes]]) -> None:
    with new_file as target:
        shutil.copyfileobj(source, target, COPY_CHUNK)


def _new_file(
    archive: zipfile.ZipFile, path: str, at: datetime
) -> AbstractContextManager[IO[bytes]]:
    about = zipfile.ZipInfo(_inside(path), date_time=at.timetuple()[:6])
    about.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(about, "w", force_zip64=True)


def _about(user: User, at: datetime) -> str:
    said = _(
        "This is a copy of what ApraNova keeps of %(name)s, made on %(day)s.\n\n"
        "The .json files are lists of facts, which any editor of texts opens. Other files are as "
        "you handed them in. What there is none of has no file.\n"
    )
    return said % {"name": user.get_full_name(), "day": date_format(at, "DATETIME_FORMAT")}


def _inside(path: str) -> str:
    """Never out of the folder in which somebody unpacks it, whatever a file is called."""
    return "/".join(["apranova", *(safe_name(name) for name in path.split("/"))])


def _write_rows(rows: Iterator[Any], target: IO[bytes]) -> None:
    target.write(b"[")
    for number, row in enumerate(rows):
        target.write(b",\n" if number else b"\n")
        target.write(_json(row))
    target.write(b"\n]\n")


def _json(content: Any) -> bytes:
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()


def _keep(user: User, packed: IO[bytes]) -> StoredFile:
    at = now()
    name = f"apranova {timezone.localdate(at):%Y-%m-%d}.zip"
    return store_file(content=File(packed), name=name, purpose=EXPORT, owner=user, at=at)


def _tell(user: User, file: StoredFile, run: JobRun) -> None:
    at = file.created_at
    record_audit("accounts.data_exported", by=user, target=user, at=at)
    record(DataExported(user_id=user.pk, file=file.pk), by=user, at=at)
    queue_mail(
        template="accounts/export_ready",
        to=user,
        context={
            "name": greeting(user),
            "link": f"{settings.FRONTEND_URL}{reverse('own_data')}",
            "until": date_format(timezone.localdate(file.expires_at), "DATE_FORMAT"),
        },
        key=f"accounts.export_ready:{run.job_id}",
        at=at,
    )
