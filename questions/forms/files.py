"""What is chosen when questions come in as a file, and when they leave as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.widgets import FileDrop, RadioCards
from questions.changes import part_name
from questions.formats import FORMATS
from questions.formats.table import LOST
from questions.kinds import KINDS

BY_ITSELF = ""
NAMES: dict[str, str | Promise] = {
    "xlsx": gettext_lazy("Workbook (XLSX)"),
    "csv": gettext_lazy("Table (CSV)"),
    "json": gettext_lazy("JSON"),
    "gift": gettext_lazy("Moodle GIFT"),
    "moodlexml": gettext_lazy("Moodle XML"),
    "qti": gettext_lazy("QTI package"),
}
USES: dict[str, str | Promise] = {
    "xlsx": gettext_lazy("For people who write in a spreadsheet, with a template to begin with."),
    "csv": gettext_lazy("The same table as plain text, for any program."),
    "json": gettext_lazy("For programs, and to move a bank from one platform to another."),
    "gift": gettext_lazy("Moodle's text format: quick to write by hand."),
    "moodlexml": gettext_lazy("What Moodle exports and imports."),
    "qti": gettext_lazy("For Canvas, Blackboard, TAO and others; versions 2.1 and 3.0 are read."),
}


@dataclass(frozen=True)
class Carrying:
    """What a format cannot carry: whole types, and parts of all the others."""

    name: str
    label: str
    extensions: str
    use: str
    lost_types: int
    lost_parts: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.lost_types and not self.lost_parts


def carryings() -> list[Carrying]:
    return [_carrying(name) for name in NAMES]


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of questions"),
        widget=FileDrop({"accept": ",".join(e for f in FORMATS.values() for e in f.extensions)}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=[(BY_ITSELF, gettext_lazy("Tell by the file")), *NAMES.items()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=list(NAMES.items()), initial="xlsx"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        explained = {each.name: _explained(each) for each in carryings()}
        self.fields["format"].widget = RadioCards(choices=list(NAMES.items()), explained=explained)


def _carrying(name: str) -> Carrying:
    lost = LOST[name]
    parts = set[str].intersection(*(set(each) for each in lost.values())) if lost else set()
    return Carrying(
        name=name,
        label=str(NAMES[name]),
        extensions=", ".join(FORMATS[name].extensions),
        use=str(USES[name]),
        lost_types=len(KINDS) - len(lost),
        lost_parts=tuple(part_name(part) for part in sorted(parts)),
    )


def _explained(carrying: Carrying) -> str:
    if carrying.is_whole:
        return f"{carrying.use} {_('It carries everything.')}"
    return " ".join([carrying.use, *_losses(carrying)])


def _losses(carrying: Carrying) -> Iterable[str]:
    if carrying.lost_types:
        said = ngettext(
            "It has no room for %(n)d type of question.",
            "It has no room for %(n)d types of questions.",
            carrying.lost_types,
        )
        yield said % {"n": carrying.lost_types}
    if carrying.lost_parts:
        yield _("It loses: %(parts)s.") % {
            "parts": ", ".join(map(str, carrying.lost_parts)).lower()
        }
