"""Quizzes, their rules and attempts in the admin: to be found; what is done to them has pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from curriculum.admin.pages import page_link
from quizzes.admin.searching import ByPersonAndTitle
from quizzes.models import Attempt, DrawRule, Quiz, QuizQuestion


class _InlineToRead(TabularInline):
    extra = 0
    can_delete = False
    per_page = 50

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "quizzes.view_results")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class QuestionsOfQuiz(_InlineToRead):
    model = QuizQuestion
    fields = readonly_fields = ("position", "question_page", "marks")

    @admin.display(description=_("question"))
    def question_page(self, row: QuizQuestion) -> str:
        return page_link("question", row.question_id, label=str(row.question_id))


class RulesOfQuiz(_InlineToRead):
    model = DrawRule
    fields = readonly_fields = (
        *("position", "count", "subject", "chapter", "difficulty", "types", "tags"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("subject", "chapter")


@admin.register(Quiz)
class QuizAdmin(ReadOnlyAdmin):
    list_display = ("title", "author", "track", "status", "edited_at", "page", "results")
    list_filter = (
        "status",
        ("track", admin.RelatedFieldListFilter),
        ("edited_at", admin.DateFieldListFilter),
    )
    list_select_related = ("author", "track")
    search_fields = ("title", "author__email", "author__name")
    search_help_text = _("Part of a title, or of an author's address or name")
    ordering = ("-edited_at", "-pk")
    fields = (
        ("title", "page", "results"),
        ("author", "track", "project", "status"),
        "description",
        ("feedback", "pass_percent", "is_shuffled", "attempts_allowed", "soft_minutes"),
        ("opens_at", "closes_at"),
        ("created_at", "edited_at", "edited_by", "published_at"),
    )
    inlines = (QuestionsOfQuiz, RulesOfQuiz)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "quizzes.view_results", obj)

    @admin.display(description=_("page"))
    def page(self, quiz: Quiz) -> str:
        return page_link("quiz_edit", quiz.pk)

    @admin.display(description=_("results"))
    def results(self, quiz: Quiz) -> str:
        return page_link("quiz_results", quiz.pk, label=str(_("Results")))


@admin.register(DrawRule)
class DrawRuleAdmin(ReadOnlyAdmin):
    list_display = ("quiz", "position", "count", "subject", "chapter", "difficulty")
    list_filter = (("subject", admin.RelatedFieldListFilter), "difficulty")
    list_select_related = ("quiz", "subject", "chapter")
    search_fields = ("quiz__title",)
    search_help_text = _("Part of a quiz's title")
    ordering = ("-quiz", "position")
    fields = (
        ("quiz", "position"),
        ("count", "subject", "chapter"),
        ("difficulty", "types", "tags"),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "quizzes.view_results", obj and obj.quiz)


@admin.register(Attempt)
class AttemptAdmin(ByPersonAndTitle, ReadOnlyAdmin):
    person = "student"
    list_display = (
        *("quiz", "student", "number", "status", "score", "max_score", "pending_count"),
        *("started_at", "ended_at", "page"),
    )
    list_filter = ("status", ("started_at", admin.DateFieldListFilter))
    list_select_related = ("quiz", "student")
    search_fields = ("student__email", "student__name", "quiz__title")
    search_help_text = _("Beginnings of words of a student's name or address, or part of a title")
    ordering = ("-started_at", "-pk")
    fields = (
        ("quiz", "student", "number", "page"),
        ("status", "score", "max_score", "pending_count"),
        ("started_at", "saved_at", "ended_at"),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "quizzes.view_attempt", obj)

    @admin.display(description=_("page"))
    def page(self, attempt: Attempt) -> str:
        return page_link("attempt", attempt.pk)
