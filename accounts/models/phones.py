"""Codes by text message."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PhoneCode(models.Model):
    """Six digits on their way to a phone; only their digest is kept, and one is live at a time."""

    phone = models.CharField(_("phone"), max_length=16)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="phone_codes"
    )
    digest = models.CharField(max_length=64, editable=False)
    country = models.CharField(_("country"), max_length=3, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    sent_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("good until"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    closed_at = models.DateTimeField(_("used, replaced or used up"), null=True)

    class Meta:
        verbose_name = _("code by text message")
        verbose_name_plural = _("codes by text message")
        indexes = [
            models.Index(fields=["phone", "-sent_at"], name="phone_code_newest"),
            models.Index(fields=["-sent_at"], name="phone_code_sent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=models.Q(closed_at=None),
                name="phone_code_one_live_a_phone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.phone[:4]}… {self.sent_at:%Y-%m-%d %H:%M}"
