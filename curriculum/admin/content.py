"""Tracks, projects, steps and deliverables in the admin, edited in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from accounts.entrance import user_in
from core.backoffice.base import PlatformAdmin
from core.callers import caller_of
from core.clock import now
from core.errors import DomainError
from core.policies import can, demand
from curriculum.actions.content_edits import (
    PartEdit,
    delete_content,
    refuse_deletion,
    save_edit,
    save_parts,
)
from curriculum.admin.forms import (
    DeliverableForm,
    PartFormSet,
    ProjectForm,
    StepForm,
    TrackForm,
)
from curriculum.admin.seen import version_of
from curriculum.loading import restore_own_content
from curriculum.models import Deliverable, Project, Step, Track
from curriculum.models.content import Content


class Edited(admin.SimpleListFilter):
    title = _("edited here")
    parameter_name = "edited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("here", _("Edited here")), ("own", _("Made here")), ("file", _("As in its file"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "here":
            return queryset.exclude(edited_at=None)
        if self.value() == "own":
            return queryset.filter(loaded_digest="")
        if self.value() == "file":
            return queryset.filter(edited_at=None).exclude(loaded_digest="")
        return queryset


class Retired(admin.SimpleListFilter):
    title = _("retired")
    parameter_name = "retired"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("In use")), ("yes", _("Retired"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "no":
            return queryset.living()
        if self.value() == "yes":
            return queryset.exclude(retired_at=None)
        return queryset


class ContentAdmin(PlatformAdmin):
    """Every write is an action, which writes it down and tells of it."""

    actions = ("restore",)
    change_form_before_template = "admin/curriculum/seen.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.edit_content")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.edit_content")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.edit_content")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One by one, and not what students have worked on or a file would bring back."""
        if not can(request.user, "curriculum.edit_content") or obj is None:
            return False
        try:
            refuse_deletion(obj)
        except DomainError:
            return False
        return True

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return can(request.user, "curriculum.edit_content")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Its version is that of what is read now, and of parts that are read only after it."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            request.seen = version_of(row)  # type: ignore[attr-defined]
        return row

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        seen = getattr(request, "seen", "")
        return super().render_change_form(request, {**context, "seen": seen}, *args, **kwargs)

    @admin.display(description=_("edited here"))
    def edited_here(self, row: Content) -> str:
        if not row.loaded_digest:
            return gettext("Made here")
        return gettext("Edited") if row.edited_at is not None else ""

    @admin.action(description=_("As in the file again"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        def act(row: Content) -> None:
            demand(request.user, "curriculum.edit_content")
            restore_own_content(row, **self._who(request))

        self.act_on_each(request, queryset, act)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.changed_data or not change:
            save_edit(obj, fields=form.changed_data, **self._who(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for row in formset.deleted_objects:
            delete_content(row, **self._who(request))
        changed = [each for each in formset.forms if each.has_changed()]
        kept = [each for each in changed if each not in formset.deleted_forms]
        self.save_rows(request, form.instance, formset.model, kept)

    def save_rows(self, request: HttpRequest, parent: Any, kind: Any, forms: list[Any]) -> None:
        for form in forms:
            save_edit(form.instance, fields=form.changed_data, **self._who(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_content(obj, **self._who(request))

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """The action has written it down, as for the two below."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None: ...

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> None: ...

    @staticmethod
    def _who(request: HttpRequest) -> dict[str, Any]:
        return {"by": user_in(request), "caller": caller_of(request), "at": now()}


class _Inline:
    """Asks the same policy as the page that it stands on."""

    extra = 0
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.edit_content")

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class ProjectsOfTrack(_Inline, TabularInline):
    """In short; everything else of a project has a page of its own."""

    model = Project
    fields = ("number", "title", "type", "hours", "due_week")
    readonly_fields = ("number", "type")
    ordering = ("number",)
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StepsOfProject(_Inline, StackedInline):
    model = Step
    form = StepForm
    formset = PartFormSet
    fields = (("place", "title"), ("is_required", "is_retired"), "description", "done_when")
    ordering = ("number",)
    tab = True


class DeliverablesOfProject(_Inline, StackedInline):
    model = Deliverable
    form = DeliverableForm
    formset = PartFormSet
    fields = (
        ("place", "title"),
        ("kind", "is_required"),
        ("approves_on_merge", "is_retired"),
        "about",
        "rubric",
    )
    ordering = ("number",)
    tab = True


@admin.register(Track)
class TrackAdmin(ContentAdmin):
    form = TrackForm
    list_display = ("code", "name", "projects_count", "is_free", "is_published", "edited_here")
    list_filter = ("is_published", "is_free", Edited)
    search_fields = ("=code", "name")
    search_help_text = _("A code, or part of a name")
    ordering = ("position", "code")
    fieldsets = (
        (None, {"fields": (("code", "name"), "pitch", "description")}),
        (_("How it is offered"), {"fields": (("duration_weeks", "position"),)}),
        (_("Who may come"), {"fields": (("is_free", "is_published"),)}),
    )
    inlines = (ProjectsOfTrack,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(how_many=Count("projects"))

    def get_readonly_fields(self, request: HttpRequest, obj: Track | None = None) -> Any:
        """Accounts and addresses know a track by its code."""
        return ("code",) if obj else ()

    @admin.display(description=_("projects"), ordering="how_many")
    def projects_count(self, track: Any) -> int:
        return int(track.how_many)


@admin.register(Project)
class ProjectAdmin(ContentAdmin):
    form = ProjectForm
    list_display = ("number", "title", "track", "type", "steps_count", "due_week", "edited_here")
    list_display_links = ("title",)
    list_filter = ("track", "type", Edited)
    list_select_related = ("track",)
    search_fields = ("title", "summary", "=template")
    search_help_text = _("Part of a title or a summary, or a template's name")
    ordering = ("track__position", "number")
    fieldsets = (
        (None, {"fields": (("track", "number"), "title", "summary", "brief")}),
        (_("What it takes"), {"fields": (("type", "hours", "due_week"), "goals", "tech_stack")}),
        ("GitHub", {"fields": ("template",)}),
    )
    inlines = (StepsOfProject, DeliverablesOfProject)

    def get_queryset(self, request: HttpRequest) -> Any:
        living = Q(steps__retired_at=None)
        rows = super().get_queryset(request)
        return rows.annotate(how_many=Count("steps", filter=living, distinct=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> Any:
        """Its file knows it by track and number, and so does what students did."""
        return ("track", "number") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"due_week": 12, **super().get_changeform_initial_data(request)}

    def save_rows(self, request: HttpRequest, parent: Any, kind: Any, forms: list[Any]) -> None:
        edits = [PartEdit(each.instance, each.changed_data, each.chosen_place) for each in forms]
        if edits:
            save_parts(parent, kind, edits, **self._who(request))

    @admin.display(description=_("steps"), ordering="how_many")
    def steps_count(self, project: Any) -> int:
        return int(project.how_many)


class PartAdmin(ContentAdmin):
    """One row by itself: to find it, to bring it back from its file, to see its history."""

    list_display: tuple[str, ...] = (
        *("title", "project", "track", "number"),
        *("is_required", "is_living", "edited_here"),
    )
    list_filter: tuple[Any, ...] = (
        ("project__track", admin.RelatedFieldListFilter),
        "is_required",
        Retired,
        Edited,
    )
    list_select_related = ("project__track",)
    search_fields = ("title", "=key", "project__title")
    search_help_text = _("Part of a title, a key, or part of a project's title")
    ordering = ("project__track__position", "project__number", "number")
    readonly_fields = ("project", "key")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On the page of its project, among the others."""
        return False

    @admin.display(description=_("track"), ordering="project__track__code")
    def track(self, part: Any) -> str:
        return str(part.project.track.code)

    @admin.display(description=_("in use"), boolean=True)
    def is_living(self, part: Any) -> bool:
        return part.retired_at is None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.changed_data:
            edit = PartEdit(obj, form.changed_data, form.chosen_place)
            save_parts(obj.project, type(obj), [edit], **self._who(request))


@admin.register(Step)
class StepAdmin(PartAdmin):
    form = StepForm
    fields = (
        ("project", "key"),
        ("place", "title"),
        ("is_required", "is_retired"),
        "description",
        "done_when",
    )


@admin.register(Deliverable)
class DeliverableAdmin(PartAdmin):
    form = DeliverableForm
    list_display = (*PartAdmin.list_display[:3], "kind", *PartAdmin.list_display[3:])
    list_filter = ("kind", *PartAdmin.list_filter)
    fields = (
        ("project", "key"),
        ("place", "title"),
        ("kind", "is_required"),
        ("approves_on_merge", "is_retired"),
        "about",
        "rubric",
    )
