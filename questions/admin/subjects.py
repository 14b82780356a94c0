"""Subjects with their chapters in the admin: what questions are about, edited in place."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from core.backoffice.base import PlatformAdmin
from core.policies import can
from questions.models import Chapter, Subject

SEE, MANAGE = "questions.view_subjects", "questions.manage_subjects"
WHOLE = 100


class ChapterFormSet(BaseInlineFormSet):
    """Weights are shares of a whole: together 100, or none of them anything yet."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form for form in self.forms if form not in self.deleted_forms]
        total = sum(form.cleaned_data.get("weight") or 0 for form in kept if form.cleaned_data)
        if total not in {0, WHOLE}:
            said = _("The weights of the chapters make %(total)d. Together they make 100, or 0.")
            raise ValidationError(said, params={"total": total})


class _ByPolicy:
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, SEE)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, MANAGE)

    has_change_permission = has_delete_permission = has_add_permission


class ChaptersOfSubject(_ByPolicy, TabularInline):
    model = Chapter
    formset = ChapterFormSet
    fields = ("position", "name", "weight")
    ordering = ("position", "name")
    extra = 0


@admin.register(Subject)
class SubjectAdmin(_ByPolicy, PlatformAdmin):
    """What questions are about cannot be deleted: the database says so, and this page too."""

    list_display = ("name", "code", "chapters_count", "questions_count", "position")
    search_fields = ("name", "=code")
    search_help_text = _("Part of a name, or a code")
    ordering = ("position", "name")
    fields = (("code", "name"), "description", ("tracks", "position"))
    inlines = (ChaptersOfSubject,)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).with_counts()
        return rows.annotate(how_many=Count("chapters", distinct=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Subject | None = None) -> Any:
        """Files and addresses know a subject by its code."""
        return ("code",) if obj else ()

    @admin.display(description=_("chapters"), ordering="how_many")
    def chapters_count(self, subject: Any) -> int:
        return int(subject.how_many)

    @admin.display(description=_("ready questions"), ordering="questions_count")
    def questions_count(self, subject: Any) -> int:
        return int(subject.questions_count)
