"""Searching among what people did with quizzes, at any number of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.searching import MOST_WORDS
from quizzes.models import Quiz


class ByPersonAndTitle:
    """Each word begins one of somebody's name or address, or is a part of their quiz's title.

    `search_fields` say so to the page; `person` is the field that leads to whose it is.
    """

    person: ClassVar[str]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.replace("\x00", "").split()[:MOST_WORDS]
        return (queryset.filter(self._said_by(words)) if words else queryset), False

    def _said_by(self, words: Sequence[str]) -> Q:
        """Words that no title has are people's together, which the index on people knows best."""
        in_titles = Quiz.objects.aggregate(
            **{f"word_{n}": Count("pk", filter=_has(word)) for n, word in enumerate(words)}
        )
        in_no_title = [word for n, word in enumerate(words) if not in_titles[f"word_{n}"]]
        wanted = self._of(in_no_title) if in_no_title else Q()
        for word in words:
            if word not in in_no_title:
                wanted &= Q(quiz__in=Quiz.objects.filter(_has(word)).values("pk")) | self._of(
                    [word]
                )
        return wanted

    def _of(self, words: Sequence[str]) -> Q:
        people = User.objects.matching(" ".join(words))
        return Q(**{f"{self.person}__in": people.values("pk")})


def _has(word: str) -> Q:
    return Q(title__icontains=word)
