"""A question of every kind, by what an author writes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.models import User
from accounts.tests.factories import UserFactory
from core.clock import now
from questions.actions.saving import Facts, add_question
from questions.kinds import kind_of
from questions.models import Question, QuestionStatus

WRITTEN: dict[str, dict[str, Any]] = {
    "SINGLE": {"choices": [{"text": "Right", "correct": True}, {"text": "Wrong"}]},
    "MULTIPLE": {
        "choices": [{"text": "A", "correct": True}, {"text": "B", "correct": True}, {"text": "C"}],
        "scoring": "partial",
    },
    "TRUE_FALSE": {"answer": True},
    "NUMERIC": {"value": 9.81, "tolerance": "1%", "units": ["m/s²"]},
    "SHORT_TEXT": {"accepted": ["commit"]},
    "MATCHING": {
        "pairs": [{"left": "GET", "right": "reads"}, {"left": "POST", "right": "adds"}],
        "distractors": ["dances"],
    },
    "ORDERING": {"items": ["first", "second", "third"], "scoring": "partial"},
    "FILL_BLANKS": {"blanks": {"verb": ["SELECT"]}, "text": "{{verb}} name FROM tools"},
    "ESSAY": {},
    "FILE_UPLOAD": {},
    "CODE": {"language": "python"},
}


def make_question(
    type_: str = "SINGLE",
    *,
    owner: User | None = None,
    marks: str = "1",
    explanation: str = "Because it is so.",
    status: QuestionStatus = QuestionStatus.READY,
    written: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Question:
    text = f"A question of the kind {type_}?"
    outline, problems = kind_of(type_).read({"text": text, **WRITTEN[type_], **(written or {})})
    assert outline is not None, problems
    return add_question(
        outline=outline,
        facts=Facts(explanation=explanation, marks=Decimal(marks)),
        owner=owner or UserFactory(trainer=True),
        status=status,
        at=now(),
        seed=7,
        **facts,
    )
