"""What each kind of question is for, in a sentence: to choose one by."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from questions.kinds import kind_of
from questions.models.bank import QuestionType


@dataclass(frozen=True)
class Described:
    type: str
    icon: str
    use: str | Promise

    @property
    def label(self) -> str:
        return str(QuestionType(self.type).label)

    @property
    def is_graded_by_hand(self) -> bool:
        return kind_of(self.type).is_graded_by_hand


DESCRIBED = {
    each.type: each
    for each in (
        Described("SINGLE", "circle-dot", _("One right answer among a few. Quick to write.")),
        Described("MULTIPLE", "list-checks", _("Some of several are right: knowing all of it.")),
        Described("TRUE_FALSE", "circle-check", _("A statement that holds or does not.")),
        Described("NUMERIC", "hash", _("A number, with a tolerance and units.")),
        Described("SHORT_TEXT", "pencil", _("A word or a name, typed from memory.")),
        Described("MATCHING", "link", _("Finding what belongs together.")),
        Described("ORDERING", "chevrons-up-down", _("Putting steps into their order.")),
        Described("FILL_BLANKS", "ellipsis", _("A text or a line of code with gaps.")),
        Described("ESSAY", "file-text", _("Reasoning in one's own words.")),
        Described("FILE_UPLOAD", "upload", _("Files that are handed in.")),
        Described("CODE", "terminal", _("A piece of code that is written.")),
    )
}
