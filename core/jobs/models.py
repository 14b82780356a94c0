"""A job: something that takes long, as people see it and as workers take hold of it."""

from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.handover import WaitingRow
from core.jobs.querysets import JobQuerySet
from core.jobs.states import LIVE, JobStatus
from core.trace import REQUEST_ID_LENGTH


class Job(WaitingRow):
    """One piece of work. `attempt` is the fence: only the newest run of a job may write to it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=100)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="jobs",
        db_index=False,
        verbose_name=_("owner"),
    )
    subject = models.CharField(
        _("subject"), max_length=200, blank=True, help_text=_("One live job at most for each.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=JobStatus, default=JobStatus.QUEUED
    )
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    message = models.CharField(_("message"), max_length=300, blank=True)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.JSONField(_("error"), null=True, blank=True, help_text="{code, message}")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("attempts at most"))
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=REQUEST_ID_LENGTH, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=JobStatus.values), name="job_status_known"
            ),
            models.CheckConstraint(
                condition=Q(progress__range=(0, 100)), name="job_progress_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(status=JobStatus.RUNNING, lease_until__isnull=False)
                | (~Q(status=JobStatus.RUNNING) & Q(lease_until=None)),
                name="job_is_leased_while_it_runs",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, finished_at=None)
                | (~Q(status__in=LIVE) & Q(finished_at__isnull=False)),
                name="job_finished_once_it_is_over",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(status__in=LIVE) & ~Q(subject=""),
                name="job_one_live_per_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
            models.Index(fields=["created_at"], name="job_by_time"),
            models.Index(
                fields=["remind_at"], name="job_waiting", condition=Q(status=JobStatus.QUEUED)
            ),
            models.Index(
                fields=["lease_until"], name="job_leased", condition=Q(status=JobStatus.RUNNING)
            ),
            models.Index(
                fields=["finished_at"], name="job_over", condition=Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @property
    def may_try_again(self) -> bool:
        return self.attempt < self.max_attempts
