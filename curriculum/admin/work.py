"""What was handed in and what was said of it, to be read; it is reviewed on its page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.policies import can
from curriculum.admin.pages import page_link
from curriculum.models import Review, Submission


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = (
        "deliverable",
        "project",
        "student",
        "status",
        "newest",
        "submitted_at",
        "decided_at",
        "page",
    )
    list_filter = (
        "status",
        ("deliverable__project__track", admin.RelatedFieldListFilter),
        ("deliverable__kind", admin.ChoicesFieldListFilter),
        ("submitted_at", admin.DateFieldListFilter),
    )
    list_select_related = ("deliverable__project__track", "student")
    search_fields = ("student__email", "student__name", "deliverable__title")
    search_help_text = _("Part of a student's address or name, or of a title")
    ordering = ("-submitted_at", "-pk")
    fields = (
        ("deliverable", "project", "page"),
        ("student", "status", "newest"),
        ("created_at", "submitted_at", "decided_at"),
        ("claimed_by", "claimed_until"),
        "work",
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Submission | None:
        """With all of it, once: the theme asks for each field several times."""
        found = super().get_object(request, *args, **kwargs)
        whole = Submission.objects.with_everything().prefetch_related("reopenings")
        return whole.filter(pk=found.pk).first() if found else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.view_submission", obj)

    @admin.display(description=_("project"), ordering="deliverable__project__title")
    def project(self, submission: Submission) -> str:
        project = submission.deliverable.project
        return f"{project.track.code} {project}"

    @admin.display(description=_("page"))
    def page(self, submission: Submission) -> str:
        return page_link("review", submission.pk)

    @admin.display(description=_("revisions, the newest first"))
    def work(self, submission: Submission) -> str:
        return render_to_string("admin/curriculum/work.html", {"submission": submission})


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("what", "student", "reviewer", "decision", "is_by_merge", "decided_at", "page")
    list_filter = (
        "decision",
        "is_by_merge",
        ("revision__submission__deliverable__project__track", admin.RelatedFieldListFilter),
        ("decided_at", admin.DateFieldListFilter),
    )
    list_select_related = (
        "reviewer",
        "revision__submission__student",
        "revision__submission__deliverable",
    )
    search_fields = (
        "reviewer__email",
        "reviewer__name",
        "revision__submission__student__email",
        "revision__submission__student__name",
    )
    search_help_text = _("Part of a reviewer's or a student's address or name")
    ordering = ("-decided_at", "-pk")
    fields = (
        ("what", "student", "page"),
        ("reviewer", "decision", "is_by_merge", "decided_at"),
        "feedback",
        "points",
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Review | None:
        found: Review | None = super().get_object(request, *args, **kwargs)
        if found is not None:
            prefetch_related_objects([found], "rubric_points")
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        submission = obj and obj.revision.submission
        return can(request.user, "curriculum.view_submission", submission)

    @admin.display(description=_("what"))
    def what(self, review: Review) -> str:
        revision = review.revision
        return f"{revision.submission.deliverable} ({revision.number})"

    @admin.display(description=_("student"))
    def student(self, review: Review) -> str:
        return str(review.revision.submission.student)

    @admin.display(description=_("page"))
    def page(self, review: Review) -> str:
        return page_link("review", review.revision.submission_id)

    @admin.display(description=_("points"))
    def points(self, review: Review) -> str:
        return render_to_string(
            "admin/curriculum/points.html", {"points": review.rubric_points.all()}
        )
