"""The kinds of questions, one module each: how they are checked, dealt, answered and graded.

Everything here is pure: no database, no clock, no request. A kind is found by its name.
"""

from questions.kinds.base import (
    BadResponse,
    Choice,
    Deal,
    Grade,
    Kind,
    Material,
    Outline,
    Problem,
    Response,
)
from questions.kinds.registry import BY_HAND, KINDS, QuestionType, kind_of

__all__ = [
    "BY_HAND",
    "KINDS",
    "BadResponse",
    "Choice",
    "Deal",
    "Grade",
    "Kind",
    "Material",
    "Outline",
    "Problem",
    "QuestionType",
    "Response",
    "kind_of",
]
