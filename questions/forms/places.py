"""What questions are about, in one choice: a subject as a whole, or a chapter of it."""

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
        return name_of(
            self.subject.pk if self.subject else None, self.chapter.pk if self.chapter else None
        )

    @property
    def words(self) -> str:
        parts = [self.subject and self.subject.name, self.chapter and self.chapter.name]
        return " · ".join(part for part in parts if part)


NOWHERE = Place()


def name_of(subject: int | None, chapter: int | None) -> str:
    """How forms and addresses call the place of these keys."""
    if chapter is not None:
        return f"chapter-{chapter}"
    return f"subject-{subject}" if subject is not None else ""


def subjects_to_choose() -> Sequence[Subject]:
    """All, with their chapters; two queries, whose result several forms of a page may share."""
    return list(Subject.objects.prefetch_related("chapters"))


class PlaceField(forms.ChoiceField):
    """Cleans to a `Place`. It has no choices before its form calls `fetch`."""

    def __init__(self, *, empty: Any, required: bool = False, **kwargs: Any) -> None:
        self.empty = empty
        self.subjects: Sequence[Subject] = ()
        self.places: dict[str, Place] = {}
        super().__init__(required=required, **kwargs)

    def fetch(self, subjects: Sequence[Subject] | None = None) -> None:
        """`subjects` are those that another form of the page has fetched."""
        self.subjects = subjects_to_choose() if subjects is None else subjects
        self.places = {place.name: place for place in _places(self.subjects)}
        self.choices = [("", self.empty), *(_group(subject) for subject in self.subjects)]

    def clean(self, value: Any) -> Place:
        return self.places.get(super().clean(value), NOWHERE)


def _places(subjects: Iterable[Subject]) -> Iterable[Place]:
    for subject in subjects:
        yield Place(subject)
        yield from (Place(subject, chapter) for chapter in subject.chapters.all())


def _group(subject: Subject) -> tuple[str, list[tuple[str, str]]]:
    whole = _("%(subject)s, the whole subject") % {"subject": subject.name}
    chapters = [(name_of(subject.pk, each.pk), each.name) for each in subject.chapters.all()]
    return subject.name, [(name_of(subject.pk, None), whole), *chapters]
