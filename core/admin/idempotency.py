"""Calls that were made under a key: when and how they ended, not what they said."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.idempotency.models import IdempotentCall


@admin.register(IdempotentCall)
class IdempotentCallAdmin(ReadOnlyAdmin):
    list_display = ("route", "user", "status", "started_at")
    list_filter = (("started_at", admin.DateFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("route__startswith", "=user__email", "=key")
    search_help_text = _("The beginning of a route, an e-mail address, or a key")
    ordering = ("-started_at",)
    fields = ("route", "user", "key", "status", "started_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[IdempotentCall]:
        return super().get_queryset(request).defer("body")
