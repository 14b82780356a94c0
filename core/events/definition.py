"""What an event is: a fact in the past tense, plain enough to be stored and read back."""

import dataclasses
import json
import re
import types
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from core.registries import Registry

E = TypeVar("E")

NAME = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*")
PLAIN = frozenset({bool, int, float, str, UUID, datetime, date, type(None)})

events: Registry[type] = Registry("events")


class BadEventError(TypeError):
    """The declaration of an event, or what one was made of, cannot be stored and read back."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
def event(name: str) -> Callable[[type[E]], type[E]]:
    """Declare the decorated class as an event: a frozen dataclass with keyword-only fields.

    Its docstring is its documentation. Fields are plain (numbers, texts, ids, moments, lists of
    them): ids of what it is about, never the things themselves. A field that is added later needs
    a default, since older events have not got it.
    """

    def declare(cls: type[E]) -> type[E]:
        if not NAME.fullmatch(name):
            raise BadEventError(f"{name!r} is no event name: write it as app.thing_happened")
        if not cls.__doc__:
            raise BadEventError(f"{name} has no docstring: it is the event's documentation")
        declared = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
        for field, hint in get_type_hints(declared).items():
            if not _is_plain(hint):
                raise BadEventError(f"{name}.{field} is {hint}: only plain values can be stored")
        declared.__event_name__ = name  # type: ignore[attr-defined]
        return events.register(name, declared)

    return declare


def name_of(event_class: type) -> str:
    try:
        return str(event_class.__dict__["__event_name__"])
    except KeyError:
        raise BadEventError(
            f"{event_class.__qualname__} is no event: declare it with @event"
        ) from None


def to_payload(event: object) -> dict[str, Any]:
    """The event's fields as JSON, refused unless they read back as the same event."""
    name = name_of(type(event))
    try:
        payload: dict[str, Any] = msgspec.to_builtins(event)
        json.dumps(payload, allow_nan=False)
        from_payload(name, payload)
    except (TypeError, ValueError) as error:
        raise BadEventError(f"{name} cannot be recorded: {error}") from None
    return payload


def from_payload(name: str, payload: dict[str, Any]) -> Any:
    """The event again. Unknown fields are left out and missing ones take their defaults."""
    return msgspec.convert(payload, events[name])


def _is_plain(hint: Any) -> bool:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return all(map(_is_plain, parts))
    if origin is list:
        return all(map(_is_plain, parts))
    if origin is dict:
        return parts[0] is str and _is_plain(parts[1])
    return hint in PLAIN
