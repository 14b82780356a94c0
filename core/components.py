"""Components: templates that state their inputs, and what holds callers to them.

A component is a file in `templates/components/` that opens with a comment: a sentence on what it is
for, an empty line, then its inputs, one a line, as `name: kind  # meaning`. That comment is what is
checked and what `/styleguide/` shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.forms.utils import flatatt
from django.template import Engine, Template, TemplateSyntaxError
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from core.icons import is_known as is_known_icon

logger = structlog.get_logger(__name__)

FOLDER = "components"
# What a component hands on to its element without declaring it, besides hyphenated names.
HTML_ATTRIBUTES = frozenset(
    [
        "autocomplete",
        "autofocus",
        "command",
        "commandfor",
        "download",
        "form",
        "formaction",
        "formmethod",
        "formnovalidate",
        "id",
        "lang",
        "popovertarget",
        "popovertargetaction",
        "rel",
        "target",
        "title",
    ]
)
_HEADER = re.compile(r"\A\s*{% comment %}\s*(.*?)\s*{% endcomment %}", re.DOTALL)
_INPUT = re.compile(r"(\w+): ([^#=]+?)(\?)?(?: = (.+?))?(?:\s+# (.+))?\Z")
_KINDS = ("text", "number", "flag", "icon", "list", "object", "attributes", "slot")
_EMPTY: Mapping[str, Any] = {
    "text": "",
    "number": None,
    "flag": False,
    "icon": "",
    "list": (),
    "object": None,
    "attributes": "",
    "slot": "",
}


class ComponentError(TemplateSyntaxError):
    """A component that is declared or called wrongly."""


@dataclass(frozen=True)
class Input:
    """`kind` is one of the kinds, or `choice` where the declaration lists words."""

    name: str
    kind: str
    choices: tuple[str, ...]
    is_required: bool
    default: Any
    meaning: str

    def complaint(self, value: object) -> str | None:
        """What is wrong with a given value; nothing when it may pass."""
        if value is None or value == "":
            return "is empty" if self.is_required else None
        if self.kind == "choice":
            choices = " | ".join(self.choices)
            return None if value in self.choices else f"is {value!r} and must be {choices}"
        if self.kind == "icon":
            return None if is_known_icon(str(value)) else f"is {value!r}, which is no known icon"
        accepted = _ACCEPTED.get(self.kind)
        if accepted is None or (isinstance(value, accepted) and not _is_wrong_list(self, value)):
            return None
        return f"is {type(value).__name__} and must be {self.kind}"


@dataclass(frozen=True)
class Component:
    name: str
    purpose: str
    inputs: Mapping[str, Input]
    template: Template

    @property
    def takes_attributes(self) -> bool:
        return any(each.kind == "attributes" for each in self.inputs.values())

    def render(self, context: Context, given: Mapping[str, Any]) -> SafeString:
        """With nothing around it but what it was given."""
        inside = context.new(self.bind(given))
        inside["csrf_token"] = context.get("csrf_token", "")
        return mark_safe(self.template.render(inside).strip())  # noqa: S308

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every declared input with its value, HTML attributes as text."""
        self.check_names(given)
        html = {name: value for name, value in given.items() if self._is_attribute(name)}
        values: dict[str, Any] = {}
        for name, each in self.inputs.items():
            if wrong := each.complaint(given.get(name)):
                complain(f"{self.name}: {name} {wrong}")
            value = _filled(each, given.get(name))
            values[name] = (
                flatatt({**(value or {}), **html}) if each.kind == "attributes" else value
            )
        return values

    def check_names(self, names: Iterable[str]) -> None:
        """What can be known before any value is."""
        names = set(names)
        unknown = {each for each in names - set(self.inputs) if not self._is_attribute(each)}
        missing = {name for name, each in self.inputs.items() if each.is_required} - names
        if unknown:
            complain(f"{self.name} has no input {_listed(unknown)}")
        if missing:
            complain(f"{self.name} needs {_listed(missing)}")

    def _is_attribute(self, name: str) -> bool:
        if not self.takes_attributes or name in self.inputs:
            return False
        return not name.isidentifier() or name in HTML_ATTRIBUTES


def complain(message: str) -> None:
    """Loud while building; a page that people use is shown all the same."""
    if settings.COMPONENTS_ARE_STRICT:
        raise ComponentError(message)
    logger.warning("component called wrongly", problem=message)


def component(name: str) -> Component:
    """The component of this name, read again when its template was."""
    template = Engine.get_default().get_template(f"{FOLDER}/{name}.html")
    known = _known.get(name)
    if known is None or known.template is not template:
        known = _known[name] = _declared(name, template)
    return known


def component_names() -> list[str]:
    folder = Path(settings.BASE_DIR) / "templates" / FOLDER
    return sorted(path.stem for path in folder.glob("*.html"))


_known: dict[str, Component] = {}
_ACCEPTED: dict[str, Any] = {
    "text": (str, Promise, int, float, Decimal),
    "number": (int, float, Decimal),
    "list": Iterable,
    "attributes": Mapping,
    "slot": str,
}


def _declared(name: str, template: Template) -> Component:
    header = _HEADER.match(str(template.source))
    if header is None:
        raise ComponentError(f"{name} does not open with a comment that lists its inputs")
    purpose, _, inputs = header[1].partition("\n\n")
    declared = [_input(name, line.strip()) for line in inputs.splitlines() if line.strip()]
    return Component(
        name, " ".join(purpose.split()), {each.name: each for each in declared}, template
    )


def _input(component_name: str, line: str) -> Input:
    found = _INPUT.match(line)
    if found is None:
        raise ComponentError(f"{component_name}: cannot read the input {line!r}")
    name, kind, optional, default, meaning = found.groups(default="")
    choices = tuple(kind.split(" | ")) if " | " in kind else ()
    if not choices and kind not in _KINDS:
        raise ComponentError(f"{component_name}: {name} is of no known kind: {kind!r}")
    if choices and default and default not in choices:
        raise ComponentError(f"{component_name}: {name} cannot be {default!r} by default")
    return Input(
        name,
        "choice" if choices else kind,
        choices,
        is_required=not (optional or default or kind in {"flag", "attributes"}),
        default=_default("choice" if choices else kind, default),
        meaning=meaning,
    )


def _default(kind: str, written: str) -> Any:
    if not written:
        return _EMPTY.get(kind, "")
    if kind != "number":
        return written
    return int(written) if written.isdigit() else Decimal(written)


def _filled(each: Input, value: Any) -> Any:
    if each.kind == "flag":
        return bool(value)
    return each.default if value is None or value == "" else value


def _is_wrong_list(each: Input, value: object) -> bool:
    """A text is iterable too, and an object with a plural name is easily handed over."""
    return each.kind == "list" and isinstance(value, str | Mapping)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
