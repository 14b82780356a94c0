"""Keys of outside systems: made, found again by what was shown once, and revoked."""

from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import compare_digest

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.events import ApiKeyMade, ApiKeyRevoked
from accounts.key_text import new_key, read_key
from accounts.models import ApiKey, User
from core.callers import Caller
from core.errors import Invalid, InvalidToken
from core.events.actions import record
from core.registries import api_scopes

USED_EVERY = timedelta(minutes=5)
# What a key that nobody has is compared with, so that it takes as long as one that somebody has.
_NOBODYS = "0" * 64


@transaction.atomic
def make_api_key(
    owner: User,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    caller: Caller,
    at: datetime,
) -> tuple[ApiKey, str]:
    """The key's row, and its text, which nobody can be told again."""
    _refuse_unknown(scopes)
    text = new_key()
    key = ApiKey.objects.create(
        name=name,
        prefix=text.prefix,
        digest=text.digest,
        scopes=sorted(set(scopes)),
        owner=owner,
        created_at=at,
        expires_at=expires_at,
    )
    data = {"scopes": key.scopes, "expires": expires_at.isoformat() if expires_at else None}
    record_audit("accounts.api_key_made", by=owner, target=key, data=data, caller=caller, at=at)
    record(ApiKeyMade(key_id=key.pk, owner_id=owner.pk, scopes=key.scopes), by=owner, at=at)
    return key, text.whole


def find_api_key(raw: str, *, at: datetime) -> ApiKey:
    """Raises `InvalidToken`, the same for a key that never was, is over, or lost its owner."""
    text = read_key(raw)
    if text is None:
        raise InvalidToken
    key = ApiKey.objects.select_related("owner").filter(prefix=text.prefix).first()
    is_right = compare_digest(text.digest, key.digest if key else _NOBODYS)
    if key is None or not is_right or not key.is_living(at):
        raise InvalidToken
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: User, caller: Caller, at: datetime) -> ApiKey:
    _revoke(ApiKey.objects.filter(pk=key.pk), by=by, caller=caller, at=at)
    key.refresh_from_db(fields=["revoked_at"])
    return key


@transaction.atomic
def revoke_every_api_key(owner: User, *, by: User | None, caller: Caller, at: datetime) -> None:
    """Whoever is no longer staff, or not here, leaves no key behind that wakes up with them."""
    _revoke(ApiKey.objects.filter(owner=owner), by=by, caller=caller, at=at)


def note_used(key: ApiKey, *, at: datetime) -> None:
    """Roughly, without a write for every call."""
    if key.last_used_at is None or at - key.last_used_at >= USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)


def _revoke(
    keys: models.QuerySet[ApiKey], *, by: User | None, caller: Caller, at: datetime
) -> None:
    for key in keys.filter(revoked_at=None).order_by("pk").select_for_update():
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        record_audit("accounts.api_key_revoked", by=by, target=key, caller=caller, at=at)
        record(ApiKeyRevoked(key_id=key.pk, owner_id=key.owner_id), by=by, at=at)


def _refuse_unknown(scopes: Collection[str]) -> None:
    if not scopes:
        raise Invalid(scopes=[_("Choose at least one: a key without any opens nothing.")])
    unknown = sorted(scope for scope in scopes if scope not in api_scopes)
    if unknown:
        known = ", ".join(name for name, _meaning in api_scopes)
        there_is_none = _("There is no {unknown}. Choose from {known}.")
        raise Invalid(scopes=[there_is_none.format(unknown=", ".join(unknown), known=known)])
