"""The floor's own generated parts: settings, events, endpoints."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_type_hints

from drf_spectacular.generators import SchemaGenerator

from core.documents.tables import code, table
from core.events.definition import events
from core.registries import generated_docs
from core.settings.tunables import SECTIONS, Tunable

METHODS = ("get", "post", "put", "patch", "delete")


def register_generated_docs() -> None:
    generated_docs.register("settings", settings_part)
    generated_docs.register("events", events_part)
    generated_docs.register("endpoints", endpoints_part)


def settings_part() -> str:
    return "\n\n".join(
        f"## {section}\n\n{table(['name', 'kind', 'default', 'what it does'], rows)}"
        for section, rows in (
            (section, [_setting_row(tunable) for tunable in tunables])
            for section, tunables in SECTIONS.items()
        )
    )


def events_part() -> str:
    rows = ((code(name), _fields(event), event.__doc__ or "") for name, event in events)
    return table(["event", "what it holds", "what it says"], rows)


def endpoints_part() -> str:
    return table(["method", "address", "what it does"], _endpoint_rows())


def _setting_row(tunable: Tunable) -> tuple[str, ...]:
    kind = " or ".join(tunable.choices) or tunable.kind
    default = _shown(tunable.default)
    in_demo = _shown(tunable.default_in(demo=True))
    if in_demo != default:
        default = f"{default or 'none'}; in the demo {in_demo or 'none'}"
    return code(tunable.name), kind, default, tunable.help


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return code("1" if value else "0")
    if isinstance(value, tuple):
        return code(",".join(value))
    return code(str(value))


def _fields(event: type) -> str:
    hints = get_type_hints(event)
    return ", ".join(f"{code(field.name)} {_kind(hints[field.name])}" for field in fields(event))


def _kind(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)


def _endpoint_rows() -> Iterator[tuple[str, ...]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                yield method.upper(), code(path), operations[method].get("summary", "")
