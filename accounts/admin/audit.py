"""The audit log in the admin: to be searched, read and taken away, never to be changed."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.actions.audit import record_audit
from accounts.entrance import user_in
from accounts.models import AuditActor, AuditEntry
from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.filters import MomentFilter, TypedFilter
from core.callers import caller_of
from core.clock import now
from core.policies import can, demand
from core.spreadsheets import csv_answer

# Groups of actions by the beginnings of their names, for the filter.
GROUPS = {
    "sign-ins": (_("Signing in and out"), ("accounts.sign", "accounts.proved")),
    "names": (_("In somebody else's name"), ("accounts.impersonation",)),
    "access": (
        _("Roles and access"),
        (
            "accounts.role",
            "accounts.email",
            "accounts.escalation",
            "accounts.api_key",
            "core.escalation",
        ),
    ),
    "people": (_("People"), ("accounts.user",)),
    "platform": (_("Jobs, mails, events"), ("core.",)),
}
HEADINGS = (
    "at",
    "who",
    "in truth",
    "what",
    "to whom",
    "kind of thing",
    "id of the thing",
    "thing",
    "facts",
    "address",
    "request",
)
AT_ONCE = 2000
SHOWN_OF_REQUEST = 8
# How a former member is named: by the beginning of their id.
_MARK = re.compile(r"[0-9a-f]{8}")

Entries = models.QuerySet[AuditEntry]


class Group(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, label) for key, (label, _beginnings) in GROUPS.items()]

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        if self.value() not in GROUPS:
            return queryset
        _label, beginnings = GROUPS[str(self.value())]
        wanted = models.Q()
        for beginning in beginnings:
            wanted |= models.Q(action__startswith=beginning)
        return queryset.filter(wanted)


class Action(TypedFilter):
    title = _("Action begins with")
    parameter_name = "action"

    def narrowed(self, queryset: Entries) -> Entries:
        return queryset.filter(action__startswith=self.typed)


class Who(TypedFilter):
    """Whoever did it, also in somebody else's name."""

    title = _("Who, by e-mail address")
    parameter_name = "who"

    def narrowed(self, queryset: Entries) -> Entries:
        who = _people(self.typed)
        return queryset.filter(models.Q(actor__in=who) | models.Q(impersonator__in=who))


class ToWhom(TypedFilter):
    title = _("To whom, by e-mail address")
    parameter_name = "to_whom"

    def narrowed(self, queryset: Entries) -> Entries:
        return queryset.filter(subject__in=_people(self.typed))


class Since(MomentFilter):
    title = _("From")
    parameter_name = "since"

    def narrowed(self, queryset: Entries) -> Entries:
        return queryset.filter(at__gte=self.moment)


class Until(MomentFilter):
    title = _("Until")
    parameter_name = "until"

    def narrowed(self, queryset: Entries) -> Entries:
        return queryset.filter(at__lte=self.moment)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "action", "whom_or_what", "address", "short_request")
    list_filter = (Group, Action, Who, ToWhom, Since, Until)
    list_filter_submit = True
    list_before_template = "admin/accounts/audit_export.html"
    list_select_related = ("actor", "impersonator", "subject")
    search_fields = (
        "=actor__email",
        "=impersonator__email",
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

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="accounts_auditentry_export"), *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return can(request.user, "accounts.view_audit_log")

    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows under its filters, all pages of it. That it was taken is an entry."""
        demand(request.user, "accounts.view_audit_log")
        entries = self.get_changelist_instance(request).get_queryset(request)
        at = now()
        chosen = entries.filter(at__lte=at)
        record_audit(
            "accounts.audit_log_exported",
            by=user_in(request),
            # By which filters, not for what: that would name people in what never forgets.
            data={"entries": chosen.count(), "filters": sorted(request.GET)},
            caller=caller_of(request),
            at=at,
        )
        name = f"audit-log-{at:%Y-%m-%d-%H%M}"
        return csv_answer(name, headings=HEADINGS, rows=_rows(chosen))

    @admin.display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        if entry.impersonator:
            return f"{entry.impersonator} > {entry.actor}"
        return str(entry.actor or "")

    @admin.display(description=_("whom or what"))
    def whom_or_what(self, entry: AuditEntry) -> str:
        return str(entry.subject or entry.target_label)

    @admin.display(description=_("request"))
    def short_request(self, entry: AuditEntry) -> str:
        return format_html(
            '<span title="{}">{}</span>', entry.request_id, entry.request_id[:SHOWN_OF_REQUEST]
        )


def _people(text: str) -> models.QuerySet[AuditActor]:
    """By address, or a former member by the mark that stands in its place."""
    wanted = models.Q(email=text.lower())
    if _MARK.fullmatch(text.lower()):
        first, last = (UUID(f"{text}{fill * 24}") for fill in "0f")
        wanted |= models.Q(uuid__range=(first, last))
    return AuditActor.objects.filter(wanted)


def _rows(entries: Entries) -> Iterator[tuple[Any, ...]]:
    for entry in entries.iterator(chunk_size=AT_ONCE):
        yield (
            entry.at.isoformat(),
            entry.actor or "",
            entry.impersonator or "",
            entry.action,
            entry.subject or "",
            entry.target_type,
            entry.target_id,
            entry.target_label,
            json.dumps(entry.data, ensure_ascii=False) if entry.data else "",
            entry.address or "",
            entry.request_id,
        )
