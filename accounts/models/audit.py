"""Who did what to whom, from where. Rows are added and never change: the database sees to it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AuditActor(models.Model):
    """A person as the audit log knows them: what is personal stands here, and can be emptied."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="audit_actor"
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    class Meta:
        verbose_name = _("person in the audit log")
        verbose_name_plural = _("people in the audit log")

    def __str__(self) -> str:
        return self.email or gettext("former member %(mark)s") % {"mark": self.uuid.hex[:8]}


class AuditEntry(models.Model):
    """One thing done. `data` holds facts, never anything personal: nobody can take it out again."""

    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        AuditActor, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    impersonator = models.ForeignKey(
        AuditActor, models.PROTECT, null=True, related_name="+", verbose_name=_("in truth")
    )
    action = models.CharField(_("what"), max_length=64)
    subject = models.ForeignKey(
        AuditActor, models.PROTECT, null=True, related_name="+", verbose_name=_("to whom")
    )
    target_type = models.CharField(_("kind of thing"), max_length=64, blank=True)
    target_id = models.CharField(_("id of the thing"), max_length=64, blank=True)
    target_label = models.CharField(_("thing"), max_length=200, blank=True)
    data = models.JSONField(_("facts"), default=dict)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["action", "-at"], name="audit_by_action"),
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
            models.Index(fields=["subject", "-at"], name="audit_by_subject"),
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
