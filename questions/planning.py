"""What an import would do, row by row, in the same number of queries for any number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from questions.actions.saving import Facts, digest_of
from questions.formats import FORMATS, Entry, Reading, Row, read_entry, written_of
from questions.formats.losses import with_blank_names
from questions.formats.table import LOST, PICTURES
from questions.kinds import Problem
from questions.kinds.fill_blanks import BLANK
from questions.models import Chapter, Question, QuestionVersion, Subject

LONGEST_SHOWN = 120
# Of the problems of one row: whoever mends so many finds the others the next time.
MOST_SHOWN = 20


class RowState(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    IDENTICAL = "identical"
    WRONG = "wrong"


@dataclass
class PlannedRow:
    """`question` is the one that it changes, or that says the same already."""

    row: Row
    state: RowState
    entry: Entry | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    question: int | None = None
    subject: int | None = None
    chapter: int | None = None
    version_differs: bool = True
    # What it was, for whoever takes the import back.
    before: dict[str, Any] | None = None

    @property
    def sound(self) -> Entry:
        """Its entry, of a row that is not wrong."""
        if self.entry is None:
            raise ValueError(f"row {self.row.number} is wrong")
        return self.entry

    @property
    def facts(self) -> Facts:
        return facts_of(self.sound)

    def shown(self) -> dict[str, Any]:
        """As the report has it."""
        written = self.row.written or self.row.cells or {}
        return {
            "row": self.row.number,
            "state": self.state.value,
            "reference": _shown(written.get("reference")),
            "type": _shown(written.get("type")),
            "text": _shown(written.get("text")),
            "question": self.question,
            "problems": [_as_dict(each) for each in self.problems[:MOST_SHOWN]],
            "notes": [_as_dict(each) for each in self.notes[:MOST_SHOWN]],
            **({"before": self.before} if self.before else {}),
        }


@dataclass(frozen=True)
class _Known:
    """The newest version of a question of the owner's."""

    question: int
    digest: str
    subject: int | None
    chapter: int | None


@dataclass(frozen=True)
class _Places:
    """Subjects by code and by name, chapters by name; names that stand twice name nothing."""

    subjects: Mapping[str, int]
    chapters: Mapping[tuple[int, str], int]

    @classmethod
    def all(cls) -> _Places:
        found = list(Subject.objects.values_list("pk", "code", "name"))
        names = Counter(name.casefold() for _pk, _code, name in found)
        by_name = {name.casefold(): pk for pk, _code, name in found if names[name.casefold()] == 1}
        by_code = {code.casefold(): pk for pk, code, _name in found}
        chapters = Chapter.objects.values_list("subject", "name", "pk")
        return cls(
            by_name | by_code, {(subject, name.casefold()): pk for subject, name, pk in chapters}
        )


def read_rows(rows: Iterable[Row]) -> list[tuple[Row, Reading]]:
    return [
        (row, read_entry(row.written) if row.written is not None else Reading(None)) for row in rows
    ]


def plan_import(
    read: Sequence[tuple[Row, Reading]], *, owner: User, format_: str
) -> list[PlannedRow]:
    """By reference, else by what it says; of this owner's questions only."""
    places = _Places.all()
    planned = [_checked(row, reading, places, format_) for row, reading in read]
    _refuse_twins(planned)
    by_reference = _by_reference(planned, owner)
    _keep_what_is_not_carried(planned, owner, format_, by_reference)
    digests = {
        id(each): digest_of(each.entry.outline, each.facts) for each in planned if each.entry
    }
    unknown = {
        digests[id(each)]
        for each in planned
        if each.entry and each.entry.reference not in by_reference
    }
    by_digest = _by_digest(unknown, owner)
    first_rows: dict[str, int] = {}
    for each in planned:
        if each.entry is not None:
            digest = digests[id(each)]
            known = by_reference.get(each.entry.reference)
            _decide(each, digest, known, by_digest.get(digest, []), first_rows)
    return planned


def counts_of(planned: Iterable[PlannedRow]) -> dict[str, int]:
    found = Counter(each.state for each in planned)
    return {state.value: found[state] for state in RowState}


def facts_of(entry: Entry) -> Facts:
    return Facts(
        explanation=entry.explanation,
        marks=entry.marks,
        difficulty=entry.difficulty,
        tags=entry.tags,
        sources=entry.sources,
    )


def entry_of(question: Question) -> Entry:
    """As files know it, of one that was fetched with its newest version."""
    return entry_of_version(
        question.newest_versions[0],
        reference=question.reference,
        subject=question.subject.code if question.subject else "",
        chapter=question.chapter.name if question.chapter else "",
    )


def entry_of_version(version: QuestionVersion, **places: str) -> Entry:
    """A version as files know it."""
    return Entry(
        outline=version.material,
        explanation=version.explanation,
        marks=version.marks,
        difficulty=version.difficulty,
        tags=tuple(version.tags),
        sources=tuple(version.sources),
        **places,
    )


