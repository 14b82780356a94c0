"""What the forms of all kinds of questions have in common.

What is filled in becomes what `Kind.read` reads, and all that it finds wrong stands at its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.widgets import MarkdownInput, Switch
from questions.actions.saving import Facts
from questions.formats.drafts import MOST_SOURCES, plain_number
from questions.forms.places import Place, PlaceField, name_of
from questions.forms.rows import Cell, RowsField, changed
from questions.forms.tags import LONGEST_TAGS, tags_in
from questions.kinds import Kind, Material, Outline, kind_of
from questions.kinds.base import LONGEST_TEXT
from questions.models import Difficulty, Question, QuestionStatus, QuestionVersion

LONGEST_ADDRESS = 1_000
PICTURES = "questions-images"


class QuestionForm(forms.Form):
    """`own` are the fields of the kind, in their order; `lists` those whose rows are texts."""

    type: ClassVar[str]
    own: ClassVar[tuple[str, ...]] = ()
    lists: ClassVar[tuple[str, ...]] = ()
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
        rows = {name: [{"text": each} for each in written.get(name, [])] for name in cls.lists}
        return {**written, **rows}

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
        texts = {name: [row["text"] for row in given.get(name, [])] for name in self.lists}
        return {name: given[name] for name in ("text", *self.own) if name in given} | texts

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
