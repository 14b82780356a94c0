"""What we know of GitHub: accounts, repositories, pull requests, and what its webhooks said."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.handover import WaitingRow
from curriculum.models.content import Project
from curriculum.querysets import RepositoryQuerySet, WebhookDeliveryQuerySet


class GitHubConnection(models.Model):
    """Somebody's account at GitHub, as far as they let us act there. Apart from signing in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="github_connection",
        verbose_name=_("user"),
    )
    github_id = models.BigIntegerField(_("id at GitHub"), unique=True)
    login = models.CharField(_("login"), max_length=100)
    token = EncryptedTextField()
    scopes = models.CharField(_("scopes"), max_length=200, blank=True)
    connected_at = models.DateTimeField(_("connected"))
    refused_at = models.DateTimeField(
        _("refused"), null=True, help_text=_("When GitHub no longer took our token.")
    )

    class Meta:
        verbose_name = _("connection to GitHub")
        verbose_name_plural = _("connections to GitHub")

    def __str__(self) -> str:
        return self.login

    @property
    def is_living(self) -> bool:
        return self.refused_at is None


class ConnectAttempt(models.Model):
    """Somebody on their way to GitHub and back. Apps bring no cookie, so the state knows them."""

    state_digest = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verifier = EncryptedTextField()
    back_to = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M}"

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class RepositoryState(models.TextChoices):
    CREATING = "creating", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
    GONE = "gone", _("Deleted at GitHub")


class Repository(models.Model):
    """A student's repository for a project, made from the project's template.

    `owner_github_id` is the account that holds it: with another one connected we cannot see it,
    and then its absence means nothing. `hook_mark` changes with where its webhook leads.
    """

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="repositories",
        verbose_name=_("student"),
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="repositories", verbose_name=_("project")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=RepositoryState, default=RepositoryState.CREATING
    )
    github_id = models.BigIntegerField(_("id at GitHub"), null=True, unique=True)
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    owner_github_id = models.BigIntegerField(_("owner at GitHub"), null=True)
    html_url = models.URLField(_("address"), max_length=300, blank=True)
    default_branch = models.CharField(_("default branch"), max_length=200, blank=True)
    is_private = models.BooleanField(_("private"), default=True)
    hook_id = models.BigIntegerField(_("webhook at GitHub"), null=True)
    hook_mark = models.CharField(max_length=64, blank=True, editable=False, db_default="")
    head_sha = models.CharField(_("newest commit"), max_length=64, blank=True)
    pushed_at = models.DateTimeField(_("last push"), null=True)
    problem = models.CharField(_("what is wrong"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked for"))
    checked_at = models.DateTimeField(_("last compared with GitHub"), null=True)

    objects = RepositoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("repository")
        verbose_name_plural = _("repositories")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "project"],
                condition=~Q(state="gone"),
                name="repository_one_a_project",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(github_id__isnull=False),
                name="repository_ready_is_at_github",
            ),
        ]
        indexes = [
            models.Index(
                fields=["checked_at"], name="repository_to_check", condition=Q(state="ready")
            )
        ]

    def __str__(self) -> str:
        return self.full_name or f"{self.student_id} {self.project_id}"


class PullRequestState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


class ChecksState(models.TextChoices):
    NONE = "", _("None")
    RUNNING = "running", _("Running")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")


class PullRequest(models.Model):
    """As GitHub last told of it. `as_of` is GitHub's own time: what is older changes nothing."""

    repository = models.ForeignKey(
        Repository, models.CASCADE, related_name="pull_requests", verbose_name=_("repository")
    )
    number = models.PositiveIntegerField(_("number"))
    github_id = models.BigIntegerField(_("id at GitHub"), unique=True)
    title = models.CharField(_("title"), max_length=300)
    html_url = models.URLField(_("address"), max_length=400)
    author = models.CharField(_("author"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=PullRequestState)
    is_draft = models.BooleanField(_("draft"), default=False)
    head_sha = models.CharField(_("newest commit"), max_length=64, blank=True)
    review_state = models.CharField(_("reviewed at GitHub"), max_length=20, blank=True)
    checks = models.CharField(_("checks"), max_length=7, choices=ChecksState, blank=True)
    checks_sha = models.CharField(max_length=64, blank=True, editable=False)
    checks_url = models.URLField(_("address of the checks"), max_length=400, blank=True)
    checks_as_of = models.DateTimeField(_("checks as of"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    merged_at = models.DateTimeField(_("merged"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("pull request")
        verbose_name_plural = _("pull requests")
        ordering = ["repository", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "number"], name="pull_request_number_of_a_repository"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_at__isnull=False),
                name="pull_request_merged_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"


class WebhookState(models.TextChoices):
    RECEIVED = "received", _("Received")
    APPLIED = "applied", _("Applied")
    IGNORED = "ignored", _("Of no use to us")
    FAILED = "failed", _("Given up")


class WebhookDelivery(WaitingRow):
    """What GitHub sent, as it came. Its own id makes a repetition harmless."""

    delivery = models.UUIDField(_("delivery"), unique=True)
    event = models.CharField(_("event"), max_length=64)
    action = models.CharField(_("action"), max_length=64, blank=True)
    repository_id = models.BigIntegerField(_("repository at GitHub"), null=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"), max_length=8, choices=WebhookState, default=WebhookState.RECEIVED
    )
    outcome = models.CharField(_("what it did"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    ended_at = models.DateTimeField(_("dealt with"), null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(
                fields=["remind_at"], name="webhook_waiting", condition=Q(state="received")
            ),
            models.Index(fields=["-received_at"], name="webhook_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.delivery}"
