"""Questions, their versions and how these fare, to be found and read; they are written by page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from questions.models import Choice, Question, QuestionVersion, VersionStatistics
from questions.statistics import statistics_in
from questions.templatetags.bank import opening

SEE = "questions.view_bank"


class _Read(ReadOnlyAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, SEE)


class _ReadInline(TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, SEE)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class VersionsOfQuestion(_ReadInline):
    model = QuestionVersion
    fields = readonly_fields = ("number", "type", "text", "origin", "made_by", "made_at")
    ordering = ("-number",)
    per_page = 20
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("made_by")


@admin.register(Question)
class QuestionAdmin(_Read):
    list_display = ("pk", "begins", "kind", "subject", "chapter", "owner", "status", "page")
    list_filter = (
        "status",
        "is_shared",
        ("subject", admin.RelatedFieldListFilter),
        ("edited_at", admin.DateFieldListFilter),
    )
    list_select_related = ("subject", "chapter", "owner")
    search_fields = ("=reference", "owner__email", "owner__name")
    search_help_text = _("A reference, or part of an owner's address or name")
    ordering = ("-edited_at", "-pk")
    fields = (
        ("page", "owner", "is_shared"),
        ("status", "subject", "chapter"),
        ("newest", "reference", "batch"),
        ("created_at", "edited_at"),
    )
    inlines = (VersionsOfQuestion,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_newest_fact(words="text", type="type")

    @admin.display(description=_("question"))
    def begins(self, question: Any) -> str:
        return opening(question.words or "")

    @admin.display(description=_("type"))
    def kind(self, question: Any) -> str:
        return str(question.type)

    @admin.display(description=_("page"))
    def page(self, question: Question) -> str:
        return _page_of(question.pk)


class ChoicesOfVersion(_ReadInline):
    model = Choice
    fields = readonly_fields = ("position", "text", "is_correct", "place", "feedback")
    ordering = ("position",)


@admin.register(QuestionVersion)
class QuestionVersionAdmin(_Read):
    list_display = ("question", "number", "begins", "type", "difficulty", "origin", "made_at")
    list_filter = ("type", "difficulty", "origin", ("made_at", admin.DateFieldListFilter))
    list_select_related = ("question",)
    search_fields = ("text",)
    search_help_text = _("Words of the question")
    ordering = ("-made_at", "-pk")
    fields = (
        ("question", "number", "page"),
        ("type", "difficulty", "marks"),
        *("text", "explanation", "tags", "sources"),
        ("origin", "made_by", "made_at"),
    )
    inlines = (ChoicesOfVersion,)

    @admin.display(description=_("question"))
    def begins(self, version: QuestionVersion) -> str:
        return opening(version.text)

    @admin.display(description=_("page"))
    def page(self, version: QuestionVersion) -> str:
        return _page_of(version.question_id)


@admin.register(VersionStatistics)
class VersionStatisticsAdmin(_Read):
    """Sums are kept; what they say is reckoned when it is looked at."""

    list_display = ("question", "number", "answers", "facility", "discrimination", "page")
    list_select_related = ("version__question",)
    ordering = ("-answers", "pk")
    search_fields = ("version__text",)
    search_help_text = _("Words of the question")
    fields = (
        ("question", "number", "page"),
        ("answers", "facility", "discrimination", "seconds"),
    )

    @admin.display(description=_("question"))
    def question(self, row: VersionStatistics) -> str:
        return opening(row.version.text)

    @admin.display(description=_("version"))
    def number(self, row: VersionStatistics) -> int:
        return int(row.version.number)

    @admin.display(description=_("right"))
    def facility(self, row: VersionStatistics) -> str:
        return _rounded(statistics_in(row).facility)

    @admin.display(description=_("discrimination"))
    def discrimination(self, row: VersionStatistics) -> str:
        return _rounded(statistics_in(row).discrimination)

    @admin.display(description=_("seconds on the mean"))
    def seconds(self, row: VersionStatistics) -> str:
        return _rounded(statistics_in(row).seconds)

    @admin.display(description=_("page"))
    def page(self, row: VersionStatistics) -> str:
        return _page_of(row.version.question_id)


def _rounded(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _page_of(question: int) -> str:
    return format_html(
        '<a href="{}">{}</a>', reverse("question", args=[question]), _("Open its page")
    )
