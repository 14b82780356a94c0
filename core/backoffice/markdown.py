"""Markdown in the admin: what one writes, and beside it how it will look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from unfold.widgets import UnfoldAdminTextareaWidget

SCRIPT = forms.widgets.Script("js/admin/markdown-look.js", type="module")


class MarkdownArea(UnfoldAdminTextareaWidget):
    """Rendered by whoever shows it to people, so that nothing looks different there."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 8, "dir": "auto", **(attrs or {})})

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(js=[SCRIPT])  # type: ignore[list-item]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        field = super().render(name, value, attrs, renderer)
        return render_to_string("admin/markdown.html", {"field": field})
