"""Proving once more who one is, within a sign-in that is open already."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.actions.passkeys import prove_with_passkey
from accounts.actions.second_factors import Place, has_second_factor, spend_code
from accounts.freshness import prove_again
from accounts.models import SignIn
from core.callers import Caller
from core.errors import Denied, ProofNeeded


def demand_provable(sign_in: SignIn) -> None:
    """Whoever acts for somebody cannot prove that they are this person."""
    if sign_in.impersonator_id is not None:
        raise Denied


def prove_by_password(sign_in: SignIn, *, place: Place, at: datetime) -> None:
    """After the password was checked. Not enough for whoever has a second factor."""
    demand_provable(sign_in)
    if has_second_factor(sign_in.user):
        raise ProofNeeded(_("You have a second factor: please prove yourself with a code of it."))
    prove_again(sign_in, way="password", caller=place.caller, at=at)


def prove_by_code(sign_in: SignIn, *, code: str, place: Place, at: datetime) -> None:
    demand_provable(sign_in)
    way = spend_code(sign_in.user, code=code, place=place, at=at)
    prove_again(sign_in, way=way, caller=place.caller, at=at, with_second_factor=True)


def prove_by_passkey(
    sign_in: SignIn, *, token: str, answer: object, caller: Caller, at: datetime
) -> None:
    demand_provable(sign_in)
    prove_with_passkey(token, answer, user=sign_in.user, caller=caller, at=at)
    prove_again(sign_in, way="passkey", caller=caller, at=at, with_second_factor=True)
