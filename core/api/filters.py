"""Narrowing and ordering lists. A value that means nothing is refused, not quietly ignored."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class Ordering(filters.OrderingFilter):
    """By what a view lists in `ordering_fields`; ties by id, so that pages never overlap."""

    ordering_fields: Sequence[str] = ()

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        ordering = self.get_ordering(request, queryset, view) or queryset.query.order_by
        ordering = ordering or queryset.model._meta.ordering or ()
        if {"pk", "-pk", "id", "-id"} & {each for each in ordering if isinstance(each, str)}:
            return queryset.order_by(*ordering)
        return queryset.order_by(*ordering, "pk")

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        valid = super().remove_invalid_fields(queryset, fields, view, request)
        unknown = [field for field in fields if field not in valid]
        if unknown:
            known = [name for name, _label in self.get_valid_fields(queryset, view)]
            raise ValidationError({self.ordering_param: [_not_known(unknown, known)]})
        return valid


def _not_known(unknown: Sequence[str], known: Sequence[str]) -> str:
    if not known:
        return _("This list has an order of its own.")
    return _("This list cannot be ordered by {unknown}, only by {known}.").format(
        unknown=", ".join(unknown), known=", ".join(known)
    )
