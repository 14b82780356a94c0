"""Every address that the platform answers at, as the URL configuration has it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from core.live.routing import CONSUMERS

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Address:
    """`shape` has `{}` for each part that names an object."""

    shape: str
    view: Any
    name: str

    @property
    def methods(self) -> frozenset[str]:
        """A plain function does not say which it knows: at least it is asked for by GET."""
        kind = getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)
        if kind is None:
            return frozenset({"GET"})
        actions = getattr(self.view, "actions", None)
        allowed = {each.lower() for each in kind.http_method_names}
        handled = actions or {verb: verb for verb in map(str.lower, VERBS) if hasattr(kind, verb)}
        return frozenset(verb.upper() for verb in handled if verb in allowed)


def every_address() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, "/"))


def every_socket() -> set[str]:
    return {f"/{route}" for route in CONSUMERS}


def shape_of(address: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", address)


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for each in patterns:
        path = prefix + _shape(each)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, path)
        elif isinstance(each, URLPattern):
            yield Address(path, each.callback, each.name or "")


def _shape(part: URLPattern | URLResolver) -> str:
    if isinstance(part.pattern, RegexPattern):
        text = re.sub(r"\(\?P<\w+>[^)]*\)", "{}", part.pattern.regex.pattern)
        return re.sub(r"[\^$]|\\Z", "", text)
    return re.sub(r"<[^>]+>", "{}", str(part.pattern))