def _checked(row: Row, reading: Reading, places: _Places, format_: str) -> PlannedRow:
    problems, notes = [*row.problems, *reading.problems], [*row.notes, *reading.notes]
    planned = PlannedRow(row, RowState.NEW, reading.entry, problems, notes)
    entry = reading.entry
    if entry is not None and entry.subject:
        told = notes if FORMATS[format_].has_foreign_places else problems
        planned.subject = places.subjects.get(entry.subject.casefold())
        if planned.subject is None:
            told.append(Problem("subject", _("There is no subject “%s” here.") % entry.subject))
        elif entry.chapter:
            at = (planned.subject, entry.chapter.casefold())
            planned.chapter = places.chapters.get(at)
            if planned.chapter is None:
                told.append(
                    Problem("chapter", _("This subject has no chapter “%s”.") % entry.chapter)
                )
    if problems or entry is None:
        planned.state, planned.entry = RowState.WRONG, None
    return planned


def _refuse_twins(planned: Iterable[PlannedRow]) -> None:
    rows: dict[str, int] = {}
    for each in planned:
        if each.entry is None or not each.entry.reference:
            continue
        first = rows.setdefault(each.entry.reference, each.row.number)
        if first != each.row.number:
            said = _("Row %d has the same reference. Give each question its own.") % first
            each.problems.append(Problem("reference", said))
            each.state, each.entry = RowState.WRONG, None


def _by_reference(planned: Iterable[PlannedRow], owner: User) -> dict[str, _Known]:
    references = {each.entry.reference for each in planned if each.entry} - {""}
    found = QuestionVersion.objects.newest().filter(
        question__owner=owner, question__reference__in=references
    )
    return dict(_known(found))


def _by_digest(digests: set[str], owner: User) -> dict[str, list[_Known]]:
    found = QuestionVersion.objects.newest().filter(question__owner=owner, digest__in=digests)
    known: dict[str, list[_Known]] = {}
    for _reference, each in _known(found.order_by("question")):
        known.setdefault(each.digest, []).append(each)
    return known


def _known(versions: Any) -> Iterable[tuple[str, _Known]]:
    rows = versions.values_list(
        "question__reference",
        "question",
        "digest",
        "question__subject",
        "question__chapter",
    )
    return ((reference, _Known(*facts)) for reference, *facts in rows)


def _keep_what_is_not_carried(
    planned: Sequence[PlannedRow], owner: User, format_: str, by_reference: Mapping[str, _Known]
) -> None:
    """A file that cannot say it takes nothing away from a question that it changes."""
    lost = {type_: parts - {PICTURES} for type_, parts in LOST[format_].items()}
    if not any(lost.values()) or not by_reference:
        return
    versions = (
        QuestionVersion.objects.newest()
        .filter(question__in=[known.question for known in by_reference.values()])
        .with_choices()
    )
    by_question = {version.question_id: version for version in versions}
    for each in planned:
        known = by_reference.get(each.entry.reference) if each.entry else None
        if each.entry is None or known is None:
            continue
        version = by_question[known.question]
        if version.type == each.entry.outline.type:
            each.entry = _merged(each.entry, version, lost[version.type])


def _merged(entry: Entry, version: QuestionVersion, lost: frozenset[str]) -> Entry:
    before, written = written_of(entry_of_version(version)), written_of(entry)
    if "names" in lost and len(before["blanks"]) == len(written["blanks"]):
        written = with_blank_names(written, BLANK.findall(before["text"]))
    kept = {name: said for name, said in before.items() if name in lost}
    merged = read_entry({**written, **kept}).entry
    return merged or entry


def _decide(
    planned: PlannedRow,
    digest: str,
    known: _Known | None,
    alike: Sequence[_Known],
    first_rows: dict[str, int],
) -> None:
    if known is not None:
        planned.question = known.question
        planned.version_differs = known.digest != digest
        if planned.subject is None or (
            planned.chapter is None and planned.subject == known.subject
        ):
            planned.subject, planned.chapter = known.subject, known.chapter
        is_moved = (planned.subject, planned.chapter) != (known.subject, known.chapter)
        is_same = not planned.version_differs and not is_moved
        planned.state = RowState.IDENTICAL if is_same else RowState.CHANGED
        return
    if alike:
        planned.state, planned.question = RowState.IDENTICAL, alike[0].question
        return
    first = first_rows.setdefault(digest, planned.row.number)
    if first != planned.row.number:
        planned.state = RowState.IDENTICAL
        planned.notes.append(Problem("text", _("Row %d says the same.") % first))


def _shown(said: object) -> str:
    text = said if isinstance(said, str) else ""
    return " ".join(text[: 4 * LONGEST_SHOWN].split())[:LONGEST_SHOWN]


def _as_dict(problem: Problem) -> dict[str, str]:
    return {"column": problem.field, "message": str(problem.message)}
