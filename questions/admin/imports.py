"""Files of questions that were sent, in the admin; what is done with them is done by page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from questions.models import ImportBatch


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = (
        *("file_name", "owner", "format", "state", "new_count", "changed_count", "wrong_count"),
        *("created_at", "page"),
    )
    list_filter = ("state", "format", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("file_name", "owner__email", "owner__name")
    search_help_text = _("Part of a file's name, or of an owner's address or name")
    ordering = ("-created_at",)
    fields = (
        ("file_name", "format", "page"),
        ("owner", "state"),
        ("new_count", "changed_count", "identical_count", "wrong_count"),
        ("created_at", "applied_at", "undone_at"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("report")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "questions.import")

    @admin.display(description=_("page"))
    def page(self, batch: ImportBatch) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("question_import", args=[batch.pk]), _("Open its page")
        )
