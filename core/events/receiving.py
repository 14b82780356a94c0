"""Who listens to which event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from core.events.definition import name_of
from core.registries import Registry

R = TypeVar("R", bound="Receiver")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is known of an event besides its content. `id` is the key for doing things once."""

    id: UUID
    name: str
    by_id: int | None
    at: datetime
    request_id: str


class UnknownReceiverError(LookupError):
    """A delivery waits for code that was renamed or removed, or that is not deployed here yet."""


Receiver = Callable[[Any, Envelope], None]

receivers: Registry[Receiver] = Registry("receivers of events")
_listening: dict[str, list[str]] = {}


def on(*event_classes: type, name: str = "") -> Callable[[R], R]:
    """Register the decorated `(event, envelope) -> None` as a receiver of these events.

    It must be idempotent, writes rows of this database and nothing else (whatever is slow or
    leaves the house becomes a job or a mail), and is known by its dotted path. Give the old path
    as `name` when it moves, so that what waits for it still finds it.
    """

    def register(receiver: R) -> R:
        known_as = name or f"{receiver.__module__}.{receiver.__qualname__}"
        receivers.register(known_as, receiver)
        for event_class in event_classes:
            listening = _listening.setdefault(name_of(event_class), [])
            if known_as not in listening:
                listening.append(known_as)
        return receiver

    return register


def receiver_named(name: str) -> Receiver:
    try:
        return receivers[name]
    except KeyError:
        raise UnknownReceiverError(f"{name} is not registered in this process") from None


def receivers_of(event_name: str) -> tuple[str, ...]:
    return tuple(_listening.get(event_name, ()))
