"""Writing down who did what. Entries are only ever added."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from accounts.models import AuditActor, AuditEntry, User
from core.callers import Caller
from core.impersonation import impersonator_in_hand, impersonator_of
from core.trace import current_request_id

LABEL_LENGTH = 200


@transaction.atomic
def record_audit(
    action: str,
    *,
    by: User | None,
    at: datetime,
    target: models.Model | None = None,
    data: dict[str, Any] | None = None,
    caller: Caller | None = None,
    impersonator: User | None = None,
) -> AuditEntry:
    """Add an entry on `action`, such as `accounts.role_changed`.

    Whom it is about stands in it by their pseudonym; `data` must hold nothing personal, since
    nothing can take it out again. Who acts in another's name is found out here, as is the key of
    an outside system, so that no action needs to think of them.
    """
    impersonator = impersonator or _in_truth(by)
    actor_of = _actors_of(by, impersonator, target)
    return AuditEntry.objects.create(
        at=at,
        action=action,
        actor=actor_of.get(by),
        impersonator=actor_of.get(impersonator),
        data={**(data or {}), **_key_used(by)},
        address=caller.address if caller else None,
        request_id=current_request_id(),
        **_describe(target, actor_of),
    )


def empty_actor(user: User) -> None:
    """Forget who somebody was; what they did stays, as by a former member."""
    AuditActor.objects.filter(user=user).update(user=None, name="", email="")


def history_of(target: models.Model) -> models.QuerySet[AuditEntry]:
    """What was done to a thing; of a person also what they did."""
    entries = AuditEntry.objects.select_related("actor", "impersonator", "subject")
    if isinstance(target, User):
        return entries.filter(Q(subject__user=target) | Q(actor__user=target))
    return entries.filter(target_type=target._meta.label_lower, target_id=str(target.pk))


def _in_truth(by: User | None) -> User | None:
    """What somebody does as themselves is not done in another's name, such as stepping out."""
    impersonator = impersonator_in_hand() or (impersonator_of(by) if by else None)
    return None if impersonator == by else impersonator


def _key_used(by: User | None) -> dict[str, str]:
    key = by.api_key if by else None
    return {"key": key.prefix} if key else {}


def _describe(
    target: models.Model | None, actor_of: dict[models.Model | None, AuditActor]
) -> dict[str, Any]:
    if target is None:
        return {}
    kind = target._meta.label_lower
    if target in actor_of:
        return {"target_type": kind, "subject": actor_of[target]}
    label = str(target)[:LABEL_LENGTH]
    return {"target_type": kind, "target_id": str(target.pk), "target_label": label}


def _actors_of(*concerned: models.Model | None) -> dict[models.Model | None, AuditActor]:
    """In one order, so that two who do something to each other at once wait and do not deadlock."""
    people = {each for each in concerned if isinstance(each, User)}
    return {user: _actor_of(user) for user in sorted(people, key=lambda user: user.pk)}


def _actor_of(user: User) -> AuditActor:
    known_as = {"name": user.name, "email": user.email}
    actor, _created = AuditActor.objects.get_or_create(user=user, defaults=known_as)
    if (actor.name, actor.email) != (user.name, user.email):
        AuditActor.objects.filter(pk=actor.pk).update(**known_as)
    return actor
