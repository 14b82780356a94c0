"""What is looked at on the class board, and more time for one student."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.widgets import DateInput, SearchInput
from curriculum.class_board import ClassFilters, Show
from curriculum.models import Cohort, Project, Track
from curriculum.models.cohorts import REASON_LENGTH
from curriculum.review_forms import LONGEST_SEARCH

BOARD = "board"


class ClassForm(forms.Form):
    q = forms.CharField(
        label=_("Student"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Student's name"), "autocomplete": "off"}),
    )
    track = forms.ChoiceField(label=_("Track"), required=False)
    cohort = forms.ChoiceField(label=_("Cohort"), required=False)
    show = forms.ChoiceField(choices=Show.choices, required=False, widget=forms.HiddenInput)
    view = forms.ChoiceField(choices=[(BOARD, BOARD)], required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, tracks: Sequence[Track], cohorts: Sequence[Cohort], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("track", [(each.code, each.name) for each in tracks])
        named = [(str(each.pk), each.name) for each in cohorts]
        self._choose("cohort", [("", gettext("All cohorts")), *named])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def class_filters_of(query: QueryDict, user: User) -> tuple[ClassFilters, ClassForm] | None:
    """As far as the address makes sense; nothing where there is no track to look at."""
    tracks = list(Track.objects.published().defer("description"))
    tracks.sort(key=lambda track: track.code not in user.tracks)
    if not tracks:
        return None
    track = next((each for each in tracks if each.code == query.get("track")), tracks[0])
    cohorts = list(Cohort.objects.visible_to(user).running().filter(track=track))
    asked = ClassForm(query, tracks=tracks, cohorts=cohorts)
    asked.is_valid()
    given = {name: value for name, value in asked.cleaned_data.items() if value}
    given["track"] = track.code
    filters = ClassFilters(
        track=track,
        cohort=next((each for each in cohorts if str(each.pk) == given.get("cohort")), None),
        show=given.get("show", ""),
        search=given.get("q", "").strip(),
        is_board=given.get("view") == BOARD,
    )
    return filters, ClassForm(given, tracks=tracks, cohorts=cohorts)


class ExtensionForm(forms.Form):
    """Another day for one project."""

    project = forms.ChoiceField(label=_("Project"))
    due_on = forms.DateField(label=_("New day"), widget=DateInput())
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_LENGTH,
        help_text=_("For those who teach; the student sees the new day."),
    )

    def __init__(self, *args: Any, projects: Sequence[Project], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self._projects = {str(each.pk): each for each in projects}
        self._today = today
        named = [(key, str(each)) for key, each in self._projects.items()]
        self.fields["project"].choices = named  # type: ignore[attr-defined]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self._today:
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day

    @property
    def chosen_project(self) -> Project:
        return self._projects[self.cleaned_data["project"]]
