"""Every kind by its name."""

from __future__ import annotations

from enum import StrEnum

from questions.kinds.base import Kind
from questions.kinds.by_hand import Code, Essay, FileUpload
from questions.kinds.choosing import Multiple, Single, TrueFalse
from questions.kinds.fill_blanks import FillBlanks
from questions.kinds.matching import Matching
from questions.kinds.numeric import Numeric
from questions.kinds.ordering import Ordering
from questions.kinds.short_text import ShortText


class QuestionType(StrEnum):
    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"
    TRUE_FALSE = "TRUE_FALSE"
    NUMERIC = "NUMERIC"
    SHORT_TEXT = "SHORT_TEXT"
    MATCHING = "MATCHING"
    ORDERING = "ORDERING"
    FILL_BLANKS = "FILL_BLANKS"
    ESSAY = "ESSAY"
    FILE_UPLOAD = "FILE_UPLOAD"
    CODE = "CODE"


KINDS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        Single(),
        Multiple(),
        TrueFalse(),
        Numeric(),
        ShortText(),
        Matching(),
        Ordering(),
        FillBlanks(),
        Essay(),
        FileUpload(),
        Code(),
    )
}


BY_HAND = tuple(type_ for type_ in QuestionType if KINDS[type_].is_graded_by_hand)


def kind_of(type_: str) -> Kind:
    return KINDS[type_]
