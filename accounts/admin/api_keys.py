"""Keys of outside systems in the admin: who has which, and taking them away."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.api_keys import revoke_api_key
from accounts.entrance import user_in
from accounts.models import ApiKey
from core.backoffice.base import ReadOnlyAdmin
from core.callers import caller_of
from core.clock import now
from core.policies import can, demand


class Life(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Good")), ("over", _("Revoked or over"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[ApiKey]
    ) -> models.QuerySet[ApiKey]:
        lasts = models.Q(expires_at=None) | models.Q(expires_at__gt=now())
        is_open = lasts & models.Q(revoked_at=None)
        if self.value() == "open":
            return queryset.filter(is_open)
        if self.value() == "over":
            return queryset.exclude(is_open)
        return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "prefix",
        "owner",
        "shown_scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = (Life, ("created_at", admin.DateFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "=prefix", "=owner__email")
    search_help_text = _("Part of a name, the beginning of a key, or its owner's e-mail address")
    ordering = ("-created_at", "-pk")
    fields = (
        ("name", "prefix"),
        ("owner", "shown_scopes"),
        ("created_at", "expires_at"),
        ("last_used_at", "revoked_at"),
    )
    actions = ("revoke",)

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return can(request.user, "accounts.view_api_keys", obj)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.revoke_api_key")

    @admin.display(description=_("scopes"))
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ApiKey]) -> None:
        def act(key: ApiKey) -> None:
            demand(request.user, "accounts.revoke_api_key", key)
            revoke_api_key(key, by=user_in(request), caller=caller_of(request), at=now())

        self.act_on_each(request, queryset, act)
