"""What people change about themselves: their picture, and what they want to hear of."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.actions.audit import record_audit
from accounts.actions.people import edit_profile
from accounts.avatars import make_avatar
from accounts.events import ProfileEdited
from accounts.models import User
from core.callers import Caller
from core.events.actions import record
from core.files.storage import storage_refusals
from core.notification_kinds import known_choices, read_choices


@transaction.atomic
def edit_whole_profile(
    user: User, *, changes: dict[str, Any], by: User, caller: Caller, at: datetime
) -> User:
    """All of `ProfileSerializer` at once: facts, `avatar` (None removes it), choices."""
    facts = dict(changes)
    if "avatar" in facts:
        avatar = facts.pop("avatar")
        if avatar is None:
            remove_avatar(user, by=by, caller=caller, at=at)
        else:
            set_avatar(user, upload=avatar, by=by, caller=caller, at=at)
    if "notification_choices" in facts:
        choices = facts.pop("notification_choices")
        choose_notifications(user, choices=choices, by=by, at=at)
    return edit_profile(user, changes=facts, by=by, caller=caller, at=at)


@transaction.atomic
def set_avatar(user: User, *, upload: Any, by: User, caller: Caller, at: datetime) -> User:
    picture = make_avatar(upload)
    before = _lock_avatar(user)
    with storage_refusals():
        user.avatar.save("", picture, save=False)
    _keep_avatar(user, before, by=by, caller=caller, at=at)
    return user


@transaction.atomic
def remove_avatar(user: User, *, by: User, caller: Caller, at: datetime) -> User:
    before = _lock_avatar(user)
    if before:
        user.avatar = ""
        _keep_avatar(user, before, by=by, caller=caller, at=at)
    return user


@transaction.atomic
def choose_notifications(user: User, *, choices: dict[str, Any], by: User, at: datetime) -> User:
    """What is chosen here; what was chosen about other kinds stays."""
    chosen = known_choices(user.notification_choices)
    for code, channels in read_choices(choices).items():
        chosen[code] = {**chosen.get(code, {}), **channels}
    chosen = {code: channels for code, channels in chosen.items() if channels}
    if chosen == user.notification_choices:
        return user
    user.notification_choices = chosen
    user.save(update_fields=["notification_choices"])
    record(ProfileEdited(user_id=user.pk, fields=["notifications"]), by=by, at=at)
    return user


def _lock_avatar(user: User) -> str:
    """The picture that is there now: of two that come at once, none is left behind."""
    return User.objects.select_for_update().values_list("avatar", flat=True).get(pk=user.pk)


def _keep_avatar(user: User, before: str, *, by: User, caller: Caller, at: datetime) -> None:
    user.save(update_fields=["avatar"])
    if before:
        transaction.on_commit(partial(default_storage.delete, before), robust=True)
    if by != user:
        data = {"fields": ["avatar"]}
        record_audit("accounts.user_edited", by=by, target=user, data=data, caller=caller, at=at)
    record(ProfileEdited(user_id=user.pk, fields=["avatar"]), by=by, at=at)
