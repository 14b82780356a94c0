"""Mails: which went out, which did not, and trying those again. Nobody reads their texts."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.clock import now
from core.mail.actions import retry_mail
from core.mail.models import Mail


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("kind", "to", "status", "tries", "created_at", "sent_at")
    list_filter = ("status", ("created_at", admin.DateFieldListFilter))
    search_fields = ("kind__startswith", "=to", "=request_id")
    search_help_text = _("The beginning of a kind, an e-mail address, or a request id")
    ordering = ("-created_at",)
    fields = (
        ("id", "kind", "request_id"),
        ("to", "language", "subject"),
        ("status", "tries"),
        "last_error",
        ("created_at", "due_at", "sent_at", "failed_at"),
    )
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Mail]:
        return super().get_queryset(request).defer("text", "html")

    @admin.action(description=_("Try again"), permissions=["operate"])
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[Mail]) -> None:
        self.act_on_each(
            request,
            queryset,
            lambda mail: retry_mail(mail, at=now()),
            audited_as="core.mail_retried",
        )
