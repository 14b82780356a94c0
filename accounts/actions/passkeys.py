"""Passkeys: adding one, proving who one is with one, dropping one."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts.actions.audit import record_audit
from accounts.actions.second_factors import drop, note_added
from accounts.errors import InvalidPasskey, TooManyPasskeys
from accounts.models import UsedChallenge, User
from accounts.passkeys import Asked, read_new, read_proof
from core.callers import Caller

MOST = 10
NAME_LENGTH = 60


@transaction.atomic
def add_passkey(
    user: User, *, token: str, answer: object, name: str, caller: Caller, at: datetime
) -> tuple[Authenticator, list[str]]:
    """With the first factor come recovery codes, which are told once."""
    User.objects.select_for_update().get(pk=user.pk)
    mine = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    if mine.count() >= MOST:
        raise TooManyPasskeys
    asked, made, credential = read_new(token, answer, user=user, at=at)
    _use_up(asked, at=at)
    everybodys = Authenticator.objects.filter(data__credential__rawId=credential["rawId"])
    if everybodys.exists():
        raise InvalidPasskey
    passkey = Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={
            "name": name.strip()[:NAME_LENGTH] or "Passkey",
            "credential": credential,
            "sign_count": made.counter,
        },
        created_at=at,
    )
    return passkey, note_added(passkey, caller=caller, at=at)


def prove_with_passkey(
    token: str, answer: object, *, caller: Caller, at: datetime, user: User | None = None
) -> User:
    """Who this is; where `user` is given, only they. Raises `InvalidPasskey`."""
    with transaction.atomic():
        asked, proof = read_proof(token, answer, user=user, at=at)
        _use_up(asked, at=at)
        passkey = Authenticator.objects.select_for_update().get(pk=proof.passkey.pk)
        owner: User = proof.passkey.user
        is_copy = _is_copy(passkey, proof.sign_count)
        if not is_copy:
            passkey.data["sign_count"] = proof.sign_count
            passkey.last_used_at = at
            passkey.save(update_fields=["data", "last_used_at"])
        else:
            record_audit("accounts.passkey_copied", by=None, target=owner, caller=caller, at=at)
    # Outside of the transaction, which must keep the entry.
    if is_copy or not owner.is_active:
        raise InvalidPasskey
    return owner


@transaction.atomic
def drop_passkey(passkey: Authenticator, *, caller: Caller, at: datetime) -> None:
    drop(passkey, caller=caller, at=at)


def _use_up(asked: Asked, *, at: datetime) -> None:
    try:
        with transaction.atomic():
            UsedChallenge.objects.create(digest=asked.digest, used_at=at)
    except IntegrityError:
        raise InvalidPasskey from None


def _is_copy(passkey: Authenticator, sign_count: int) -> bool:
    """Two that count by themselves cannot both run ahead. Synchronised passkeys count nothing."""
    known = passkey.data.get("sign_count", 0)
    is_counting = bool(known or sign_count)
    return is_counting and sign_count <= known
