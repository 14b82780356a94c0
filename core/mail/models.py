"""A mail, from the moment it was decided on until long after it was sent."""

from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.handover import WaitingRow
from core.mail.querysets import MailQuerySet
from core.mail.states import UNSENT, MailStatus
from core.trace import REQUEST_ID_LENGTH

SUBJECT_LENGTH = 200


class Mail(WaitingRow):
    """One mail to one person. Its text may hold links that open doors: encrypted, later erased."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=100)
    key = models.CharField(
        _("key"), max_length=200, unique=True, help_text=_("Two mails never have the same.")
    )
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH)
    text = EncryptedTextField(_("text"), null=True)
    html = EncryptedTextField(_("HTML"), null=True)
    status = models.CharField(
        _("status"), max_length=8, choices=MailStatus, default=MailStatus.QUEUED
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    request_id = models.CharField(_("request id"), max_length=REQUEST_ID_LENGTH, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=UNSENT, sent_at=None, failed_at=None)
                | Q(status=MailStatus.SENT, sent_at__isnull=False, failed_at=None)
                | Q(status=MailStatus.FAILED, sent_at=None, failed_at__isnull=False),
                name="mail_status_and_moments_agree",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNSENT) | Q(text__isnull=False, html__isnull=False),
                name="mail_can_be_sent_while_it_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], name="mail_waiting", condition=Q(status__in=UNSENT)),
            models.Index(
                fields=["failed_at"], name="mail_failed", condition=Q(failed_at__isnull=False)
            ),
            models.Index(
                fields=["sent_at"],
                name="mail_readable",
                condition=Q(sent_at__isnull=False, text__isnull=False),
            ),
            models.Index(fields=["created_at"], name="mail_by_time"),
            models.Index(fields=["to"], name="mail_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def message_id(self) -> str:
        """The same each time it is sent, so that whoever gets it twice can tell."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
        return f"<{self.pk}@{domain}>"

    @property
    def is_erased(self) -> bool:
        return self.text is None
