"""What changed between two versions of a question, field by field, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.differences import Difference, compare
from questions.actions.saving import Facts, facts_in
from questions.formats.drafts import plain_number
from questions.kinds import Outline, kind_of
from questions.models import Difficulty, QuestionVersion
from questions.models.bank import QuestionType

NAMES: dict[str, str | Promise] = {
    "type": gettext_lazy("Type"),
    "text": gettext_lazy("Question"),
    "choices": gettext_lazy("Choices"),
    "scoring": gettext_lazy("Scoring"),
    "answer": gettext_lazy("Answer"),
    "feedback_true": gettext_lazy("Feedback to those who say true"),
    "feedback_false": gettext_lazy("Feedback to those who say false"),
    "value": gettext_lazy("Right number"),
    "tolerance": gettext_lazy("Tolerance"),
    "units": gettext_lazy("Units"),
    "unit_required": gettext_lazy("An answer needs a unit"),
    "accepted": gettext_lazy("Answers that count"),
    "pattern": gettext_lazy("Regular expression"),
    "case_sensitive": gettext_lazy("Capital letters count"),
    "keep_spaces": gettext_lazy("Spaces count"),
    "pairs": gettext_lazy("Pairs"),
    "distractors": gettext_lazy("Right sides that belong to nothing"),
    "items": gettext_lazy("Items in their right order"),
    "blanks": gettext_lazy("Blanks"),
    "min_words": gettext_lazy("At least, in words"),
    "max_words": gettext_lazy("At most, in words"),
    "max_files": gettext_lazy("Files at most"),
    "language": gettext_lazy("Language"),
    "starter": gettext_lazy("What stands there at first"),
    "model_answer": gettext_lazy("Notes for whoever grades it"),
    "explanation": gettext_lazy("Explanation"),
    "marks": gettext_lazy("Points"),
    "difficulty": gettext_lazy("Difficulty"),
    "tags": gettext_lazy("Tags"),
    "sources": gettext_lazy("Sources"),
}


OTHER_PARTS: dict[str, str | Promise] = {
    "feedback": gettext_lazy("Feedback"),
    "names": gettext_lazy("Names of blanks"),
    "reference": gettext_lazy("Reference"),
    "subject": gettext_lazy("Subject"),
    "chapter": gettext_lazy("Chapter"),
    "pictures": gettext_lazy("Pictures"),
    "characters": gettext_lazy("Characters that nobody can see"),
}


@dataclass(frozen=True)
class FieldChange:
    name: str
    difference: Difference


def part_name(name: str) -> str:
    """As people call a part of a question that files and forms know by its name."""
    return str(NAMES.get(name) or OTHER_PARTS.get(name) or name)


def changes_between(old: QuestionVersion, outline: Outline, facts: Facts) -> list[FieldChange]:
    return _changes(_said(old.material, facts_in(old)), _said(outline, facts))


def changes_of(old: QuestionVersion, new: QuestionVersion) -> list[FieldChange]:
    return _changes(_said(old.material, facts_in(old)), _said(new.material, facts_in(new)))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[FieldChange]:
    return [
        FieldChange(str(label), compare(before.get(name, ""), after.get(name, "")))
        for name, label in NAMES.items()
        if before.get(name, "") != after.get(name, "")
    ]


def _said(outline: Outline, facts: Facts) -> dict[str, str]:
    written = kind_of(outline.type).write(outline)
    return {
        **{name: _lines(name, said) for name, said in written.items()},
        "type": str(QuestionType(outline.type).label),
        "explanation": facts.explanation,
        "marks": plain_number(facts.marks),
        "difficulty": str(Difficulty(facts.difficulty).label),
        "tags": ", ".join(facts.tags),
        "sources": "\n".join(
            " ".join(str(said) for said in each.values()) for each in facts.sources
        ),
    }


def _lines(name: str, said: Any) -> str:
    if isinstance(said, bool):
        return _("Yes") if said else _("No")
    if isinstance(said, Mapping):
        return "\n".join(f"{key}: {_blank(row)}" for key, row in said.items())
    if isinstance(said, Sequence) and not isinstance(said, str):
        return "\n".join(_row(row) for row in said)
    return str(said)


def _row(row: Any) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    if "left" in row:
        return f"{row['left']} → {row['right']}"
    if "unit" in row:
        return f"{row['unit']}: {row['factor']}"
    mark = "✓" if row.get("correct") else "✗"
    feedback = f"\n    {row['feedback']}" if row.get("feedback") else ""
    return f"{mark} {row['text']}{feedback}"


def _blank(row: Mapping[str, Any]) -> str:
    accepted = " | ".join(row["accepted"])
    return f"{accepted} ({_('capital letters count')})" if row.get("case_sensitive") else accepted
