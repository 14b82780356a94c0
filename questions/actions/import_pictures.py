"""The pictures that a file brings along: those that are here are found, new ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.files.actions import delete_files
from core.files.errors import FileRefused, FileTooLarge, too_large
from core.files.models import StoredFile
from core.files.pictures import made_anew
from questions.actions.images import images_for, store_image
from questions.files import IMAGE_FILES
from questions.formats import Row, read_entry, written_of
from questions.formats.drafts import each_text, texts_in
from questions.formats.limits import refuse
from questions.formats.pictures import FIELD, Key, Shelf, keys_in, placed
from questions.images import Picture, address_of, named_in, remake
from questions.kinds import Problem
from questions.models import ImportBatch, ImportedImage
from questions.planning import PlannedRow, RowState

# Of all pictures of a file that are not here yet: what takes about a minute to write anew.
MOST_PIXELS = 500_000_000
# Over a JPEG, as cameras and editors make; a picture of more counts as so many times more pixels.
USUAL_PASSES = 12


@dataclass(frozen=True)
class _Here:
    """A picture of the bank. Its size is known where that did not take a look at it."""

    mark: UUID
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class _New:
    extension: str
    width: int
    height: int


class ImportPictures:
    """Those on the shelf of one file, for whoever takes it in.

    The same bytes are the same picture: by the name that the bank gave it, as what it was once made
    from, or as one's own. A new one is written anew like any other that somebody sends, and stored
    only once a question is taken in that shows it. Until then its address is made of its digest.
    """

    def __init__(self, shelf: Shelf, owner: User) -> None:
        self._shelf = shelf
        self._owner = owner
        self._new: dict[str, _New] = {}
        self._refusals: dict[str, str] = {}
        self._pixels = 0

    def look_through(self, rows: Sequence[Row], tell: Callable[[int, int], None]) -> bool:
        """Write anew what is not here, which takes its time; whether there is any work for us."""
        texts = [text for row in rows for text in texts_in(row.written)]
        keys = keys_in(texts)
        here = self._here(keys, is_locked=False)
        unknown = sorted({key.digest for key in keys if key not in here} & set(self._shelf.names))
        for number, digest in enumerate(unknown, start=1):
            tell(number, len(unknown))
            self._make(digest)
        return bool(self._shelf.names) or bool(named_in(texts))

    def placed(self, rows: Sequence[Row], *, is_locked: bool) -> list[Row]:
        """With addresses in their texts. Locked, those that are here stay until all is written."""
        keys = keys_in(text for row in rows for text in texts_in(row.written))
        here = self._here(keys, is_locked=is_locked)
        with_addresses = [self._placed(row, here) for row in rows]
        return self._with_notes(with_addresses)

    def keep(self, planned: Iterable[PlannedRow], *, batch: ImportBatch, at: datetime) -> None:
        """Store those that are new in what is taken in, and show them by their addresses."""
        provisional = {_provisional(digest): digest for digest in self._new}
        stored: dict[UUID, UUID] = {}
        for each in planned:
            if each.entry is None or each.state not in {RowState.NEW, RowState.CHANGED}:
                continue
            written = written_of(each.entry)
            marks = sorted(named_in(texts_in(written)) & set(provisional))
            for mark in marks:
                if mark not in stored:
                    stored[mark] = self._store(provisional[mark], batch=batch, at=at)
            if marks:
                each.entry = read_entry(each_text(written, _renaming(stored))).entry

    def _here(self, keys: Iterable[Key], *, is_locked: bool) -> dict[Key, _Here]:
        """What was made of it outranks what only looks the same."""
        wanted = [key for key in keys if key.digest in self._shelf.names]
        if not wanted:
            return {}
        digests = {key.digest for key in wanted}
        made = ImportedImage.objects.filter(file__owner=self._owner, source__in=digests)
        by_source = {
            each.source: _Here(each.file_id, (each.width, each.height))
            for each in made.order_by("-file")
        }
        named = {key.was for key in wanted} - {None}
        alike = images_for(self._owner).filter(
            Q(owner=self._owner) | Q(pk__in=named), sha256__in=digests
        )
        files = list(alike.order_by("-created_at", "-pk"))
        by_name = {(file.sha256, file.pk): _Here(file.pk) for file in files}
        own = {file.sha256: _Here(file.pk) for file in files if file.owner_id == self._owner.pk}
        found = (
            (
                key,
                by_name.get((key.digest, key.was))  # type: ignore[arg-type]
                or by_source.get(key.digest)
                or own.get(key.digest),
            )
            for key in wanted
        )
        here = {key: each for key, each in found if each is not None}
        return _still_here(here) if is_locked else here

    def _placed(self, row: Row, here: dict[Key, _Here]) -> Row:
        refusals: dict[str, None] = {}

        def address(key: Key, is_sized: bool) -> str | None:
            if key.digest not in self._shelf.names:
                return None
            known = here.get(key)
            if known is None and key.digest not in self._new:
                self._make(key.digest)
            if known is None and key.digest in self._refusals:
                refusals[self._refusals[key.digest]] = None
                return None
            mark = known.mark if known else _provisional(key.digest)
            return address_of(mark) + (self._size(key.digest, known) if is_sized else "")

        if row.written is None:
            return row
        written = each_text(row.written, lambda text: placed(text, address))
        problems = [Problem(FIELD, said) for said in refusals]
        return replace(row, written=written, problems=(*row.problems, *problems))

    def _size(self, digest: str, here: _Here | None) -> str:
        if here is None:
            width, height = self._new[digest].width, self._new[digest].height
        else:
            width, height = here.size or _size_of(self._shelf.content_of(digest))
        return f"?w={width}&h={height}"

    def _with_notes(self, rows: list[Row]) -> list[Row]:
        """A word on what is not here, which is the same as what is not for this person to show."""
        named = [named_in(texts_in(row.written)) for row in rows]
        asked = set().union(*named) - {_provisional(digest) for digest in self._new}
        if not asked:
            return rows
        found = set(images_for(self._owner).filter(pk__in=asked).values_list("pk", flat=True))
        return [
            replace(row, notes=(*row.notes, *_absent((marks & asked) - found)))
            for row, marks in zip(rows, named, strict=True)
        ]

    def _make(self, digest: str) -> None:
        if digest in self._new or digest in self._refusals:
            return
        name = self._shelf.names[digest]
        content = self._shelf.content_of(digest)
        remade = partial(self._remake, weight=_weight(content))
        try:
            upload = ContentFile(content, name)
            picture = made_anew(upload, remade, max_bytes=IMAGE_FILES.max_bytes, field=FIELD)
            if len(picture.content) > IMAGE_FILES.max_bytes:
                raise too_large(name, IMAGE_FILES.max_bytes, field=FIELD)
        except (FileRefused, FileTooLarge) as refusal:
            about = {"name": name, "why": refusal.message}
            self._refusals[digest] = _("“%(name)s”: %(why)s") % about
            return
        self._shelf.keep(f"new {digest}", picture.content)
        self._new[digest] = _New(picture.extension, picture.width, picture.height)

    def _remake(self, opened: Any, *, weight: int) -> Picture:
        self._pixels += opened.width * opened.height * weight
        if self._pixels > MOST_PIXELS:
            refuse(_("Its pictures are too many of such a size. Divide the file."))
        return remake(opened)

    def _store(self, digest: str, *, batch: ImportBatch, at: datetime) -> UUID:
        new, content = self._new[digest], self._shelf.content_of(f"new {digest}")
        name = f"picture{new.extension}"
        file = store_image(content, name=name, owner=self._owner, at=at, field=FIELD)
        ImportedImage.objects.create(
            file=file, batch=batch, source=digest, width=new.width, height=new.height
        )
        return file.pk


def drop_pictures_of(batch: ImportBatch) -> int:
    """Those that came with it and that no version shows any more, locked before that is asked."""
    brought = StoredFile.objects.filter(imported__batch=batch).order_by("pk")
    keys = list(brought.select_for_update(of=("self",)).values_list("pk", flat=True))
    return delete_files(StoredFile.objects.filter(pk__in=keys, versions=None))


def _weight(content: bytes) -> int:
    passes = content.count(b"\xff\xda") if content.startswith(b"\xff\xd8") else 0
    return 1 + passes // USUAL_PASSES


def _provisional(digest: str) -> UUID:
    return UUID(hex=digest[:32])


def _renaming(stored: dict[UUID, UUID]) -> Callable[[str], str]:
    def renamed(text: str) -> str:
        for mark in named_in([text]) & set(stored):
            text = text.replace(address_of(mark), address_of(stored[mark]))
        return text

    return renamed


def _absent(marks: Iterable[UUID]) -> Iterator[Problem]:
    for mark in sorted(marks):
        said = _("There is no such picture here: %s. Add it anew, or take it out.")
        yield Problem(FIELD, said % address_of(mark))


def _still_here(here: dict[Key, _Here]) -> dict[Key, _Here]:
    """Without those that have gone since, and so that no others go before we are done."""
    files = StoredFile.objects.filter(pk__in={each.mark for each in here.values()}).order_by("pk")
    left = set(files.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    return {key: each for key, each in here.items() if each.mark in left}


def _size_of(content: bytes) -> tuple[int, int]:
    """Of one that we have written ourselves."""
    from PIL import Image  # noqa: PLC0415  (heavy)

    with Image.open(BytesIO(content)) as picture:
        return picture.width, picture.height
