"""Filters of lists in the admin that one types into, where there is too much to choose from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest


class TypedFilter(admin.SimpleListFilter):
    """Its admin sets `list_filter_submit`, so that there is something to send it by."""

    template = "admin/typed_filter.html"
    input_type = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        return iter(())

    @property
    def typed(self) -> str:
        return str(self.value() or "").replace("\x00", "").strip()

    def queryset(
        self, request: HttpRequest, queryset: "models.QuerySet[Any]"
    ) -> "models.QuerySet[Any]":
        return self.narrowed(queryset) if self.typed else queryset

    def narrowed(self, queryset: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        raise NotImplementedError


class MomentFilter(TypedFilter):
    """In the reader's own time zone."""

    input_type = "datetime-local"

    @property
    def moment(self) -> datetime:
        try:
            found: datetime = forms.DateTimeField().clean(self.typed)
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from None
        return found
