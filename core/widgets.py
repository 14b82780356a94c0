"""Form widgets that the component `field` knows how to show, on top of Django's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise


class Switch(forms.CheckboxInput):
    """On or off, where that takes effect as a setting does."""


class SearchInput(forms.TextInput):
    input_type = "search"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker, in the zone that is active."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class FileDrop(forms.FileInput):
    """Choose files or let them fall here; several with `multiple=True`."""

    def __init__(self, attrs: dict[str, Any] | None = None, *, multiple: bool = False) -> None:
        # Said of each one: Django gives a list to the field of whatever could take several.
        self.allow_multiple_selected = multiple
        super().__init__({**({"multiple": True} if multiple else {}), **(attrs or {})})


class _Ours(forms.Widget):
    """By the project's own templates, where Django's renderer of forms does not look."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> str:
        return render_to_string(template_name, context)


class MarkdownInput(_Ours, forms.Textarea):
    """A text in Markdown, with a look at what becomes of it; without scripts the text alone.

    `pictures` names the address that takes one: multipart POST of `file`, answered with the
    `markdown` that shows it.
    """

    template_name = "widgets/markdown.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, pictures: str = "") -> None:
        super().__init__({"rows": 6, "dir": "auto", **(attrs or {})})
        self.pictures = pictures

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        widget, own = context["widget"], context["widget"]["attrs"]
        widget["base"] = own.get("id", name)
        described = f"{own.get('aria-describedby') or ''} {widget['base']}-markdown"
        own["aria-describedby"] = described.strip()
        widget["pictures"] = reverse(self.pictures) if self.pictures else ""
        return context


class Suggested(_Ours, forms.TextInput):
    """A line of text that offers what fits while one types; without a script too."""

    template_name = "widgets/suggested.html"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        *,
        choices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", **(attrs or {})})
        self.choices = choices

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        own = context["widget"]["attrs"]
        own["list"] = f"{own.get('id', name)}-choices"
        context["widget"]["choices"] = self.choices()
        return context


class _Cards:
    """Choices that need a sentence each: `explained` maps a value to it. Those `out_of_reach`
    are shown, and cannot be chosen."""

    explained: Mapping[Any, str | Promise]
    out_of_reach: Collection[Any] = ()

    def __init__(
        self, *args: Any, explained: Mapping[Any, str | Promise] | None = None, **kwargs: Any
    ) -> None:
        self.explained = explained or {}
        super().__init__(*args, **kwargs)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        if value in self.out_of_reach:
            option["attrs"] |= {"disabled": True}
        return option | {"explanation": self.explained.get(getattr(value, "value", value), "")}


class RadioCards(_Cards, forms.RadioSelect):
    pass


class CheckboxCards(_Cards, forms.CheckboxSelectMultiple):
    pass
