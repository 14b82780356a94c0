"""What admins write into content: in the order that they want, and out of the way of the files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from accounts.actions.audit import record_audit
from accounts.models import User
from core.callers import Caller
from curriculum.actions.content import tell_edit, wait_in_line
from curriculum.errors import ContentFromFile, ContentInUse
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.models.content import KEY_LENGTH, Content, Part
from curriculum.rules import placed_among


@dataclass(frozen=True)
class PartEdit:
    """A step or deliverable as it shall be; `place` is where it shall stand, if that was said."""

    row: Any
    fields: Collection[str] = field(default_factory=tuple)
    place: int | None = None


@transaction.atomic
def save_edit(
    row: Content,
    *,
    fields: Collection[str],
    by: User,
    at: datetime,
    caller: Caller | None = None,
) -> None:
    """Loading will leave it alone from now on, and where it stands too."""
    wait_in_line()
    verb = "edited" if row.pk else "added"
    row.edited_at = at
    row.save()
    record_audit(
        f"curriculum.{row._meta.model_name}_{verb}",
        by=by,
        target=row,
        data={"fields": sorted(fields)} if verb == "edited" else None,
        caller=caller,
        at=at,
    )
    tell_edit(row, by=by, at=at)


@transaction.atomic
def save_parts(
    project: Project,
    kind: type[Any],
    edits: Sequence[PartEdit],
    *,
    by: User,
    at: datetime,
    caller: Caller | None = None,
) -> None:
    """Steps or deliverables of one project. What has no place of its own keeps its order."""
    wait_in_line()
    placed = []
    for edit in edits:
        row = edit.row
        if row.pk is None:
            row.project = project
            row.key = _new_key(kind, project, row.title)
            row.number = kind.objects.filter(project=project).count() + 1
        save_edit(row, fields=edit.fields, by=by, at=at, caller=caller)
        if edit.place is not None:
            placed.append((edit.place, row.pk))
    _arrange(kind.objects.filter(project=project), placed)


@transaction.atomic
def delete_content(row: Content, *, by: User, at: datetime, caller: Caller | None = None) -> None:
    """What nobody has worked on, and no file would bring back. Else it retires."""
    wait_in_line()
    refuse_deletion(row)
    record_audit(
        f"curriculum.{row._meta.model_name}_deleted", by=by, target=row, caller=caller, at=at
    )
    tell_edit(row, by=by, at=at)
    row.delete()
    if isinstance(row, Part):
        _arrange(type(row).objects.filter(project=row.project), [])  # type: ignore[attr-defined]


def refuse_deletion(row: Content) -> None:
    if row.loaded_digest:
        raise ContentFromFile
    if _is_in_use(row):
        raise ContentInUse


def _is_in_use(row: Content) -> bool:
    if isinstance(row, Step):
        return row.done_by.exists()
    if isinstance(row, Deliverable):
        return row.submissions.exists()
    if isinstance(row, Project):
        work = (
            row.steps.exclude(done_by=None),
            row.deliverables.exclude(submissions=None),
            row.repositories.all(),
            row.extensions.all(),
        )
        return any(rows.exists() for rows in work)
    if isinstance(row, Track):
        return any(
            rows.exists() for rows in (row.projects.all(), row.enrollments.all(), row.cohorts.all())
        )
    raise TypeError(row)


def _arrange(rows: Any, placed: Sequence[tuple[int, int]]) -> None:
    """Numbers from 1 without gaps; what is retired stands last."""
    order = list(rows.order_by("number", "pk"))
    chosen = {pk for _place, pk in placed}
    living = [row.pk for row in order if row.retired_at is None]
    retired = [row.pk for row in order if row.retired_at is not None]
    rest = [pk for pk in living if pk not in chosen]
    wanted = placed_among(rest, [(place, pk) for place, pk in placed if pk in set(living)])
    numbers = {row.pk: row.number for row in order}
    for number, pk in enumerate([*wanted, *retired], start=1):
        if numbers[pk] != number:
            rows.filter(pk=pk).update(number=number)


def _new_key(kind: type[Any], project: Project, title: str) -> str:
    """A name that no content file gives, since those begin with a word of their own."""
    stem = f"own-{slugify(title)}"[: KEY_LENGTH - 4].rstrip("-")
    taken = set(kind.objects.filter(project=project).values_list("key", flat=True))
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
