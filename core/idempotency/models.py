"""The first answer to a call that may be repeated."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField

KEPT_FOR = timedelta(hours=24)
# No call takes longer. Whoever holds a key for longer than this died on the way.
LEASE = timedelta(seconds=60)
ROUTE_LENGTH = 300


class IdempotentCall(models.Model):
    """One key of one caller at one address. Without a status it is still under way."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), null=True, on_delete=models.CASCADE
    )
    route = models.CharField(_("route"), max_length=ROUTE_LENGTH)
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("fingerprint of the body"), max_length=64)
    started_at = models.DateTimeField(_("started"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict)
    # It may hold tokens: those of a payment, say, or of a sitting.
    body = EncryptedTextField(_("body"), blank=True)

    class Meta:
        verbose_name = _("idempotent call")
        verbose_name_plural = _("idempotent calls")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "route", "key"], name="idempotent_call_once", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["started_at"], name="idempotent_call_started")]

    def __str__(self) -> str:
        return f"{self.route} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_answered(self) -> bool:
        return self.status is not None

    def is_free(self, at: datetime) -> bool:
        """Its time is over, or whoever held it has died."""
        return self.started_at <= at - (KEPT_FOR if self.is_answered else LEASE)
