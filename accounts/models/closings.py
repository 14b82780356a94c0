"""Accounts that their owners close, and copies of what they left here."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.querysets import AccountClosings


class AccountClosing(models.Model):
    """Somebody asked to go. Until `due_at` a sign-in calls it off; then their data are erased."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="closings"
    )
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("due"))
    cancelled_at = models.DateTimeField(_("called off"), null=True)
    erased_at = models.DateTimeField(_("erased"), null=True)

    objects = AccountClosings.as_manager()

    class Meta:
        verbose_name = _("closing account")
        verbose_name_plural = _("closing accounts")
        indexes = [models.Index(fields=["due_at"], name="closing_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(cancelled_at=None, erased_at=None),
                name="closing_one_open_a_user",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.due_at:%Y-%m-%d}"


class TermsAcceptance(models.Model):
    """Who accepted which version of the terms and the privacy notice, and when."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="terms_acceptances"
    )
    version = models.CharField(_("version"), max_length=32)
    accepted_at = models.DateTimeField(_("accepted"))
    address = models.GenericIPAddressField(_("address"), null=True)

    class Meta:
        verbose_name = _("acceptance of the terms")
        verbose_name_plural = _("acceptances of the terms")
        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="terms_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.version}"
