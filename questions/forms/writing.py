"""The form of each kind of question: what they have in common, and the words of each kind.

What is filled in becomes what `Kind.read` reads, and all that it finds wrong stands at its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.widgets import MarkdownInput, RadioCards, Suggested, Switch
from questions.actions.saving import Facts
from questions.formats.drafts import MOST_SOURCES, plain_number
from questions.forms.places import Place, PlaceField, name_of
from questions.forms.rows import Cell, RowsField, changed
from questions.forms.tags import LONGEST_TAGS, tags_in
from questions.kinds import Kind, Material, Outline, kind_of
from questions.kinds.base import LONGEST_TEXT
from questions.kinds.by_hand import MOST_FILES, MOST_WORDS
from questions.kinds.choosing import ALL_OR_NOTHING, PARTIAL
from questions.kinds.fill_blanks import BLANK
from questions.kinds.numeric import LONGEST as LONGEST_NUMBER
from questions.kinds.short_text import LONGEST_PATTERN
from questions.models import Difficulty, Question, QuestionStatus, QuestionVersion

LONGEST_ADDRESS = 1_000
PICTURES = "questions-images"
SCORINGS = [(ALL_OR_NOTHING, _("All or nothing")), (PARTIAL, _("Points for parts"))]
LANGUAGES = ("bash", "css", "html", "java", "javascript", "python", "sql", "typescript")


def language_names() -> Sequence[str]:
    return LANGUAGES


class QuestionForm(forms.Form):
    """`own` are the fields of the kind, in their order."""

    type: ClassVar[str]
    own: ClassVar[tuple[str, ...]] = ()
    text_help: ClassVar[Any] = ""

    text = forms.CharField(
        label=_("Question"),
        max_length=LONGEST_TEXT,
        widget=MarkdownInput({"rows": 6}, pictures=PICTURES),
        error_messages={"required": _("Write the question.")},
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=MarkdownInput({"rows": 3}, pictures=PICTURES),
        help_text=_("Why it is so. Students see it once they may see what is right."),
    )
    sources = RowsField(
        Cell("title", _("Title"), "line"),
        Cell("url", _("Address"), "line"),
        label=_("Sources"),
        add=_("Add a source"),
        least=0,
        help_text=_("Where one can read more. They are shown together with the explanation."),
    )
    marks = forms.DecimalField(
        label=_("Points"),
        min_value=Decimal("0.01"),
        max_digits=6,
        decimal_places=2,
        initial=1,
        widget=forms.NumberInput({"step": "any"}),
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"), choices=Difficulty.choices, initial=Difficulty.MEDIUM
    )
    place = PlaceField(label=_("About"), empty=_("No subject yet"))
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=LONGEST_TAGS,
        help_text=_("Words to find it by, with commas between them."),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=QuestionStatus.choices,
        initial=QuestionStatus.READY,
        help_text=_("Rules draw only what is ready. What is retired stays in old attempts."),
    )
    is_shared = forms.BooleanField(
        label=_("Shared"),
        required=False,
        initial=True,
        widget=Switch(),
        help_text=_("Other trainers may see and use it."),
    )
    based_on = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    outline: Outline | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["place"].fetch()  # type: ignore[attr-defined]
        if self.text_help:
            self.fields["text"].help_text = self.text_help

    @classmethod
    def of_version(cls, question: Question, version: QuestionVersion) -> QuestionForm:
        return cls(initial=cls.initial_of(question, version))

    @classmethod
    def initial_of(cls, question: Question, version: QuestionVersion) -> dict[str, Any]:
        return {
            **cls.shown(kind_of(version.type).write(version.material)),
            "explanation": version.explanation,
            "sources": [dict(each) for each in version.sources],
            "marks": plain_number(version.marks),
            "difficulty": version.difficulty,
            "tags": ", ".join(version.tags),
            "place": name_of(question.subject_id, question.chapter_id),
            "status": question.status,
            "is_shared": question.is_shared,
            "based_on": question.newest,
        }

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        """What the kind writes, as the fields show it."""
        return dict(written)

    @classmethod
    def kept(cls, data: QueryDict, *, order: str = "") -> QuestionForm:
        """What was typed, unchecked; `order` changes a list, such as `choices up 2`."""
        fields = cls.base_fields
        typed = {
            name: field.widget.value_from_datadict(data, {}, name) for name, field in fields.items()
        }
        name, _space, said = order.partition(" ")
        field = fields.get(name)
        if isinstance(field, RowsField):
            rows = typed[name] + [{}] * (field.least - len(typed[name]))
            typed[name] = changed(rows, said)
        return cls(initial=typed)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    @property
    def facts(self) -> Facts:
        given = self.cleaned_data
        return Facts(
            explanation=given["explanation"],
            marks=given["marks"],
            difficulty=given["difficulty"],
            tags=given["tags"],
            sources=given["sources"],
        )

    @property
    def placing(self) -> dict[str, Any]:
        place: Place = self.cleaned_data["place"]
        return {
            "subject": place.subject,
            "chapter": place.chapter,
            "status": QuestionStatus(self.cleaned_data["status"]),
            "is_shared": self.cleaned_data["is_shared"],
        }

    @property
    def kind(self) -> Kind:
        return kind_of(self.type)

    @property
    def material(self) -> Material | None:
        """As a version of it would be, for whoever tries an answer before there is one."""
        return Material(**vars(self.outline)) if self.outline else None

    def written(self) -> dict[str, Any]:
        """What `Kind.read` reads."""
        given = self.cleaned_data
        return {name: given[name] for name in ("text", *self.own) if name in given}

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])

    def clean_sources(self) -> list[dict[str, Any]]:
        sources = []
        for number, row in enumerate(self.cleaned_data["sources"], start=1):
            title, url = row["title"].strip(), row["url"].strip()
            if url and not url.startswith(("https://", "http://")):
                raise forms.ValidationError(
                    _("Source %(n)d: an address begins with https://.") % {"n": number}
                )
            if max(len(title), len(url)) > LONGEST_ADDRESS:
                raise forms.ValidationError(_("Source %(n)d: this is too long.") % {"n": number})
            sources.append({name: said for name, said in (("title", title), ("url", url)) if said})
        if len(sources) > MOST_SOURCES:
            raise forms.ValidationError(
                _("Write at most %(most)d sources.") % {"most": MOST_SOURCES}
            )
        return sources

    def clean(self) -> None:
        super().clean()
        self.outline, problems = self.kind.read(self.written())
        wrong_already = set(self.errors)
        for problem in problems:
            if problem.field not in wrong_already:
                self.add_error(
                    problem.field if problem.field in self.fields else None, str(problem.message)
                )


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

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        return {**written, "accepted": [{"text": each} for each in written.get("accepted", [])]}

    def written(self) -> dict[str, Any]:
        written = super().written()
        return {**written, "accepted": [row["text"] for row in written.get("accepted", [])]}


class MatchingForm(QuestionForm):
    type = "MATCHING"
    own = ("pairs", "distractors")

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

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        rows = [{"text": each} for each in written.get("distractors", [])]
        return {**written, "distractors": rows}

    def written(self) -> dict[str, Any]:
        written = super().written()
        return {**written, "distractors": [row["text"] for row in written.get("distractors", [])]}


class OrderingForm(QuestionForm):
    type = "ORDERING"
    own = ("items", "scoring")

    items = RowsField(
        Cell("text", _("Item")),
        label=_("Items in their right order"),
        add=_("Add an item"),
        least=4,
        help_text=_("Students see them shuffled."),
    )
    scoring = _scoring(_("The share of neighbours that follow each other as they should."))

    @classmethod
    def shown(cls, written: Mapping[str, Any]) -> dict[str, Any]:
        return {**written, "items": [{"text": each} for each in written["items"]]}

    def written(self) -> dict[str, Any]:
        written = super().written()
        return {**written, "items": [row["text"] for row in written.get("items", [])]}


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
    model_answer = forms.CharField(
        label=_("Notes for whoever grades it"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=MarkdownInput({"rows": 5}),
        help_text=_("A model answer, or what to look for. Students never see it."),
    )


class FileUploadForm(QuestionForm):
    type = "FILE_UPLOAD"
    own = ("max_files", "model_answer")

    max_files = forms.IntegerField(
        label=_("Files at most"), min_value=1, max_value=MOST_FILES, initial=1
    )
    model_answer = forms.CharField(
        label=_("Notes for whoever grades it"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=MarkdownInput({"rows": 5}),
        help_text=_("A model answer, or what to look for. Students never see it."),
    )


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
