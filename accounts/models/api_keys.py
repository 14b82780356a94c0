"""Keys by which outside systems call the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import policies

if TYPE_CHECKING:
    from accounts.models import User


class ApiKey(models.Model):
    """Shown once when it is made; afterwards only its digest and its beginning are known."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=64), verbose_name=_("scopes"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_living(self, at: datetime) -> bool:
        """Dies with its owner's activity, and with their role."""
        return (
            self.revoked_at is None
            and (self.expires_at is None or at < self.expires_at)
            and self.owner.is_active
            and policies.use_api_keys(self.owner, self)
        )

    @property
    def person(self) -> User:
        """In whose name it calls, who knows then that a key does."""
        self.owner.api_key = self
        return self.owner

    @property
    def counted_as(self) -> str:
        """For `core.throttles`: each key by itself, though its owner may have no limit."""
        return f"key:{self.pk}"
