"""What differs between two revisions of one's work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core import differences
from core.differences import Difference
from core.files.models import StoredFile
from curriculum.models import Revision


class FileChange(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"


@dataclass(frozen=True)
class ComparedFile:
    file: StoredFile
    change: FileChange


@dataclass(frozen=True)
class Comparison:
    before: Revision
    after: Revision
    files: Sequence[ComparedFile]

    @property
    def note(self) -> Difference:
        return differences.compare(self.before.note, self.after.note)

    @property
    def has_other_url(self) -> bool:
        return self.before.url != self.after.url

    @property
    def has_other_note(self) -> bool:
        return self.before.note != self.after.note

    @property
    def is_the_same(self) -> bool:
        changes = {each.change for each in self.files} - {FileChange.SAME}
        return not (changes or self.has_other_url or self.has_other_note)


def compare(before: Revision, after: Revision) -> Comparison:
    """Of revisions whose files were fetched. A file is the same by its bytes, not by its name."""
    old, new = _files(before), _files(after)
    known, names = {file.sha256 for file in old}, {file.name for file in old}
    kept, kept_names = {file.sha256 for file in new}, {file.name for file in new}
    compared = [ComparedFile(file, _change(file, known, names)) for file in new]
    gone = [file for file in old if file.sha256 not in kept and file.name not in kept_names]
    return Comparison(
        before, after, [*compared, *(ComparedFile(file, FileChange.REMOVED) for file in gone)]
    )


def _change(file: StoredFile, known: set[str], names: set[str]) -> FileChange:
    if file.sha256 in known:
        return FileChange.SAME
    return FileChange.CHANGED if file.name in names else FileChange.ADDED


def _files(revision: Revision) -> list[StoredFile]:
    return [each.file for each in revision.files.all()]
