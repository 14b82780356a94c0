"""What the editor does to a question as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from questions.actions.saving import Facts, facts_in, place_question, revise_question
from questions.kinds import Outline
from questions.models import Origin, Question, QuestionVersion


@transaction.atomic
def edit_question(
    question: Question,
    *,
    outline: Outline,
    facts: Facts,
    placing: dict[str, Any],
    by: User,
    at: datetime,
    seed: int,
    based_on: int | None,
) -> QuestionVersion:
    """What it says and where it belongs, both or neither."""
    version = revise_question(
        question, outline=outline, facts=facts, by=by, at=at, seed=seed, based_on=based_on
    )
    place_question(question, **placing, at=at)
    return version


def restore_version(
    question: Question, version: QuestionVersion, *, by: User, at: datetime, seed: int
) -> QuestionVersion:
    """What it once said, as its newest version."""
    return revise_question(
        question,
        outline=version.material,
        facts=facts_in(version),
        by=by,
        at=at,
        seed=seed,
        origin=Origin.EDITOR,
    )
