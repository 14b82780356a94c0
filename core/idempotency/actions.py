"""Taking a key, keeping the answer under it, giving it back."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from core.idempotency.models import KEPT_FOR, IdempotentCall


def take_key(
    *, user: AbstractBaseUser | None, route: str, key: str, fingerprint: str, at: datetime
) -> tuple[IdempotentCall, bool]:
    """The call under this key, and whether it is ours to do now: one winner, by constraint."""
    call, is_ours = IdempotentCall.objects.get_or_create(
        user=user,
        route=route,
        key=key,
        defaults={"fingerprint": fingerprint, "started_at": at},
    )
    if is_ours or not call.is_free(at):
        return call, is_ours
    seen = IdempotentCall.objects.filter(pk=call.pk, started_at=call.started_at, status=call.status)
    is_ours = bool(
        seen.update(fingerprint=fingerprint, started_at=at, status=None, headers={}, body="")
    )
    call.refresh_from_db()
    return call, is_ours


def keep_answer(
    call: IdempotentCall, *, status: int, headers: Mapping[str, str], body: str
) -> None:
    _held(call).update(status=status, headers=dict(headers), body=body)


def free_key(call: IdempotentCall) -> None:
    """The call came to nothing that a repetition should hear: it may be tried anew."""
    _held(call).delete()


def purge_calls(*, at: datetime) -> int:
    return IdempotentCall.objects.filter(started_at__lte=at - KEPT_FOR).delete()[0]


def _held(call: IdempotentCall) -> QuerySet[IdempotentCall]:
    """Nothing, when the lease ran out and somebody else has the key by now."""
    return IdempotentCall.objects.filter(
        pk=call.pk, started_at=call.started_at, status__isnull=True
    )
