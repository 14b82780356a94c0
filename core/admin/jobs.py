"""Jobs: how they go, ending them and trying them again."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.clock import now
from core.jobs.actions import cancel_job, retry_job
from core.jobs.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "status", "progress", "owner", "attempt", "created_at", "finished_at")
    list_filter = ("status", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("kind__startswith", "=owner__email", "=request_id")
    search_help_text = _("The beginning of a kind, an owner's e-mail address, or a request id")
    ordering = ("-created_at",)
    fields = (
        ("id", "kind", "subject"),
        ("owner", "request_id"),
        ("status", "progress", "message"),
        "error",
        ("attempt", "max_attempts"),
        ("created_at", "started_at", "finished_at"),
        ("due_at", "lease_until", "cancel_requested_at"),
    )
    actions = ("cancel", "try_again")

    @admin.action(description=_("Cancel"), permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: models.QuerySet[Job]) -> None:
        self.act_on_each(
            request,
            queryset,
            lambda job: cancel_job(job, at=now()),
            audited_as="core.job_cancelled",
        )

    @admin.action(description=_("Try again"), permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[Job]) -> None:
        self.act_on_each(
            request, queryset, lambda job: retry_job(job, at=now()), audited_as="core.job_retried"
        )
