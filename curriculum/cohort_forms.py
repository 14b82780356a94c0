"""Forms of cohorts: the facts, who joins, and what is due when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import normalise_email
from core.widgets import CheckboxCards, DateInput
from curriculum.models import Cohort, Project, Track
from curriculum.models.content import TITLE_LENGTH

MOST_AT_ONCE = 200
LONGEST_LIST = 20_000


class CohortForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=TITLE_LENGTH)
    track = forms.ModelChoiceField(
        label=_("Track"),
        queryset=Track.objects.published(),
        help_text=_("A cohort stays on its track."),
    )
    starts_on = forms.DateField(
        label=_("Starts on"),
        widget=DateInput,
        help_text=_("Weeks are counted from this day; due dates are the last days of weeks."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="UTC",
        help_text=_("Where a day ends for this cohort, such as Asia/Kolkata."),
    )
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"),
        queryset=User.objects.none(),
        required=False,
        widget=CheckboxCards,
        help_text=_("They see this cohort; whom they review is settled by who looks after whom."),
    )

    def __init__(self, *args: Any, cohort: Cohort | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        trainers = User.objects.trainers().active().order_by("name", "pk")
        self.fields["trainers"].queryset = trainers  # type: ignore[attr-defined]
        self.fields["trainers"].label_from_instance = lambda user: user.name or user.email  # type: ignore[attr-defined]
        if cohort is not None:
            del self.fields["track"]
            self.initial = {
                "name": cohort.name,
                "starts_on": cohort.starts_on,
                "time_zone": cohort.time_zone,
                "trainers": [trainer.pk for trainer in cohort.trainers.all()],
                **self.initial,
            }

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("Choose a time zone such as Asia/Kolkata."))
        return zone


class JoinForm(forms.Form):
    """Several at once, one address a line; what became of each is told line by line."""

    addresses = forms.CharField(
        label=_("Students"),
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Their e-mail addresses: one a line, or with commas between."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_addresses(self) -> list[str]:
        text = str(self.cleaned_data["addresses"])
        words = text.replace(",", " ").replace(";", " ").split()
        addresses = list(dict.fromkeys(normalise_email(word) for word in words))
        if len(addresses) > MOST_AT_ONCE:
            raise forms.ValidationError(
                gettext("Add at most %(most)d at once.") % {"most": MOST_AT_ONCE}
            )
        return addresses


class DueDatesForm(forms.Form):
    """A day for each project; an empty one gives it back to the week of the track."""

    def __init__(
        self,
        *args: Any,
        projects: Sequence[Project],
        days: Mapping[int, date],
        own: Mapping[int, date],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self._projects = projects
        for project in projects:
            week = gettext("By the week: %(day)s") % {"day": days[project.pk].isoformat()}
            self.fields[self._name(project)] = forms.DateField(
                label=str(project),
                required=False,
                widget=DateInput,
                initial=own.get(project.pk),
                help_text=week,
            )

    @property
    def days(self) -> dict[Project, date | None]:
        return {
            project: self.cleaned_data[self._name(project)]
            for project in self._projects
            if self._name(project) in self.changed_data
        }

    @staticmethod
    def _name(project: Project) -> str:
        return f"project_{project.number}"
