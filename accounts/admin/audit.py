"""The audit log in the admin: to be searched and read."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from core.backoffice.base import ReadOnlyAdmin
from core.policies import can

# Groups of actions by the beginnings of their names, for the filter.
GROUPS = {
    "sign-ins": (_("Signing in and out"), ("accounts.sign",)),
    "access": (_("Roles and access"), ("accounts.role", "accounts.email", "accounts.escalation")),
    "people": (_("People"), ("accounts.user",)),
    "platform": (_("Jobs, mails, events"), ("core.",)),
}


class Group(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, label) for key, (label, _beginnings) in GROUPS.items()]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[AuditEntry]
    ) -> models.QuerySet[AuditEntry]:
        if self.value() not in GROUPS:
            return queryset
        _label, beginnings = GROUPS[str(self.value())]
        wanted = models.Q()
        for beginning in beginnings:
            wanted |= models.Q(action__startswith=beginning)
        return queryset.filter(wanted)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "action", "whom_or_what", "address", "request_id")
    list_filter = (Group, ("at", admin.DateFieldListFilter))
    list_select_related = ("actor", "impersonator", "subject")
    search_fields = (
        "=actor__email",
        "=subject__email",
        "action__startswith",
        "=target_id",
        "=request_id",
    )
    search_help_text = _("An e-mail address, the beginning of an action, or an id")
    ordering = ("-at", "-pk")
    fields = (
        ("at", "action"),
        ("actor", "impersonator"),
        ("subject", "target_type", "target_id", "target_label"),
        "data",
        ("address", "request_id"),
    )

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return can(request.user, "accounts.view_audit_log")

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        if entry.impersonator:
            return f"{entry.impersonator} > {entry.actor}"
        return str(entry.actor or "")

    @admin.display(description=_("whom or what"))
    def whom_or_what(self, entry: AuditEntry) -> str:
        return str(entry.subject or entry.target_label)
