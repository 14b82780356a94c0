"""What each format carries of each type of question, from which docs/question-formats.md is made.

A cell that is not lost comes back as it went: a test sends each part through each format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.documents.tables import code, table
from questions.kinds import KINDS

# The whole of it, where a format has nothing like it; characters that it cannot hold; and the bytes
# of pictures that it shows.
QUESTION, CHARACTERS, PICTURES = "question", "characters", "pictures"

# Of every type.
FACTS = (
    *("text", "explanation", "marks", "difficulty", "tags", "subject", "chapter"),
    *("reference", "sources", PICTURES),
)
# What else belongs to each: `feedback` is that of single choices, `names` are those of blanks.
OWN: Mapping[str, tuple[str, ...]] = {
    "SINGLE": ("choices", "feedback"),
    "MULTIPLE": ("choices", "feedback", "scoring"),
    "TRUE_FALSE": ("answer", "feedback"),
    "NUMERIC": ("value", "tolerance", "units", "unit_required"),
    "SHORT_TEXT": ("accepted", "pattern", "case_sensitive", "keep_spaces"),
    "MATCHING": ("pairs", "distractors"),
    "ORDERING": ("items", "scoring"),
    "FILL_BLANKS": ("blanks", "names", "case_sensitive"),
    "ESSAY": ("min_words", "max_words", "model_answer"),
    "FILE_UPLOAD": ("max_files", "model_answer"),
    "CODE": ("language", "starter", "model_answer"),
}


def _losing(facts: str = "", **by_type: str) -> Mapping[str, frozenset[str]]:
    """Of the types that are named, these parts; of all of them, `facts` as well."""
    return {type_: frozenset(f"{facts} {parts}".split()) for type_, parts in by_type.items()}


# By format and type, what is lost. A type that a format does not name is lost as a whole.
LOST: Mapping[str, Mapping[str, frozenset[str]]] = {
    "json": _losing(**dict.fromkeys(KINDS, "")),
    "csv": _losing(PICTURES, **dict.fromkeys(KINDS, "")),
    "xlsx": _losing(PICTURES, **dict.fromkeys(KINDS, "")),
    "gift": _losing(
        f"marks difficulty sources {PICTURES}",
        SINGLE="",
        MULTIPLE="scoring",
        TRUE_FALSE="",
        NUMERIC="units unit_required",
        SHORT_TEXT="pattern case_sensitive keep_spaces",
        MATCHING="",
        ESSAY="min_words max_words model_answer",
    ),
    "moodlexml": _losing(
        "difficulty sources",
        SINGLE="",
        MULTIPLE="scoring",
        TRUE_FALSE="",
        NUMERIC="",
        SHORT_TEXT="pattern keep_spaces",
        MATCHING="",
        ORDERING="",
        FILL_BLANKS="names",
        ESSAY="",
        FILE_UPLOAD="",
        CODE="language",
    ),
    "qti": _losing(
        "sources",
        SINGLE="",
        MULTIPLE="",
        TRUE_FALSE="",
        NUMERIC="units unit_required",
        SHORT_TEXT="pattern keep_spaces",
        MATCHING="",
        ORDERING="scoring",
        FILL_BLANKS="",
        ESSAY="min_words max_words",
        FILE_UPLOAD="max_files",
        CODE="language starter",
    ),
}


def assumed_scoring(written: Mapping[str, Any]) -> str:
    """How formats that say nothing of it count: for parts where there are several of several."""
    if written["type"] != "MULTIPLE":
        return "all_or_nothing"
    has_wrong = any(not row.get("correct") for row in written["choices"])
    return "partial" if has_wrong else "all_or_nothing"


def question_formats_part() -> str:
    """One table a type: parts down, formats across."""
    return "\n\n".join(f"### {type_}\n\n{_table_of(type_)}" for type_ in KINDS)


def _table_of(type_: str) -> str:
    carrying = {name: lost[type_] for name, lost in LOST.items() if type_ in lost}
    missing = [code(name) for name in LOST if name not in carrying]
    rows = (
        [part, *("no" if part in lost else "yes" for lost in carrying.values())]
        for part in (*FACTS, *OWN[type_])
    )
    shown = table(["part", *(code(name) for name in carrying)], rows)
    return shown + (f"\n\nNot in {', '.join(missing)}." if missing else "")
