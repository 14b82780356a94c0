"""Cohorts in the admin: to be found; what is done to them is done on their page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from curriculum.admin.pages import page_link
from curriculum.models import Cohort, CohortMember


class Running(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("running", _("Running")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "running":
            return queryset.running()
        if self.value() == "closed":
            return queryset.exclude(closed_at=None)
        return queryset


class MembersOfCohort(TabularInline):
    model = CohortMember
    fields = readonly_fields = ("student", "joined_at", "left_at")
    extra = 0
    can_delete = False
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("student")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.view_cohorts")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Cohort)
class CohortAdmin(ReadOnlyAdmin):
    list_display = ("name", "track", "starts_on", "members_count", "closed_at", "page")
    list_filter = ("track", Running, ("starts_on", admin.DateFieldListFilter))
    list_select_related = ("track",)
    search_fields = ("name",)
    search_help_text = _("Part of a name")
    ordering = ("-starts_on", "name")
    fields = (("name", "track", "page"), ("starts_on", "time_zone"), ("created_at", "closed_at"))
    inlines = (MembersOfCohort,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_counts()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.view_cohorts", obj)

    @admin.display(description=_("members"), ordering="members_count")
    def members_count(self, cohort: Any) -> int:
        return int(cohort.members_count)

    @admin.display(description=_("page"))
    def page(self, cohort: Cohort) -> str:
        return page_link("cohort", cohort.pk)
