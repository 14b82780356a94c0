"""Between the first proof of who one is and the second."""

import uuid
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models

from accounts.models.sign_ins import stamp_of
from core.fields import EncryptedTextField


class SecondStep(models.Model):
    """Somebody gave a first proof by the API and owes the second; its id is their `mfa_token`."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_steps")
    way = models.CharField(max_length=32)
    password_stamp = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="second_step_expiry")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M}"

    def is_open(self, at: datetime) -> bool:
        return (
            self.used_at is None
            and at < self.expires_at
            and self.user.is_active
            and self.password_stamp == stamp_of(self.user)
        )


class UsedCode(models.Model):
    """A time step whose code was used: none is good twice, whoever asks at once."""

    authenticator = models.ForeignKey(Authenticator, models.CASCADE, related_name="used_codes")
    step = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authenticator", "step"], name="used_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.authenticator_id} {self.step}"


class TotpSetup(models.Model):
    """The secret of an app that has not shown a right code yet."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="totp_setup"
    )
    secret = EncryptedTextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk} {self.created_at:%Y-%m-%d %H:%M}"


class UsedChallenge(models.Model):
    """A challenge that a passkey has answered: no answer is good twice, whoever brings it."""

    digest = models.CharField(primary_key=True, max_length=64)
    used_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:8]
