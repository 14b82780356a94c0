"""`{{ text|markdown }}` inside the component `prose`, and code in colours."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from core.markdown import colouring, render_markdown

register = template.Library()

register.filter(colouring.coloured)
register.filter(colouring.coloured_lines)
register.filter(colouring.language_name)


@register.filter
def markdown(text: str, headings_from: int = 2) -> SafeString:
    """With the level of its highest heading, where that is not 2: `{{ text|markdown:3 }}`."""
    return render_markdown(text, headings_from=headings_from)
