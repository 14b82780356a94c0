"""Who is on which track and why, and giving and ending access."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminSingleDateWidget

from accounts.entrance import user_in
from core.backoffice.base import PlatformAdmin, ReadOnlyAdmin
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.policies import can, demand
from curriculum.actions.enrollment import end_grant, grant_access
from curriculum.models import Enrollment, Grant, GrantSource


class UntilField(forms.DateField):
    """The last day of access, as the moment at which it is over for whoever gives it."""

    def clean(self, value: Any) -> datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        end = timezone.make_aware(datetime.combine(day, time.max))
        if end <= now():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return end


def _until() -> UntilField:
    return UntilField(
        label=_("Last day"),
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text=_("Left empty, it has no end."),
    )


class AccessForm(forms.ModelForm):
    """Somebody, a track and until when: what being put on a track needs."""

    until = _until()

    class Meta:
        model = Enrollment
        fields = ("student", "track")

    def validate_constraints(self) -> None:
        """Whoever is on the track already gets a reason more to be."""


class UntilForm(forms.Form):
    until = _until()


class Access(admin.SimpleListFilter):
    title = _("access")
    parameter_name = "access"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("living", _("Has access")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        living = Exists(Grant.objects.living(now()).filter(enrollment=OuterRef("pk")))
        if self.value() == "living":
            return queryset.filter(living)
        if self.value() == "over":
            return queryset.exclude(living)
        return queryset


class Living(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("living", _("Living")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        living = Grant.objects.living(now())
        if self.value() == "living":
            return queryset.filter(pk__in=living)
        if self.value() == "over":
            return queryset.exclude(pk__in=living)
        return queryset


class GrantsOfEnrollment(TabularInline):
    model = Grant
    fields = readonly_fields = ("source", "reference", "starts_at", "ends_at", "ended_at")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.grant_access")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Enrollment)
class EnrollmentAdmin(PlatformAdmin):
    """Adding one gives access. What gave access is ended by itself, below."""

    form = AccessForm
    list_display = ("student", "track", "has_access", "enrolled_at")
    list_filter = ("track", Access, ("enrolled_at", admin.DateFieldListFilter))
    list_select_related = ("student", "track")
    search_fields = ("student__email", "student__name", "=track__code")
    search_help_text = _("Part of an address or a name, or a track's code")
    ordering = ("-enrolled_at", "-pk")
    autocomplete_fields = ("student",)
    fields = ("student", "track", "enrolled_at")
    inlines = (GrantsOfEnrollment,)
    actions = ("give_access",)

    def get_queryset(self, request: HttpRequest) -> Any:
        living = Grant.objects.living(now()).filter(enrollment=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_living=Exists(living))

    def get_fields(self, request: HttpRequest, obj: Enrollment | None = None) -> Any:
        return self.fields if obj else ("student", "track", "until")

    def get_inlines(self, request: HttpRequest, obj: Enrollment | None) -> Any:
        return self.inlines if obj else ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.grant_access")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "curriculum.grant_access")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_grant_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "curriculum.grant_access")

    @admin.display(description=_("access"), boolean=True)
    def has_access(self, enrollment: Any) -> bool:
        return bool(enrollment.is_living)

    def save_model(self, request: HttpRequest, obj: Enrollment, form: Any, change: bool) -> None:
        given = form.cleaned_data
        grant = self._give(request, given["student"], given["track"], given["until"])
        obj.pk, obj.enrolled_at = grant.enrollment_id, grant.enrollment.enrolled_at

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The action has written it down."""

    @admin.action(description=_("Give access…"), permissions=["grant"])
    def give_access(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Asks until when, and comes back here with the answer."""
        form = UntilForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask_until_when(request, queryset, form)

        def act(enrollment: Enrollment) -> None:
            demand(request.user, "curriculum.grant_access")
            until = form.cleaned_data["until"]
            self._give(request, enrollment.student, enrollment.track, until)

        self.act_on_each(request, queryset, act)
        return None

    def _give(self, request: HttpRequest, student: Any, track: Any, until: Any) -> Grant:
        return grant_access(
            student, track=track, source=GrantSource.ADMIN, until=until, **_who(request)
        )

    def _ask_until_when(
        self, request: HttpRequest, queryset: Any, form: UntilForm
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Give access"),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "enrollments": queryset,
        }
        return TemplateResponse(request, "admin/curriculum/give_access.html", context)


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("student", "track", "source", "reference", "starts_at", "ends_at", "ended_at")
    list_filter = (
        Living,
        "source",
        ("enrollment__track", admin.RelatedFieldListFilter),
        ("starts_at", admin.DateFieldListFilter),
    )
    list_select_related = ("enrollment__student", "enrollment__track")
    search_fields = ("enrollment__student__email", "enrollment__student__name", "=reference")
    search_help_text = _("Part of an address or a name, or a whole reference")
    ordering = ("-starts_at", "-pk")
    fields = (
        ("student", "track"),
        ("source", "reference"),
        ("starts_at", "ends_at", "ended_at"),
    )
    actions = ("end",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.grant_access")

    @admin.display(description=_("student"), ordering="enrollment__student__name")
    def student(self, grant: Grant) -> str:
        return str(grant.enrollment.student)

    @admin.display(description=_("track"), ordering="enrollment__track__code")
    def track(self, grant: Grant) -> str:
        return grant.enrollment.track.code

    @admin.action(description=_("End this access"), permissions=["operate"])
    def end(self, request: HttpRequest, queryset: Any) -> None:
        """What another reason gives goes on."""

        def act(grant: Grant) -> None:
            demand(request.user, "curriculum.grant_access")
            if grant.ended_at is not None:
                raise DomainError(_("This one has ended already."))
            end_grant(grant, **_who(request))

        self.act_on_each(request, queryset, act)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": user_in(request), "caller": caller_of(request), "at": now()}
