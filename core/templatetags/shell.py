"""What every page has around it: the navigation, and the modules that the browser loads."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import modules, navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation_here(context: Context) -> navigation.Navigation:
    """The reader's own, unless the page brings one, as the styleguide does."""
    request = context["request"]
    return context.get("navigation") or navigation.navigation_of(request.user, request.path)


@register.simple_tag
def import_map() -> SafeString:
    """Where hashed modules are; nothing where they are not hashed."""
    text = modules.import_map()
    if not text:
        return mark_safe("")
    return format_html('<script type="importmap">{}</script>', mark_safe(text))  # noqa: S308
