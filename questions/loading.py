"""The bank that comes with the platform, loaded whenever its files have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from core.clock import new_seed
from curriculum.actions.content_rows import LoadReport
from questions.actions.bank_content import load_bank
from questions.bank_files import read_subjects

FOLDER = Path(__file__).parent / "content"


def load_own_bank(at: datetime, *, overwrite: bool = False) -> LoadReport:
    return load_bank(read_subjects(FOLDER), at=at, seed=new_seed(), overwrite=overwrite)


def prepare_bank(at: datetime) -> str:
    """What `prepare` does before anybody is served; says what it did, if anything."""
    return load_own_bank(at).summary(what="questions")


def load_and_tell(at: datetime, overwrite: bool) -> Iterator[str]:
    """For `load_content`."""
    yield from load_own_bank(at, overwrite=overwrite).lines(kind="question ")
