"""Loading content files: what is new comes, what was edited here stays, what is gone retires."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from core.events.actions import record
from curriculum.content_files import DeliverableFile, ProjectFile, StepFile, TrackFile
from curriculum.events import ContentLoaded
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.models.content import Content, Part
from curriculum.tracks import forget_tracks

ContentT = TypeVar("ContentT", bound=Content)
PartT = TypeVar("PartT", bound=Part)
Fields = Mapping[str, Any]


@dataclass
class LoadReport:
    """What loading did, by the names of things as people know them."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def has_changed_anything(self) -> bool:
        return bool(self.made or self.changed or self.retired)


@transaction.atomic
def load_content(
    files: Sequence[TrackFile], *, at: datetime, overwrite: bool = False
) -> LoadReport:
    """Bring the rows to what the files say. What an admin edited stays, unless told otherwise.

    Loading the same files again changes nothing. Two at once wait for each other.
    """
    report = LoadReport()
    list(Track.objects.order_by("pk").select_for_update().values_list("pk"))
    loader = _Loader(report, at=at, overwrite=overwrite)
    for place, file in enumerate(files):
        loader.load_track(file, position=place)
    if report.has_changed_anything:
        loaded = ContentLoaded(
            made=len(report.made), changed=len(report.changed), retired=len(report.retired)
        )
        record(loaded, by=None, at=at)
        forget_tracks()
    return report


def note_edit(row: Content, *, at: datetime) -> None:
    """What an admin saves: loading will leave it alone, since it no longer is as it was loaded."""
    row.edited_at = at
    forget_tracks()


class _Loader:
    def __init__(self, report: LoadReport, *, at: datetime, overwrite: bool) -> None:
        self._report = report
        self._at = at
        self._overwrite = overwrite

    def load_track(self, file: TrackFile, *, position: int) -> None:
        known = Track.objects.filter(code=file.code).first()
        track = self._bring(
            known or Track(code=file.code, position=position),
            {
                "name": file.name,
                "pitch": file.pitch,
                "description": file.description,
                "duration_weeks": file.duration_weeks,
            },
        )
        known_projects = {
            project.number: project for project in Project.objects.filter(track=track)
        }
        for each in file.projects:
            self._load_project(track, each, known_projects.get(each.number))

    def _load_project(self, track: Track, file: ProjectFile, known: Project | None) -> None:
        project = self._bring(
            known or Project(track=track, number=file.number),
            {
                "title": file.title,
                "summary": file.summary,
                "type": file.type,
                "brief": file.brief,
                "goals": list(file.goals),
                "tech_stack": list(file.tech_stack),
                "hours": file.hours,
                "due_week": file.due_week,
                "template": file.template,
            },
        )
        steps = {each.key: _step_fields(each) for each in file.steps}
        self._load_parts(Step, Step.objects.filter(project=project), project, steps)
        deliverables = {each.key: _deliverable_fields(each) for each in file.deliverables}
        self._load_parts(
            Deliverable, Deliverable.objects.filter(project=project), project, deliverables
        )

    def _load_parts(
        self,
        kind: type[PartT],
        rows: Iterable[PartT],
        project: Project,
        parts: Mapping[str, Fields],
    ) -> None:
        known = {row.key: row for row in rows}
        before = {key: (row.number, row.retired_at) for key, row in known.items()}
        loaded: list[PartT] = []
        for place, (key, fields) in enumerate(parts.items(), start=1):
            row = known.pop(key, None) or kind(key=key, project=project)
            row.number = row.number or place
            loaded.append(self._bring(row, fields))
        self._settle(loaded, known.values(), before)

    def _settle(
        self,
        loaded: Sequence[Part],
        others: Iterable[Part],
        before: Mapping[str, tuple[int, datetime | None]],
    ) -> None:
        """In the order of the file; then what was made here; last what the file has dropped."""
        rest = sorted(others, key=lambda row: (bool(row.loaded_digest), row.number))
        for row in rest:
            if row.loaded_digest and row.retired_at is None:
                row.retired_at = self._at
                self._report.retired.append(str(row))
        for row in loaded:
            row.retired_at = None
        for number, row in enumerate([*loaded, *rest], start=1):
            row.number = number
            if before.get(row.key) != (row.number, row.retired_at):
                row.save(update_fields=["number", "retired_at"])

    def _bring(self, row: ContentT, fields: Fields) -> ContentT:
        """To what the file says, unless it was edited since it was loaded."""
        digest = _digest(fields)
        if row.pk is None:
            self._write(row, fields, digest)
            self._report.made.append(str(row))
            return row
        present = _digest({name: getattr(row, name) for name in fields})
        is_edited = present != row.loaded_digest
        if digest in {row.loaded_digest, present} and not (is_edited and self._overwrite):
            if digest == present != row.loaded_digest:
                self._write(row, fields, digest)
            return row
        if is_edited and not self._overwrite:
            self._report.kept.append(str(row))
            return row
        self._write(row, fields, digest)
        self._report.changed.append(str(row))
        return row

    @staticmethod
    def _write(row: Content, fields: Fields, digest: str) -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.loaded_digest, row.edited_at = digest, None
        row.save()


def _step_fields(file: StepFile) -> Fields:
    return {
        "title": file.title,
        "is_required": file.is_required,
        "description": file.body,
        "done_when": file.done_when,
    }


def _deliverable_fields(file: DeliverableFile) -> Fields:
    return {
        "kind": file.kind,
        "title": file.title,
        "is_required": file.is_required,
        "approves_on_merge": file.approves_on_merge,
        "about": file.about,
        "rubric": [asdict(criterion) for criterion in file.rubric],
    }


def _digest(fields: Fields) -> str:
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
