"""The bank that comes with the platform, loaded whenever its files have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from core.clock import new_seed
from questions.actions.bank_content import BankReport, load_bank
from questions.bank_files import read_subjects

FOLDER = Path(__file__).parent / "content"


def load_own_bank(at: datetime, *, overwrite: bool = False) -> BankReport:
    return load_bank(read_subjects(FOLDER), at=at, seed=new_seed(), overwrite=overwrite)


def prepare_bank(at: datetime) -> str:
    """What `prepare` does before anybody is served; says what it did, if anything."""
    report = load_own_bank(at)
    if not report.has_changed_anything:
        return ""
    return (
        f"Loaded questions: {len(report.made)} new, {len(report.changed)} changed, "
        f"{len(report.retired)} retired."
    )


def load_and_tell(at: datetime, overwrite: bool) -> Iterator[str]:
    """For `load_content`."""
    report = load_own_bank(at, overwrite=overwrite)
    told = {"new": report.made, "changed": report.changed, "retired": report.retired}
    for word, references in told.items():
        for reference in references:
            yield f"{word}: question {reference}"
    for reference in report.kept:
        yield f"kept as edited here: question {reference} (--overwrite takes the file's)"
