"""Tells pages that there is something to fetch. A hint may get lost; the fetch is the truth."""

from functools import partial
from typing import Any

from django.db import transaction

from core.live.groups import publish, user_group


def send_hint(*, user_id: int, topic: str, data: dict[str, Any]) -> None:
    """Tell a user's open pages, after commit, that `topic` moved on.

    `data` is small and plain (a cursor, a count), never the thing itself.
    """
    send_group_hint(group=user_group(user_id), topic=topic, data=data)


def send_group_hint(*, group: str, topic: str, data: dict[str, Any]) -> None:
    """The same for a group that a consumer joins by its own rule, such as that of an exam."""
    _after_commit(group, {"type": "live.hint", "topic": topic, "data": data})


def end_live_connections(*, user_id: int, sign_in_id: str | None = None) -> None:
    """Close the sockets of one sign-in, or of all of a user's, after commit.

    A socket that this does not reach ends by its own next look at the sign-in.
    """
    _after_commit(user_group(user_id), {"type": "live.end", "sign_in_id": sign_in_id})


def _after_commit(group: str, message: dict[str, Any]) -> None:
    transaction.on_commit(partial(publish, group, message), robust=True)
