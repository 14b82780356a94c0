"""The bank as a list: what is looked for, in which order, and what each line says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Lower, NullIf
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.tables import PAGE, Column, table
from core.widgets import SearchInput, Suggested
from questions.flags import FLAGS
from questions.forms.places import NOWHERE, Place, PlaceField
from questions.models import Difficulty, Question, QuestionStatus, QuestionVersion, Subject
from questions.models.bank import TAG_LENGTH, QuestionType
from questions.tags import plain_tag

LONGEST_SEARCH = 100
MOST_WORDS = 8
MOST_TAGS = 300
LONGEST_QUERY, MOST_PARTS = 2_000, 40
EVERY = "all"
MINE, SHARED = "mine", "shared"
COLUMNS = (
    Column("question", _("Question"), order_by=("opening",)),
    Column("kind", _("Type"), order_by=("type",)),
    Column(
        "about", _("About"), order_by=("question__subject__name", "question__chapter__position")
    ),
    Column("difficulty", _("Difficulty"), order_by=("level",)),
    Column("facility", _("Right"), kind="number", order_by=("facility",)),
    Column("edited", _("Edited"), order_by=("question__edited_at",)),
)


class FormWithPlace(forms.Form):
    """Forms of one page share their `subjects`."""

    def __init__(
        self, *args: Any, subjects: Sequence[Subject] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.fetch(subjects)
        self.subjects: Sequence[Subject] = place.subjects


class BankForm(FormWithPlace):
    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=SearchInput({"placeholder": _("Words of the question"), "autocomplete": "off"}),
    )
    place = PlaceField(label=_("About"), empty=_("All subjects"))
    type = forms.ChoiceField(
        label=_("Type"), choices=[("", _("All types")), *QuestionType.choices], required=False
    )
    difficulty = forms.ChoiceField(
        label=_("Difficulty"),
        choices=[("", _("Any difficulty")), *Difficulty.choices],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("In use")),
            *QuestionStatus.choices,
            (EVERY, _("All, with retired ones")),
        ],
        required=False,
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        choices=[("", _("Everybody's")), (MINE, _("Mine")), (SHARED, _("Of others"))],
        required=False,
    )
    flag = forms.ChoiceField(
        label=_("How it fares"),
        choices=[
            ("", _("However it fares")),
            *((each.name, each.label) for each in FLAGS.values()),
        ],
        required=False,
    )
    tag = forms.CharField(
        label=_("Tag"),
        required=False,
        max_length=TAG_LENGTH,
        widget=Suggested({"placeholder": _("Tag")}),
    )
    # A list that is narrowed anew keeps its order.
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


@dataclass(frozen=True)
class BankFilters:
    q: str = ""
    place: Place = NOWHERE
    type: str = ""
    difficulty: str = ""
    status: str = ""
    whose: str = ""
    flag: str = ""
    tag: str = ""
    given: dict[str, str] = field(default_factory=dict)
    sort: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.given)

    def query(self) -> str:
        return urlencode(self.given)


@dataclass(frozen=True)
class Narrowing:
    """One filter in words, and the address of the list without it."""

    label: str
    value: str
    without: str


def filters_of(query: QueryDict) -> tuple[BankFilters, BankForm]:
    """What an address asks for, as far as it makes sense; the rest is as if it were not there."""
    asked = BankForm(query)
    asked.is_valid()
    given = {name: value for name, value in asked.cleaned_data.items() if value}
    if given.get("place") == NOWHERE:
        del given["place"]
    said = {name: str(getattr(value, "name", value)) for name, value in given.items()}
    form = BankForm(said, subjects=asked.subjects)
    narrowing = {name: text for name, text in said.items() if name != "sort"}
    return BankFilters(**given, given=narrowing), form


def kept_query(text: str) -> QueryDict:
    """How a list was narrowed and ordered, as an address or a form carries it."""
    makes_sense = len(text) <= LONGEST_QUERY and text.count("&") <= MOST_PARTS
    return QueryDict(text if makes_sense else "")


def list_address(kept: str) -> str:
    """Of the list, narrowed and ordered so."""
    return f"{reverse('questions')}?{kept_query(kept).urlencode()}".rstrip("?")


def narrowings(filters: BankFilters, form: BankForm, query: QueryDict) -> list[Narrowing]:
    """All that is asked for, one by one, in the order of the form."""
    return [
        Narrowing(str(form[name].label), _said(form, name, filters), _without(name, query))
        for name in form.fields
        if name in filters.given
    ]


def _said(form: BankForm, name: str, filters: BankFilters) -> str:
    if name == "place":
        return filters.place.words
    choices = dict(getattr(form.fields[name], "choices", ()))
    return str(choices.get(filters.given[name], filters.given[name]))


def _without(name: str, query: QueryDict) -> str:
    left = query.copy()
    for each in (name, PAGE):
        left.pop(each, None)
    return "?" + urlencode([(key, value) for key, value in left.items() if value])


def versions_for(user: User, filters: BankFilters) -> QuerySet[QuestionVersion]:
    """The newest version of each question that is asked for."""
    seen = Question.objects.visible_to(user)
    if not filters.status:
        seen = seen.in_use()
    elif filters.status != EVERY:
        seen = seen.filter(status=filters.status)
    if filters.whose == MINE:
        seen = seen.of_owner(user)
    elif filters.whose == SHARED:
        seen = seen.exclude(owner=user.pk)
    if filters.place.chapter is not None:
        seen = seen.filter(chapter=filters.place.chapter)
    elif filters.place.subject is not None:
        seen = seen.filter(subject=filters.place.subject)
    rows = QuestionVersion.objects.newest().filter(question__in=seen)
    for word in filters.q.split()[:MOST_WORDS]:
        rows = rows.filter(text__icontains=word)
    for name in ("type", "difficulty"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.tag:
        rows = rows.filter(tags__contains=[plain_tag(filters.tag)])
    return FLAGS[filters.flag].found(rows) if filters.flag else rows


def listed(user: User, filters: BankFilters, query: QueryDict) -> tuple[Any, Any]:
    """Headings, and the lines in the order that is asked for. What nobody answered comes last."""
    shown = table(COLUMNS, query, default="-edited")
    order = list(shown.order_by)
    if shown.sort.removeprefix("-") == "facility":
        order.insert(0, "is_unanswered")
    asked = {each.removeprefix("-") for each in order}
    # What is not ordered by need not be reckoned for each row.
    reckoned = {name: value for name, value in _reckoned().items() if name in asked}
    rows = versions_for(user, filters).annotate(**reckoned)
    rows = rows.select_related("question__subject", "question__chapter", "statistics").defer(
        "body", "key", "explanation", "sources"
    )
    return shown.headings, rows.order_by(*order)


def tags_of(user: User) -> list[str]:
    """Those that one may look for."""
    seen = QuestionVersion.objects.newest().filter(question__in=Question.objects.visible_to(user))
    return sorted(seen.tags_in_use()[:MOST_TAGS])


def _reckoned() -> dict[str, Any]:
    """What lists are ordered by, besides columns."""
    unanswered = Q(statistics=None) | Q(statistics__answers=0)
    return {
        "opening": Lower("text"),
        "level": _level(),
        "facility": _facility(),
        "is_unanswered": ExpressionWrapper(unanswered, output_field=BooleanField()),
    }


def _facility() -> Any:
    answers = Cast("statistics__answers", FloatField())
    return F("statistics__share_sum") / NullIf(answers, 0.0)


def _level() -> Any:
    levels = [When(difficulty=each, then=Value(n)) for n, each in enumerate(Difficulty.values)]
    return Case(*levels, default=Value(0), output_field=IntegerField())
