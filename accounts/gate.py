"""The gate behind every first proof by the API: what else is owed before there are tokens."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.actions import second_factors
from accounts.actions.addresses import has_proven_address
from accounts.actions.second_factors import Place
from accounts.actions.sign_ins import start_token_sign_in
from accounts.errors import EmailNotVerified, SecondFactorRequired
from accounts.models import SecondStep, User
from accounts.models.sign_ins import stamp_of
from accounts.tokens import Tokens
from core.callers import Caller


def admit(
    user: User,
    *,
    way: str,
    caller: Caller,
    at: datetime,
    has_second_factor: bool = False,
    code: str = "",
) -> Tokens:
    """Tokens for somebody whose first proof was good; a passkey counts as both proofs.

    Raises `EmailNotVerified`, or `SecondFactorRequired` with the token to bring the second to;
    a `code` that came along is that second proof, and `InvalidCode` if it is wrong.
    """
    if settings.EMAIL_VERIFICATION == "mandatory" and not has_proven_address(user):
        raise EmailNotVerified
    if not has_second_factor and second_factors.has_second_factor(user):
        if not code:
            raise SecondFactorRequired(mfa_token=_begin_second_step(user, way=way, at=at))
        second_factors.spend_code(user, code=code, place=Place(caller), at=at)
        has_second_factor = True
    return start_token_sign_in(
        user, way=way, caller=caller, at=at, has_second_factor=has_second_factor
    )


def _begin_second_step(user: User, *, way: str, at: datetime) -> str:
    step = SecondStep.objects.create(
        user=user,
        way=way,
        password_stamp=stamp_of(user),
        created_at=at,
        expires_at=at + timedelta(minutes=settings.SECOND_STEP_MINUTES),
    )
    return str(step.token)
