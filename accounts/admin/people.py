"""People in the admin: found, edited, let in and out. Every write is an action, as elsewhere."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.actions import people
from accounts.actions.sign_ins import end_every_sign_in
from accounts.admin.exporting import Exporting
from accounts.admin.filters import MainTrack, Proven, SecondFactor, Trainer
from accounts.admin.forms import NewUserForm, PersonForm, RoleForm, roles_to_give
from accounts.admin.impersonating import Impersonating
from accounts.admin.looking_after import LookingAfter
from accounts.entrance import user_in
from accounts.freshness import demand_fresh
from accounts.models import SignIn, User
from accounts.roles import STAFF, Role
from core.backoffice.base import PlatformAdmin
from core.callers import caller_of
from core.clock import now
from core.policies import can, demand

PROFILE = ("email", "name", "phone", "track", "tracks", "time_zone", "locale")
# Whoever sets these of somebody can come in as them: links and codes are sent there.
WAYS_IN = ("email", "phone")


@admin.register(User)
class UserAdmin(Impersonating, LookingAfter, Exporting, PlatformAdmin):
    form = PersonForm
    list_display = (
        "email",
        "name",
        "role",
        "track",
        "trainer",
        "is_active",
        "joined_at",
        "last_seen",
    )
    list_filter = (
        "role",
        "is_active",
        ("track", MainTrack),
        Trainer,
        Proven,
        SecondFactor,
        ("joined_at", admin.DateFieldListFilter),
    )
    search_fields = ("email", "name")
    search_help_text = _("The beginnings of words of a name or an e-mail address")
    ordering = ("-joined_at", "-pk")
    fieldsets = (
        (_("Profile"), {"fields": PROFILE}),
        (_("Access"), {"fields": ("role", "is_active", "joined_at", "last_seen")}),
        (_("Trainers and students"), {"fields": ("assignments",)}),
        (_("Lately"), {"fields": ("recent_acts",)}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "password", "role")}),
        (_("Profile"), {"fields": PROFILE[1:]}),
    )
    delete_confirmation_template = "admin/accounts/delete_person.html"
    delete_selected_confirmation_template = "admin/accounts/delete_people.html"
    actions = (
        "assign_trainer",
        "assign_automatically",
        "unassign_trainer",
        "activate",
        "deactivate",
        "sign_out_everywhere",
        "change_role",
        "impersonate_chosen",
        "export_csv",
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        latest = SignIn.objects.filter(user=OuterRef("pk")).order_by("-last_seen_at")
        return (
            super()
            .get_queryset(request)
            .annotate(last_seen_at=Subquery(latest.values("last_seen_at")[:1]))
            .with_trainer()
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """By the same index as everywhere else."""
        return (queryset.matching(search_term) if search_term.strip() else queryset), False

    @admin.display(description=_("last seen"), ordering="last_seen_at")
    def last_seen(self, user: User) -> Any:
        return getattr(user, "last_seen_at", None)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = ("role", "is_active", "joined_at", "last_seen", "assignments", "recent_acts")
        may_change_access = can(request.user, "accounts.change_access", obj)
        return fixed if may_change_access else (*WAYS_IN, *fixed)

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = roles_to_give(user_in(request))
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return can(request.user, "accounts.view_everybody")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "accounts.edit_user")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return can(request.user, "accounts.edit_user", obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return can(request.user, "accounts.delete_user", obj)

    def has_change_access_permission(self, request: HttpRequest) -> bool:
        """What the actions below ask, before they ask about each person."""
        return can(request.user, "accounts.change_access")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.pk = self._add(request, form).pk
            return
        user = User.objects.get(pk=obj.pk)
        who = self._who(request)
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if "email" in changes:
            # Whoever reads what is sent there has the account.
            demand_fresh(request)
        people.edit_profile(user, changes=changes, **who)
        if "email" in changes:
            demand(request.user, "accounts.change_access", user)
            people.change_email(user, email=changes["email"], **who)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The action has written it down, as for the two below."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None: ...

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> None: ...

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        demand_fresh(request)
        people.delete_user(obj, **self._who(request))

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        demand_fresh(request)
        for user in queryset:
            demand(request.user, "accounts.delete_user", user)
            self.delete_model(request, user)

    def get_deleted_objects(
        self, objs: Iterable[User], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Names whom it is about. What hangs on them goes too, and is too much to list."""
        chosen = list(objs)
        lacking = {
            str(self.opts.verbose_name)
            for user in chosen
            if not self.has_delete_permission(request, user)
        }
        return [f"{user} <{user.email}>" for user in chosen], {"users": len(chosen)}, lacking, []

    @admin.action(description=_("Activate"), permissions=["change_access"])
    def activate(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        def act(user: User) -> None:
            demand(request.user, "accounts.change_access", user)
            people.activate_user(user, **self._who(request))

        self.act_on_each(request, queryset, act)

    @admin.action(description=_("Deactivate and sign out"), permissions=["change_access"])
    def deactivate(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        def act(user: User) -> None:
            demand(request.user, "accounts.change_access", user)
            people.deactivate_user(user, **self._who(request))

        self.act_on_each(request, queryset, act)

    @admin.action(description=_("Sign out everywhere"), permissions=["change_access"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        def act(user: User) -> None:
            demand(request.user, "accounts.change_access", user)
            end_every_sign_in(user, reason=SignIn.End.REVOKED, **self._who(request))

        self.act_on_each(request, queryset, act)

    @admin.action(description=_("Change role…"), permissions=["change_access"])
    def change_role(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> HttpResponse | None:
        """Asks which one and whether one is sure, and comes back here with the answer."""
        data = request.POST if "confirmed" in request.POST else None
        form = RoleForm(data, by=user_in(request))
        demand_fresh(request)
        if not form.is_valid():
            return self._ask_for_role(request, queryset, form)

        def act(user: User) -> None:
            demand(request.user, "accounts.change_access", user)
            people.change_role(user, role=Role(form.cleaned_data["role"]), **self._who(request))

        self.act_on_each(request, queryset, act)
        return None

    def _add(self, request: HttpRequest, form: forms.ModelForm) -> User:
        fields = dict(form.cleaned_data)
        fields["role"] = Role(fields["role"])
        if fields["role"] in STAFF:
            demand_fresh(request)
        return people.add_user(**fields, **self._who(request))

    def _ask_for_role(
        self, request: HttpRequest, queryset: models.QuerySet[User], form: RoleForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change role"),
            "opts": self.opts,
            "form": form,
            "people": queryset,
        }
        return TemplateResponse(request, "admin/accounts/change_role.html", context)

    @staticmethod
    def _who(request: HttpRequest) -> dict[str, Any]:
        return {"by": user_in(request), "caller": caller_of(request), "at": now()}
