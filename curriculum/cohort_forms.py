"""What staff fill in about cohorts: facts, members, days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.profile_forms import time_zones
from core.widgets import CheckboxCards, DateInput, SearchInput, Suggested
from curriculum.adding_members import MOST_AT_ONCE
from curriculum.models import Cohort, Project, Track
from curriculum.models.content import TITLE_LENGTH
from curriculum.review_forms import LONGEST_SEARCH
from curriculum.rules import due_on

MOST_TRAINERS = 60
LONGEST_LIST = 40_000


class CohortForm(forms.Form):
    """A cohort's facts. Its track is chosen once; trainers are ticked, or many named by address."""

    name = forms.CharField(label=_("Name"), max_length=TITLE_LENGTH)
    track = forms.ModelChoiceField(
        label=_("Track"),
        queryset=Track.objects.published(),
        to_field_name="code",
        empty_label=_("Choose a track"),
    )
    starts_on = forms.DateField(
        label=_("Starts on"),
        widget=DateInput(),
        help_text=_("Weeks are counted from this day on."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Days end there. Type a city or a country to find it."),
        widget=Suggested(choices=time_zones),
    )
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"), queryset=User.objects.none(), required=False, widget=CheckboxCards
    )
    more_trainers = forms.CharField(
        label=_("More trainers, by address"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line."),
    )

    def __init__(
        self, data: Any = None, *, cohort: Cohort | None = None, zone: str = "UTC"
    ) -> None:
        super().__init__(data, initial=_facts(cohort, zone), label_suffix="")
        if cohort is not None:
            del self.fields["track"]
        chosen = cohort.trainers.all() if cohort else User.objects.none()
        active = User.objects.active().trainers()
        listed = list(
            active.order_by("name", "pk").values_list("pk", flat=True)[: MOST_TRAINERS + 1]
        )
        if len(listed) <= MOST_TRAINERS:
            del self.fields["more_trainers"]
        kept = {*listed[:MOST_TRAINERS], *chosen.values_list("pk", flat=True)}
        trainers: Any = self.fields["trainers"]
        trainers.queryset = User.objects.filter(pk__in=kept).order_by("name", "pk")
        trainers.widget.explained = {
            each.pk: ", ".join(each.tracks) or each.email for each in trainers.queryset
        }

    def clean_more_trainers(self) -> list[User]:
        lines = [line.strip().lower() for line in self.cleaned_data["more_trainers"].splitlines()]
        wanted = {line for line in lines if line}
        found = User.objects.active().trainers().filter(email__in=wanted)
        missing = wanted - {each.email for each in found}
        if missing:
            raise forms.ValidationError(
                _("No trainer has this address: %(address)s.") % {"address": min(missing)}
            )
        return list(found)

    @property
    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        trainers = [*given["trainers"], *given.get("more_trainers", [])]
        return {
            "name": given["name"],
            "starts_on": given["starts_on"],
            "time_zone": given["time_zone"],
            "trainers": list(dict.fromkeys(trainers)),
        }


class AddressesForm(forms.Form):
    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=LONGEST_LIST,
        widget=forms.Textarea({"rows": 5, "spellcheck": "false"}),
        help_text=_("One a line, as they come out of a list."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_addresses(self) -> str:
        text: str = self.cleaned_data["addresses"]
        if len(text.splitlines()) > MOST_AT_ONCE:
            raise forms.ValidationError(
                _("Add at most %(most)d at once, please.") % {"most": MOST_AT_ONCE}
            )
        return text


class FindForm(forms.Form):
    find = forms.CharField(
        label=_("Find students"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Name or address"), "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class DayRow:
    """A project, the day that its week gives, and the field of the cohort's own."""

    project: Project
    by_week: date
    field: forms.BoundField
    is_own: bool


class DueDatesForm(forms.Form):
    """A day for each project; that of its week, or none, is no day of its own."""

    def __init__(
        self,
        data: Any = None,
        *,
        cohort: Cohort,
        projects: Sequence[Project],
        own: Mapping[int, date],
    ) -> None:
        super().__init__(data, label_suffix="")
        self._projects, self._own = projects, own
        self._by_week = {each.pk: due_on(cohort.starts_on, each.due_week) for each in projects}
        for project in projects:
            self.fields[_day_of(project)] = forms.DateField(
                label=gettext("Day of %(project)s") % {"project": project},
                required=False,
                widget=DateInput(),
                initial=own.get(project.pk, self._by_week[project.pk]),
            )

    @property
    def rows(self) -> list[DayRow]:
        return [
            DayRow(each, self._by_week[each.pk], self[_day_of(each)], each.pk in self._own)
            for each in self._projects
        ]

    @property
    def days(self) -> dict[Project, date | None]:
        given = {each: self.cleaned_data[_day_of(each)] for each in self._projects}
        return {
            project: None if day == self._by_week[project.pk] else day
            for project, day in given.items()
        }


def _facts(cohort: Cohort | None, zone: str) -> dict[str, Any]:
    if cohort is None:
        return {"time_zone": zone}
    return {
        "name": cohort.name,
        "starts_on": cohort.starts_on,
        "time_zone": cohort.time_zone,
        "trainers": list(cohort.trainers.values_list("pk", flat=True)),
    }


def _day_of(project: Project) -> str:
    return f"day-{project.pk}"
