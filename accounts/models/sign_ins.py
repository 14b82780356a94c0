"""Where somebody is signed in, and how guessing passwords is slowed down."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts import policies
from accounts.querysets import SignInQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class SignIn(models.Model):
    """One browser session or one family of tokens: listed, revoked and rotated as one thing."""

    class Kind(models.TextChoices):
        BROWSER = "browser", _("Browser")
        TOKENS = "tokens", _("App")

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        REPLACED = "replaced", _("Signed in anew in the same browser")
        REUSED = "reused", _("An old refresh token came back")
        REVOKED = "revoked", _("Ended by staff")
        DEACTIVATED = "deactivated", _("The account was deactivated")
        PASSWORD = "password", _("The password was changed")
        CLOSED = "closed", _("The account was closed")
        STEPPED_OUT = "stepped_out", _("The impersonation is over")

    sid = models.UUIDField(_("id in tokens"), default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ins", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    way = models.CharField(_("proven by"), max_length=32, blank=True)
    proved_at = models.DateTimeField(_("last proven"), null=True)
    has_second_factor = models.BooleanField(_("with a second factor"), default=False)
    impersonator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="impersonations",
        verbose_name=_("in truth"),
    )
    behind = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="borrowed",
        verbose_name=_("begun from"),
        help_text=_("The impersonator's own sign-in, with which this one ends."),
    )
    password_stamp = models.CharField(max_length=64, editable=False)
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("program"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("signed in"))
    last_seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=12, choices=End, blank=True)
    jti = models.UUIDField(_("current refresh token"), null=True, editable=False)
    previous_jti = models.UUIDField(_("previous refresh token"), null=True, editable=False)
    rotated_at = models.DateTimeField(_("rotated"), null=True, editable=False)

    # Said by what starts a sign-in, for the page behind it.
    has_called_off_closing = False

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="sign_in_of_user"),
            models.Index(fields=["-created_at"], name="sign_in_newest"),
            models.Index(fields=["expires_at"], name="sign_in_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="browser", jti=None)
                | models.Q(kind="tokens", jti__isnull=False),
                name="sign_in_tokens_have_a_jti",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="sign_in_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(impersonator=None, behind=None)
                | models.Q(impersonator__isnull=False, behind__isnull=False, kind="browser"),
                name="sign_in_is_borrowed_from_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def is_living(self, at: datetime) -> bool:
        """Asks `user` too: deactivating somebody, or a new password, ends what they had open."""
        return (
            self.ended_at is None
            and at < self.expires_at
            and self.user.is_active
            and constant_time_compare(self.password_stamp, stamp_of(self.user))
            and self._may_still_be_borrowed(at)
        )

    @property
    def person(self) -> User:
        """Whom it stands for, who knows then who acts in truth."""
        self.user.impersonator = self.behind.user if self.behind else None
        return self.user

    def _may_still_be_borrowed(self, at: datetime) -> bool:
        """A name is borrowed as long as one's own sign-in lives and one's role allows it."""
        if self.impersonator_id is None:
            return True
        own = self.behind
        return (
            own is not None
            and own.user_id == self.impersonator_id
            and own.is_living(at)
            and policies.impersonate(own.user, self.user)
        )


class SignInBrake(models.Model):
    """Tries to guess one account's password from one place; the key is a digest of both."""

    key = models.CharField(primary_key=True, max_length=64)
    tries = models.PositiveIntegerField()
    first_try_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["first_try_at"], name="sign_in_brake_age")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.tries}"


def stamp_of(user: AbstractBaseUser) -> str:
    """Changes with the password, and tells nothing of it."""
    return user.get_session_auth_hash()
