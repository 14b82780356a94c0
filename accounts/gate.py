"""The gate behind every first proof by the API: what else is owed before there are tokens."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.actions.sign_ins import start_token_sign_in
from accounts.errors import EmailNotVerified, SecondFactorRequired
from accounts.models import SecondStep, User
from accounts.models.sign_ins import stamp_of
from accounts.tokens import Tokens
from core.callers import Caller

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def admit(
    user: User, *, way: str, caller: Caller, at: datetime, has_second_factor: bool = False
) -> Tokens:
    """Tokens for somebody whose first proof was good; a passkey counts as both proofs.

    Raises `EmailNotVerified`, or `SecondFactorRequired` with the token to bring the second to.
    """
    if settings.EMAIL_VERIFICATION == "mandatory" and not has_proven_address(user):
        raise EmailNotVerified
    if not has_second_factor and owes_second_factor(user):
        step = SecondStep.objects.create(
            user=user,
            way=way,
            password_stamp=stamp_of(user),
            created_at=at,
            expires_at=at + timedelta(minutes=settings.SECOND_STEP_MINUTES),
        )
        raise SecondFactorRequired(mfa_token=str(step.token))
    return start_token_sign_in(
        user, way=way, caller=caller, at=at, has_second_factor=has_second_factor
    )


def has_proven_address(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def owes_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
