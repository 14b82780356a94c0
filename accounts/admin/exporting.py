"""The list of people as a file, for admins."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.actions.audit import record_audit
from accounts.models import User
from core.policies import can, demand
from core.spreadsheets import csv_answer

AT_ONCE = 1000
HEADINGS = (
    *("id", "email", "name", "role", "track", "teaches", "phone", "time_zone", "active"),
    *("joined_at", "trainer"),
)


class Exporting:
    """For the admin of people: whoever is chosen, which can be everybody whom the filters find."""

    def has_export_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.export_users")

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(
        self, request: HttpRequest, queryset: "models.QuerySet[User]"
    ) -> HttpResponseBase:
        demand(request.user, "accounts.export_users")
        data = {"people": queryset.count()}
        record_audit("accounts.users_exported", data=data, **self._who(request))  # type: ignore[attr-defined]
        return csv_answer("people", headings=HEADINGS, rows=_rows(queryset))


def _rows(people: Any) -> Iterator[list[object]]:
    for person in people.iterator(chunk_size=AT_ONCE):
        yield [
            person.pk,
            person.email,
            person.name,
            person.role,
            person.track,
            " ".join(person.tracks),
            person.phone,
            person.time_zone,
            "yes" if person.is_active else "no",
            person.joined_at.isoformat(timespec="seconds"),
            person.assigned_trainer.email if person.assigned_trainer else "",
        ]
