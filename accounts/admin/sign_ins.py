"""Where people are signed in, and ending that."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.sign_ins import end_sign_in
from accounts.entrance import user_in
from accounts.models import SignIn
from core.backoffice.base import ReadOnlyAdmin
from core.callers import caller_of
from core.clock import now
from core.policies import can, demand


class Life(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("living", _("Signed in")), ("over", _("Over"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[SignIn]
    ) -> models.QuerySet[SignIn]:
        living = models.Q(ended_at=None, expires_at__gt=now())
        if self.value() == "living":
            return queryset.filter(living)
        if self.value() == "over":
            return queryset.exclude(living)
        return queryset


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = (
        "user",
        "kind",
        "address",
        "user_agent",
        "created_at",
        "last_seen_at",
        "ended_at",
        "end_reason",
    )
    list_filter = (Life, "kind", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("=user__email", "user_agent")
    search_help_text = _("An e-mail address, or part of a program's name")
    ordering = ("-created_at",)
    fields = (
        ("user", "kind"),
        ("address", "user_agent"),
        ("created_at", "last_seen_at", "expires_at"),
        ("ended_at", "end_reason"),
    )
    actions = ("end",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.end_sign_in")

    @admin.action(description=_("Sign out there"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: models.QuerySet[SignIn]) -> None:
        def act(sign_in: SignIn) -> None:
            demand(request.user, "accounts.end_sign_in", sign_in)
            end_sign_in(
                sign_in,
                by=user_in(request),
                reason=SignIn.End.REVOKED,
                caller=caller_of(request),
                at=now(),
            )

        self.act_on_each(request, queryset, act)
