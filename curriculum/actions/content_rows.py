"""Rows of content brought to what the files say, around what an admin has made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from curriculum.content_files import DeliverableFile, ProjectFile, StepFile, TrackFile
from curriculum.errors import NotInFiles
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.models.content import Content, Part
from curriculum.rules import placed_among

ContentT = TypeVar("ContentT", bound=Content)
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

    def lines(self, *, kind: str = "") -> Iterator[str]:
        """One for each thing; `kind` stands before names that do not say what they are of."""
        told = {"new": self.made, "changed": self.changed, "retired": self.retired}
        for word, names in told.items():
            for name in names:
                yield f"{word}: {kind}{name}"
        for name in self.kept:
            yield f"kept as edited here: {kind}{name} (--overwrite takes the file's)"

    def summary(self, *, what: str) -> str:
        """Empty where nothing has changed."""
        if not self.has_changed_anything:
            return ""
        return (
            f"Loaded {what}: {len(self.made)} new, {len(self.changed)} changed, "
            f"{len(self.retired)} retired."
        )


class Loader:
    def __init__(self, *, at: datetime, overwrite: bool) -> None:
        self.report = LoadReport()
        self._at = at
        self._overwrite = overwrite

    def load_track(self, file: TrackFile, *, position: int) -> None:
        known = Track.objects.filter(code=file.code).first()
        track = self._bring(known or Track(code=file.code, position=position), _track_fields(file))
        known_projects = {
            project.number: project for project in Project.objects.filter(track=track)
        }
        for each in file.projects:
            known_project = known_projects.get(each.number)
            project = self._bring(
                known_project or Project(track=track, number=each.number), _project_fields(each)
            )
            for kind, parts in _parts_of(each).items():
                self._load_parts(kind, project, parts)

    def restore(self, row: Content, files: Sequence[TrackFile]) -> None:
        found = _found_in(files, row)
        if found is None:
            raise NotInFiles
        fields, parts = found
        if isinstance(row, Part):
            row.retired_at = None
        self._write(row, fields, _digest(fields))
        if isinstance(row, Step | Deliverable):
            self._load_parts(type(row), row.project, parts)

    def _load_parts(self, kind: type[Any], project: Project, parts: Mapping[str, Fields]) -> None:
        known = {row.key: row for row in kind.objects.filter(project=project)}
        before = {key: (row.number, row.retired_at) for key, row in known.items()}
        loaded: list[Part] = []
        for place, (key, fields) in enumerate(parts.items(), start=1):
            row = known.pop(key, None) or kind(key=key, project=project)
            row.number = row.number or place
            loaded.append(self._bring(row, fields))
        self._retire_and_return(loaded, list(known.values()))
        for number, row in enumerate(self._in_order(loaded, list(known.values())), start=1):
            row.number = number
            if before.get(row.key) != (row.number, row.retired_at):
                row.save(update_fields=["number", "retired_at", "edited_at"])

    def _retire_and_return(self, loaded: Sequence[Part], dropped: Sequence[Part]) -> None:
        """What a file has dropped retires, and what it has again is back."""
        for row in dropped:
            if row.loaded_digest and row.retired_at is None:
                self._settle(row, retired_at=self._at, report=self.report.retired)
        for row in loaded:
            if row.retired_at is not None:
                self._settle(row, retired_at=None, report=self.report.changed)

    def _settle(self, row: Part, *, retired_at: datetime | None, report: list[str]) -> None:
        if self._is_placed(row):
            self.report.kept.append(str(row))
        else:
            row.retired_at, row.edited_at = retired_at, None
            report.append(str(row))

    def _in_order(self, loaded: Sequence[Part], others: Sequence[Part]) -> list[Part]:
        """As in the file, around what has its place by hand; last what is retired."""
        living = [row for row in [*loaded, *others] if row.retired_at is None]
        retired = [row for row in [*loaded, *others] if row.retired_at is not None]
        placed = [(row.number, row) for row in living if self._is_placed(row)]
        rest = [row for row in living if not self._is_placed(row)]
        return [*placed_among(rest, placed), *sorted(retired, key=lambda row: row.number)]

    def _is_placed(self, row: Part) -> bool:
        """Made or edited here: where it stands, and whether it lives, is an admin's word."""
        return not row.loaded_digest or (row.edited_at is not None and not self._overwrite)

    def _bring(self, row: ContentT, fields: Fields) -> ContentT:
        """To what the file says, unless it was edited since it was loaded."""
        digest = _digest(fields)
        if row.pk is None:
            self._write(row, fields, digest)
            self.report.made.append(str(row))
            return row
        present = _digest({name: getattr(row, name) for name in fields})
        is_edited = present != row.loaded_digest or row.edited_at is not None
        if self._overwrite and is_edited:
            self._write(row, fields, digest)
            self.report.changed.append(str(row))
        elif digest == present:
            if digest != row.loaded_digest:
                row.loaded_digest = digest
                row.save(update_fields=["loaded_digest"])
        elif present == row.loaded_digest:
            self._write(row, fields, digest, edited_at=row.edited_at)
            self.report.changed.append(str(row))
        else:
            self.report.kept.append(str(row))
        return row

    @staticmethod
    def _write(
        row: Content, fields: Fields, digest: str, edited_at: datetime | None = None
    ) -> None:
        for name, value in fields.items():
            setattr(row, name, value)
        row.loaded_digest, row.edited_at = digest, edited_at
        row.save()


def _found_in(
    files: Sequence[TrackFile], row: Content
) -> tuple[Fields, Mapping[str, Fields]] | None:
    """What the files say of a row, and of all of its kind beside it."""
    if isinstance(row, Track):
        track_file = next((file for file in files if file.code == row.code), None)
        return (_track_fields(track_file), {}) if track_file else None
    if isinstance(row, Project):
        project_file = _file_of(row, files)
        return (_project_fields(project_file), {}) if project_file else None
    if not isinstance(row, Step | Deliverable):
        raise TypeError(row)
    project_file = _file_of(row.project, files)
    parts = _parts_of(project_file)[type(row)] if project_file else {}
    return (parts[row.key], parts) if row.key in parts else None


def _file_of(project: Project, files: Sequence[TrackFile]) -> ProjectFile | None:
    tracks = (file for file in files if file.code == project.track.code)
    projects = (each for file in tracks for each in file.projects)
    return next((each for each in projects if each.number == project.number), None)


def _track_fields(file: TrackFile) -> Fields:
    return {
        "name": file.name,
        "pitch": file.pitch,
        "description": file.description,
        "duration_weeks": file.duration_weeks,
    }


def _project_fields(file: ProjectFile) -> Fields:
    return {
        "title": file.title,
        "summary": file.summary,
        "type": file.type,
        "brief": file.brief,
        "goals": list(file.goals),
        "tech_stack": list(file.tech_stack),
        "hours": file.hours,
        "due_week": file.due_week,
        "template": file.template,
    }


def _parts_of(file: ProjectFile) -> dict[type[Any], dict[str, Fields]]:
    return {
        Step: {each.key: _step_fields(each) for each in file.steps},
        Deliverable: {each.key: _deliverable_fields(each) for each in file.deliverables},
    }


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
