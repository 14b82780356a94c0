"""Who was invited, and inviting and withdrawing."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.actions.invitations import invite, withdraw_invitation
from accounts.admin.forms import InvitationForm, roles_to_give
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from accounts.models import Invitation
from accounts.roles import STAFF, Role
from core.backoffice.base import PlatformAdmin
from core.callers import caller_of
from core.clock import now
from core.policies import can, demand


class State(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("accepted", _("Accepted")), ("over", _("Withdrawn or over"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Invitation]
    ) -> models.QuerySet[Invitation]:
        waits = models.Q(accepted_at=None, revoked_at=None, expires_at__gt=now())
        if self.value() == "open":
            return queryset.filter(waits)
        if self.value() == "accepted":
            return queryset.exclude(accepted_at=None)
        if self.value() == "over":
            return queryset.filter(accepted_at=None).exclude(waits)
        return queryset


@admin.register(Invitation)
class InvitationAdmin(PlatformAdmin):
    """Adding one sends it. What was sent is not edited: invite the address again."""

    form = InvitationForm
    list_display = (
        "email",
        "role",
        "shown_tracks",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    list_filter = (State, "role", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("invited_by",)
    search_fields = ("email",)
    search_help_text = _("Part of an e-mail address")
    ordering = ("-created_at", "-pk")
    fields = (
        ("email", "role"),
        ("shown_tracks", "invited_by"),
        ("created_at", "expires_at"),
        ("accepted_at", "revoked_at"),
    )
    actions = ("withdraw", "send_again")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fields if obj else ("email", "role", "tracks")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = roles_to_give(user_in(request))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return can(request.user, "accounts.invite", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.invite")

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.invite")

    @admin.display(description=_("tracks"))
    def shown_tracks(self, invitation: Invitation) -> str:
        return ", ".join(invitation.tracks)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        made = self._invite(request, form.cleaned_data)
        obj.pk, obj.email = made.pk, made.email

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> HttpResponse:
        """An invitation is called by its number; whoever sent it thinks of the address."""
        said = _("%(email)s is invited: a mail is on its way.") % {"email": obj.email}
        self.message_user(request, said, messages.SUCCESS)
        if "_addanother" in request.POST:
            return redirect(request.path)
        return redirect("admin:accounts_invitation_changelist")

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The action has written it down."""

    @admin.action(description=_("Withdraw"), permissions=["invite"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet[Invitation]) -> None:
        def act(invitation: Invitation) -> None:
            withdraw_invitation(invitation, **self._who(request))

        self.act_on_each(request, queryset, act)

    @admin.action(description=_("Send again, with a new link"), permissions=["invite"])
    def send_again(self, request: HttpRequest, queryset: models.QuerySet[Invitation]) -> None:
        def act(invitation: Invitation) -> None:
            about = {
                "email": invitation.email,
                "role": invitation.role,
                "tracks": invitation.tracks,
            }
            self._invite(request, about)

        self.act_on_each(request, queryset, act)

    def _invite(self, request: HttpRequest, about: dict[str, Any]) -> Invitation:
        role = Role(about["role"])
        if role in STAFF:
            demand(request.user, "accounts.make_staff")
            demand_fresh(request)
        return invite(email=about["email"], role=role, tracks=about["tracks"], **self._who(request))

    @staticmethod
    def _who(request: HttpRequest) -> dict[str, Any]:
        return {"by": user_in(request), "caller": caller_of(request), "at": now()}
