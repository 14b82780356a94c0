"""The form of each kind of question: its own fields, and the words of the kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.widgets import MarkdownInput, RadioCards, Suggested
from questions.forms.rows import Cell, RowsField
from questions.forms.writing import QuestionForm
from questions.kinds.base import LONGEST_TEXT
from questions.kinds.by_hand import MOST_FILES, MOST_WORDS
from questions.kinds.choosing import ALL_OR_NOTHING, PARTIAL
from questions.kinds.fill_blanks import BLANK
from questions.kinds.numeric import LONGEST as LONGEST_NUMBER
from questions.kinds.short_text import LONGEST_PATTERN

SCORINGS = [(ALL_OR_NOTHING, _("All or nothing")), (PARTIAL, _("Points for parts"))]
LANGUAGES = ("bash", "css", "html", "java", "javascript", "python", "sql", "typescript")


def language_names() -> Sequence[str]:
    return LANGUAGES


def _scoring(of_parts: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Scoring"),
        choices=SCORINGS,
        initial=ALL_OR_NOTHING,
        widget=RadioCards(
            explained={
                ALL_OR_NOTHING: _("All points for exactly the right answer, else none."),
                PARTIAL: of_parts,
            }
        ),
    )


def _choices(mark: str) -> RowsField:
    return RowsField(
        Cell("correct", _("Right"), mark),
        Cell("text", _("Choice")),
        Cell("feedback", _("Feedback"), is_folded=True),
        label=_("Choices"),
        add=_("Add a choice"),
        least=4,
    )


def _notes_for_graders() -> forms.CharField:
    return forms.CharField(
        label=_("Notes for whoever grades it"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=MarkdownInput({"rows": 5}),
        help_text=_("A model answer, or what to look for. Students never see it."),
    )


class SingleForm(QuestionForm):
    type = "SINGLE"
    own = ("choices",)
    choices = _choices("mark")


class MultipleForm(QuestionForm):
    type = "MULTIPLE"
    own = ("choices", "scoring")
    choices = _choices("tick")
    scoring = _scoring(
        _("The share of right ones that are ticked, less that of wrong ones. All ticked give none.")
    )


class TrueFalseForm(QuestionForm):
    type = "TRUE_FALSE"
    own = ("answer", "feedback_true", "feedback_false")
    text_help = _("Write a statement that is either true or false.")

    answer = forms.TypedChoiceField(
        label=_("The statement is"),
        choices=[("true", _("True")), ("false", _("False"))],
        coerce=lambda said: said == "true",
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is true or false.")},
    )
    feedback_true = forms.CharField(
        label=_("Feedback to those who say true"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2}),
    )
    feedback_false = forms.CharField(
        label=_("Feedback to those who say false"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 2}),
    )

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        return {**written, "answer": "true" if written["answer"] else "false"}


class NumericForm(QuestionForm):
    type = "NUMERIC"
    own = ("value", "tolerance", "units", "unit_required")

    value = forms.CharField(
        label=_("Right number"),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Write a number.")},
    )
    tolerance = forms.CharField(
        label=_("Tolerance"),
        required=False,
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("How far off still counts: a number such as 0.5, or a share such as 2%."),
    )
    units = RowsField(
        Cell("unit", _("Unit"), "line"),
        Cell("factor", _("Counts"), "line"),
        label=_("Units"),
        add=_("Add a unit"),
        least=1,
        help_text=_(
            "The first is that of the number above and counts 1. Another one counts how many of it "
            "one makes: where the number is in metres, km counts 1000."
        ),
    )
    unit_required = forms.BooleanField(label=_("An answer needs a unit"), required=False)

    def written(self) -> dict[str, Any]:
        written = super().written()
        units = [
            {"unit": row["unit"].strip(), "factor": row["factor"].strip() or "1"}
            for row in written.get("units", [])
        ]
        return {**written, "units": units}


class ShortTextForm(QuestionForm):
    type = "SHORT_TEXT"
    own = ("accepted", "pattern", "case_sensitive", "keep_spaces")
    lists = ("accepted",)

    accepted = RowsField(
        Cell("text", _("Answer")),
        label=_("Answers that count"),
        add=_("Add an answer"),
        least=2,
        help_text=_("Each of these is right. The first is shown to students as the right one."),
    )
    pattern = forms.CharField(
        label=_("Regular expression"),
        required=False,
        max_length=LONGEST_PATTERN,
        widget=forms.TextInput(
            {"class": "mono", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}
        ),
        help_text=_(
            "For answers that can be written in many ways. It has to match the whole answer, in "
            "the manner of RE2: no look-around, no back references."
        ),
    )
    case_sensitive = forms.BooleanField(
        label=_("Capital letters count"), required=False, help_text=_("Else “Git” is “git”.")
    )
    keep_spaces = forms.BooleanField(
        label=_("Spaces count"),
        required=False,
        help_text=_("Else several spaces are one, and those at both ends are none."),
    )


class MatchingForm(QuestionForm):
    type = "MATCHING"
    own = ("pairs", "distractors")
    lists = ("distractors",)

    pairs = RowsField(
        Cell("left", _("Left side")),
        Cell("right", _("Belongs to")),
        label=_("Pairs"),
        add=_("Add a pair"),
        least=3,
        help_text=_("Several left sides may belong to the same right side."),
    )
    distractors = RowsField(
        Cell("text", _("Right side")),
        label=_("Right sides that belong to nothing"),
        add=_("Add one more"),
        least=1,
    )


class OrderingForm(QuestionForm):
    type = "ORDERING"
    own = ("items", "scoring")
    lists = ("items",)

    items = RowsField(
        Cell("text", _("Item")),
        label=_("Items in their right order"),
        add=_("Add an item"),
        least=4,
        help_text=_("Students see them shuffled."),
    )
    scoring = _scoring(_("The share of neighbours that follow each other as they should."))


class FillBlanksForm(QuestionForm):
    """A blank that the text names and the list does not gets its row."""

    type = "FILL_BLANKS"
    own = ("blanks",)
    text_help = _("Mark each blank by a name of yours in double braces, such as {{verb}}.")

    blanks = RowsField(
        Cell("name", _("Blank"), "line"),
        Cell("accepted", _("Answers that count, one a line")),
        Cell("case_sensitive", _("Capital letters count"), "tick"),
        label=_("Blanks"),
        add=_("Add a blank"),
        least=1,
    )

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        rows = [
            {**blank, "name": name, "accepted": "\n".join(blank["accepted"])}
            for name, blank in written["blanks"].items()
        ]
        return {**written, "blanks": rows}

    def written(self) -> dict[str, Any]:
        written = super().written()
        blanks = {
            row["name"].strip(): {
                "accepted": [line for line in row["accepted"].splitlines() if line.strip()],
                "case_sensitive": row["case_sensitive"],
            }
            for row in written.get("blanks", [])
        }
        return {**written, "blanks": blanks}

    def clean_blanks(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cleaned_data["blanks"]
        names = [row["name"].strip() for row in rows]
        if len(set(names)) != len(names):
            raise forms.ValidationError(_("Two blanks have the same name."))
        return rows

    def clean(self) -> None:
        super().clean()
        if "blanks" in self.errors:
            self._offer_rows()

    def _offer_rows(self) -> None:
        name = self.add_prefix("blanks")
        widget: Any = self.fields["blanks"].widget
        known = {row["name"].strip() for row in widget.value_from_datadict(self.data, {}, name)}
        missing = [
            each
            for each in dict.fromkeys(BLANK.findall(self.cleaned_data.get("text", "")))
            if each not in known
        ]
        if not missing or not isinstance(self.data, QueryDict):
            return
        self.data = self.data.copy()
        for number, each in enumerate(missing):
            self.data.appendlist(name, f"m{number}")
            self.data[f"{name}-m{number}-name"] = each


class EssayForm(QuestionForm):
    type = "ESSAY"
    own = ("min_words", "max_words", "model_answer")

    min_words = forms.IntegerField(
        label=_("At least, in words"), required=False, min_value=0, max_value=MOST_WORDS
    )
    max_words = forms.IntegerField(
        label=_("At most, in words"), required=False, min_value=0, max_value=MOST_WORDS
    )
    model_answer = _notes_for_graders()


class FileUploadForm(QuestionForm):
    type = "FILE_UPLOAD"
    own = ("max_files", "model_answer")

    max_files = forms.IntegerField(
        label=_("Files at most"), min_value=1, max_value=MOST_FILES, initial=1
    )
    model_answer = _notes_for_graders()


class CodeForm(QuestionForm):
    type = "CODE"
    own = ("language", "starter", "model_answer")

    language = forms.CharField(
        label=_("Language"),
        required=False,
        max_length=30,
        widget=Suggested(choices=language_names),
    )
    starter = forms.CharField(
        label=_("What stands there at first"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea({"rows": 6, "class": "mono", "spellcheck": "false"}),
    )
    model_answer = forms.CharField(
        label=_("Model answer for whoever grades it"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea({"rows": 8, "class": "mono", "spellcheck": "false"}),
        help_text=_("Students never see it."),
    )


FORMS: dict[str, type[QuestionForm]] = {
    form.type: form
    for form in (
        SingleForm,
        MultipleForm,
        TrueFalseForm,
        NumericForm,
        ShortTextForm,
        MatchingForm,
        OrderingForm,
        FillBlanksForm,
        EssayForm,
        FileUploadForm,
        CodeForm,
    )
}
