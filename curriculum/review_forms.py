"""What reviewers fill in: what they look at in the queue, decisions with points, comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import STAFF
from core.widgets import MarkdownInput, SearchInput
from curriculum.actions.reviews import Points
from curriculum.models import Decision, Deliverable, Project, Submission
from curriculum.models.cohorts import REASON_LENGTH
from curriculum.models.reviews import FEEDBACK_LENGTH
from curriculum.review_queue import QueueFilters, QueueState, Whose
from curriculum.rubrics import Criterion
from curriculum.tracks import published_tracks

LONGEST_SEARCH = 100
WORD_LENGTH = 1000
FEW_POINTS = 5


class QueueForm(forms.Form):
    q = forms.CharField(
        label=_("Student"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Student's name"), "autocomplete": "off"}),
    )
    track = forms.ChoiceField(label=_("Track"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)
    whose = forms.ChoiceField(label=_("Whose"), required=False)
    state = forms.ChoiceField(choices=QueueState.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, track: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(each.code, each.name) for each in published_tracks()]
        own = [Whose.POOL] if user.role in STAFF else list(Whose)
        self._choose("track", [("", gettext("All tracks")), *tracks])
        self._choose("project", [("", gettext("All projects")), *_projects(track)])
        self._choose(
            "whose", [("", gettext("Everybody")), *((each.value, each.label) for each in own)]
        )

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def filters_of(query: QueryDict, user: User) -> tuple[QueueFilters, QueueForm]:
    """What an address asks for, as far as it makes sense; the rest is as if it were not there."""
    asked = QueueForm(query, user=user, track=query.get("track", ""))
    asked.is_valid()
    given = {name: value for name, value in asked.cleaned_data.items() if value}
    filters = QueueFilters(
        state=given.get("state", QueueState.WAITING),
        track=given.get("track", ""),
        project=int(given["project"]) if "project" in given else None,
        whose=given.get("whose", ""),
        search=given.get("q", "").strip(),
    )
    return filters, QueueForm(given, user=user, track=filters.track)


@dataclass(frozen=True)
class CriterionRow:
    criterion: Criterion
    points: forms.BoundField
    word: forms.BoundField

    @property
    def quick(self) -> Sequence[int]:
        """Points that one press gives: all of few, else quarters."""
        most = self.criterion.points
        if most <= FEW_POINTS:
            return range(most + 1)
        return sorted({round(most * share / 4) for share in range(5)})


@dataclass(frozen=True)
class GivenRow:
    criterion: Criterion
    given: int
    word: str


class ReviewForm(forms.Form):
    """A decision on one revision, with points for each criterion that it is judged by."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    feedback = forms.CharField(
        label=_("Feedback"),
        required=False,
        max_length=FEEDBACK_LENGTH,
        widget=MarkdownInput({"rows": 7}),
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=Decision.choices,
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose what you decide.")},
    )
    stays = forms.BooleanField(label=_("Stay here afterwards"), required=False)

    def __init__(self, *args: Any, deliverable: Deliverable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self._criteria = deliverable.criteria
        for criterion in self._criteria:
            most = criterion.points
            self.fields[_points_of(criterion)] = forms.IntegerField(
                label=criterion.criterion,
                min_value=0,
                max_value=most,
                required=False,
                widget=forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"}),
            )
            self.fields[_word_of(criterion)] = forms.CharField(
                label=gettext("A word on it"), max_length=WORD_LENGTH, required=False
            )

    @property
    def rows(self) -> list[CriterionRow]:
        return [
            CriterionRow(each, self[_points_of(each)], self[_word_of(each)])
            for each in self._criteria
        ]

    @property
    def most_points(self) -> int:
        return sum(each.points for each in self._criteria)

    @property
    def total(self) -> int:
        """Of what is filled in, as far as it is numbers."""
        values = (row.points.value() for row in self.rows)
        return sum(int(value) for value in values if str(value or "").isdecimal())

    @property
    def given_rows(self) -> list[GivenRow]:
        data = self.cleaned_data
        return [
            GivenRow(each, data[_points_of(each)], data[_word_of(each)])
            for each in self._criteria
            if data.get(_points_of(each)) is not None
        ]

    @property
    def given_points(self) -> list[Points]:
        return [Points(row.criterion.key, row.given, row.word) for row in self.given_rows]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for each in self._criteria:
            points = _points_of(each)
            if data.get(_word_of(each)) and points in data and data[points] is None:
                self.add_error(points, gettext("Give points too, else nobody sees your word."))
        return data


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is opened again"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The student reads it, and can hand in again."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


def fresh_form(submission: Submission) -> ReviewForm:
    return ReviewForm(deliverable=submission.deliverable, initial={"revision": submission.newest})


def _points_of(criterion: Criterion) -> str:
    return f"points-{criterion.key}"


def _word_of(criterion: Criterion) -> str:
    return f"word-{criterion.key}"


def _projects(track: str) -> list[tuple[Any, Any]]:
    """By track; only those of one where that is chosen."""
    rows = Project.objects.filter(track__is_published=True)
    if track:
        rows = rows.filter(track__code=track)
    by_track: dict[str, list[tuple[str, str]]] = {}
    named = rows.order_by("track__position", "track__code", "number")
    for pk, number, title, name in named.values_list("pk", "number", "title", "track__name"):
        by_track.setdefault(name, []).append((str(pk), f"{number}. {title}"))
    if len(by_track) == 1:
        return next(iter(by_track.values()))
    return list(by_track.items())
