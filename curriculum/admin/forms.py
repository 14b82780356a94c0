"""The forms of content: Markdown with a preview, lists by lines, and places in place of numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from core.backoffice.markdown import MarkdownArea
from core.clock import now
from core.errors import DomainError
from curriculum.actions.content_edits import refuse_deletion
from curriculum.admin.fields import LinesField, RubricField
from curriculum.admin.seen import ContentForm
from curriculum.models import Deliverable, DeliverableKind, Project, Step, Track

MOST_GOALS, LONGEST_GOAL = 12, 300
MOST_TOOLS, LONGEST_TOOL = 20, 40
RUBRIC_HELP = _(
    "Each criterion begins with a dash: “- criterion: It runs”, and below it, indented, "
    "“points: 10” and, if you like, “about: From a fresh clone.”"
)


class TrackForm(ContentForm):
    class Meta:
        model = Track
        fields = (
            *("code", "name", "pitch", "description", "duration_weeks", "position"),
            *("is_free", "is_published"),
        )
        widgets = {"description": MarkdownArea()}


class ProjectForm(ContentForm):
    goals = LinesField(
        label=_("Learning goals"),
        longest=LONGEST_GOAL,
        most=MOST_GOALS,
        required=False,
        help_text=_("One a line."),
    )
    tech_stack = LinesField(
        label=_("Tech stack"),
        longest=LONGEST_TOOL,
        most=MOST_TOOLS,
        required=False,
        help_text=_("One a line."),
    )

    class Meta:
        model = Project
        fields = (
            *("track", "number", "title", "summary", "type", "brief", "goals", "tech_stack"),
            *("hours", "due_week", "template"),
        )
        widgets = {"brief": MarkdownArea(attrs={"rows": 14})}


class PartForm(ContentForm):
    """A number is a place among the others, so two never stand in each other's way."""

    place = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=1,
        max_value=200,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Left empty, a new one comes last."),
    )
    is_retired = forms.BooleanField(
        label=_("Retired"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Students no longer see it; what they did for it stays."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["place"].initial = self.instance.number
            self.fields["is_retired"].initial = self.instance.retired_at is not None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "is_retired" in self.changed_data:
            self.instance.retired_at = now() if self.cleaned_data.get("is_retired") else None
        return cleaned

    @property
    def chosen_place(self) -> int | None:
        is_chosen = "place" in self.changed_data
        return self.cleaned_data.get("place") if is_chosen else None


class StepForm(PartForm):
    class Meta:
        model = Step
        fields = ("title", "is_required", "description", "done_when")
        widgets = {
            "description": MarkdownArea(),
            "done_when": MarkdownArea(attrs={"rows": 3}),
        }


class DeliverableForm(PartForm):
    rubric = RubricField(label=_("Rubric"), required=False, help_text=RUBRIC_HELP)

    class Meta:
        model = Deliverable
        fields = ("title", "kind", "is_required", "approves_on_merge", "about", "rubric")
        widgets = {"about": MarkdownArea(attrs={"rows": 5})}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_pull_request = self.cleaned_data.get("kind") == DeliverableKind.PULL_REQUEST
        if self.cleaned_data.get("approves_on_merge") and not is_pull_request:
            self.add_error("approves_on_merge", _("Only a pull request can be merged."))
        return cleaned


class PartFormSet(BaseInlineFormSet):
    """What students have done is not deleted, and it is said which one that is."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk:
                try:
                    refuse_deletion(form.instance)
                except DomainError as error:
                    said = f"{form.instance}: {error.message}"
                    raise ValidationError(said) from error
