"""What we know of GitHub, to be read; and webhooks to be applied again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ReadOnlyAdmin
from core.clock import now
from core.policies import can, demand
from curriculum.actions.webhooks import apply_again
from curriculum.admin.pages import outside_link
from curriculum.models import GitHubConnection, PullRequest, Repository, WebhookDelivery


class GitHubAdmin(ReadOnlyAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, "curriculum.see_webhooks")

    @admin.display(description=_("address"))
    def page(self, row: Any) -> str:
        return outside_link(row.html_url)


@admin.register(Repository)
class RepositoryAdmin(GitHubAdmin):
    list_display = ("full_name", "student", "project", "state", "pushed_at", "problem")
    list_filter = (
        "state",
        ("project__track", admin.RelatedFieldListFilter),
        ("created_at", admin.DateFieldListFilter),
    )
    list_select_related = ("student", "project")
    search_fields = ("full_name", "student__email", "student__name")
    search_help_text = _("Part of a repository's name, or of a student's address or name")
    ordering = ("-created_at", "-pk")
    fields = (
        ("student", "project", "state"),
        ("full_name", "page", "is_private"),
        ("github_id", "hook_id", "default_branch", "head_sha"),
        "problem",
        ("created_at", "pushed_at", "checked_at"),
    )


@admin.register(PullRequest)
class PullRequestAdmin(GitHubAdmin):
    list_display = ("title", "number", "repository", "state", "checks", "opened_at", "as_of")
    list_filter = ("state", "checks", ("opened_at", admin.DateFieldListFilter))
    list_select_related = ("repository",)
    search_fields = ("title", "repository__full_name", "=author")
    search_help_text = _("Part of a title or of a repository's name, or an author")
    ordering = ("-opened_at", "-pk")
    fields = (
        ("repository", "number", "page"),
        ("title", "author"),
        ("state", "is_draft", "review_state"),
        ("head_sha", "checks", "checks_url"),
        ("opened_at", "merged_at", "closed_at", "as_of"),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(GitHubAdmin):
    """Without what it said: that is about people, and larger than a page."""

    list_display = ("received_at", "event", "action", "state", "tries", "outcome")
    list_filter = ("state", "event", ("received_at", admin.DateFieldListFilter))
    search_fields = ("=delivery", "=event", "=repository_id")
    search_help_text = _("A delivery's id, an event, or a repository's id at GitHub")
    ordering = ("-received_at", "-pk")
    fields = (
        ("delivery", "event", "action"),
        ("repository_id", "state", "tries"),
        "outcome",
        ("received_at", "due_at", "ended_at"),
    )
    actions = ("apply_again",)

    @admin.action(description=_("Apply again"), permissions=["operate"])
    def apply_again(self, request: HttpRequest, queryset: Any) -> None:
        def act(delivery: WebhookDelivery) -> None:
            demand(request.user, "curriculum.see_webhooks")
            apply_again(delivery, at=now())

        self.act_on_each(request, queryset, act, audited_as="curriculum.webhook_applied_again")


@admin.register(GitHubConnection)
class GitHubConnectionAdmin(GitHubAdmin):
    """Never with its token: whoever has that acts there in somebody's name."""

    list_display = ("login", "user", "scopes", "connected_at", "refused_at")
    list_filter = (
        ("refused_at", admin.EmptyFieldListFilter),
        ("connected_at", admin.DateFieldListFilter),
    )
    list_select_related = ("user",)
    search_fields = ("login", "user__email", "user__name")
    search_help_text = _("Part of a login at GitHub, or of somebody's address or name")
    ordering = ("-connected_at", "-pk")
    fields = (("user", "login", "github_id"), "scopes", ("connected_at", "refused_at"))
