"""Generations in the admin: how they went, and what they cost by day, person and model."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from curriculum.admin.pages import page_link
from quizzes.admin.searching import ByPersonAndTitle
from quizzes.costs import costs_of
from quizzes.models import Generation


@admin.register(Generation)
class GenerationAdmin(ByPersonAndTitle, ReadOnlyAdmin):
    """Without the text that was asked about: that is its owner's, and larger than a page."""

    person = "owner"
    list_display = (
        *("created_at", "owner", "quiz", "type", "state", "model", "saved_count"),
        *("requests", "tokens_in", "tokens_out", "cost"),
    )
    list_filter = (
        *("state", "type", "model"),
        ("created_at", admin.DateFieldListFilter),
    )
    list_select_related = ("owner", "quiz")
    search_fields = ("owner__email", "owner__name", "quiz__title")
    search_help_text = _("Beginnings of words of a name or an address, or part of a title")
    ordering = ("-created_at", "-pk")
    fields = (
        ("owner", "quiz", "page"),
        ("type", "state", "is_from_cache"),
        ("provider", "model"),
        ("requests", "tokens_in", "tokens_out", "cost"),
        ("asked_count", "received_count", "checked_count"),
        ("repaired_count", "dropped_count", "saved_count"),
        ("notes", "problems", "error"),
        ("created_at", "ended_at"),
    )
    list_before_template = "admin/quizzes/costs.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "quizzes.view_costs", obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the sums of what the filters leave."""
        answer = super().changelist_view(request, extra_context)
        context = answer.context_data if isinstance(answer, TemplateResponse) else None
        if context is not None and "cl" in context:
            context["costs"] = costs_of(context["cl"].queryset)
        return answer

    @admin.display(description=_("page"))
    def page(self, generation: Generation) -> str:
        return page_link("quiz_edit", generation.quiz_id)
