"""Invitations by mail to people who do not make their account themselves."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SignInEmailField
from accounts.roles import Role
from accounts.validators import validate_track_code


class Invitation(models.Model):
    """A link to set a password by, good once; only its digest is kept."""

    email = SignInEmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    tracks = ArrayField(
        models.CharField(max_length=12, validators=[validate_track_code]),
        verbose_name=_("tracks"),
        default=list,
        blank=True,
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invitations_made"
    )
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("good until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="invitation",
        verbose_name=_("became"),
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_an_address",
            )
        ]

    def __str__(self) -> str:
        """Without the address, since the audit log keeps it for good."""
        return f"{self.get_role_display()} {self.pk}"

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at
