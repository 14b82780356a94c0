"""What a question is about, in one choice: a subject as a whole, or a chapter of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from questions.models import Chapter, Subject


@dataclass(frozen=True)
class Place:
    subject: Subject | None = None
    chapter: Chapter | None = None

    @property
    def name(self) -> str:
        return name_of(self.subject, self.chapter)


NOWHERE = Place()


def name_of(subject: Subject | None, chapter: Chapter | None) -> str:
    """How forms and addresses call it."""
    if chapter is not None:
        return f"chapter-{chapter.pk}"
    return f"subject-{subject.pk}" if subject is not None else ""


class PlaceField(forms.ChoiceField):
    """Cleans to a `Place`. All subjects with their chapters are fetched once a form."""

    def __init__(self, *, empty: Any, **kwargs: Any) -> None:
        self.empty = empty
        self.subjects: Sequence[Subject] = ()
        self.places: dict[str, Place] = {}
        super().__init__(required=False, **kwargs)

    def fetch(self, subjects: Sequence[Subject] | None = None) -> None:
        """`subjects` are those that another form of the page has fetched."""
        if subjects is None:
            subjects = list(Subject.objects.prefetch_related("chapters"))
        self.subjects = subjects
        self.places = {place.name: place for place in _places(subjects)}
        self.choices = [("", self.empty), *(_group(subject) for subject in subjects)]

    def clean(self, value: Any) -> Place:
        return self.places.get(super().clean(value), NOWHERE)


def _places(subjects: Iterable[Subject]) -> Iterable[Place]:
    for subject in subjects:
        yield Place(subject)
        yield from (Place(subject, chapter) for chapter in subject.chapters.all())


def _group(subject: Subject) -> tuple[str, list[tuple[str, str]]]:
    whole = _("%(subject)s, the whole subject") % {"subject": subject.name}
    chapters = [(name_of(subject, each), each.name) for each in subject.chapters.all()]
    return subject.name, [(name_of(subject, None), whole), *chapters]
