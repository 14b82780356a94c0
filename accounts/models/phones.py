"""Codes by text message."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import PhoneCodes
from core.trace import REQUEST_ID_LENGTH


class PhoneCode(models.Model):
    """Six digits on their way to a phone; only their digest is kept, and one is live at a time.

    There is a row for whatever phone somebody asks about. One without a `user` is nobody's: no text
    goes out, and no code opens it.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Signing in")
        PROOF = "proof", _("Proving a phone")

    phone = models.CharField(_("phone"), max_length=16)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="phone_codes"
    )
    purpose = models.CharField(
        _("for"), max_length=8, choices=Purpose, db_default=Purpose.SIGN_IN.value
    )
    digest = models.CharField(max_length=64, editable=False)
    country = models.CharField(_("country"), max_length=3, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(
        _("request"), max_length=REQUEST_ID_LENGTH, blank=True, db_default=""
    )
    sent_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    closed_at = models.DateTimeField(_("used, replaced or used up"), null=True)
    # How the text gets on its way; both moments are empty once it needs nobody any more.
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    text_tries = models.PositiveSmallIntegerField(_("tries to send"), db_default=0)
    texted_at = models.DateTimeField(_("taken by the gateway"), null=True)
    failed_at = models.DateTimeField(_("given up"), null=True)

    objects = PhoneCodes.as_manager()

    class Meta:
        verbose_name = _("code by text message")
        verbose_name_plural = _("codes by text message")
        indexes = [
            models.Index(fields=["phone", "-sent_at"], name="phone_code_newest"),
            models.Index(fields=["-sent_at"], name="phone_code_sent"),
            models.Index(fields=["address", "-sent_at"], name="phone_code_by_address"),
            models.Index(
                fields=["country", "-sent_at"],
                name="phone_code_costs",
                condition=Q(user__isnull=False),
            ),
            models.Index(
                fields=["remind_at"],
                name="phone_code_waiting",
                condition=Q(remind_at__isnull=False),
            ),
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
