"""What every page has around it: the navigation, and the modules that the browser loads."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
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


@register.simple_tag
def module(entry: str) -> SafeString:
    """Load a module, and at once all that it imports. Stands after the import map."""
    links = format_html_join(
        "", '<link rel="modulepreload" href="{}">', ((url,) for url in modules.preloads(entry))
    )
    script = format_html('<script type="module" src="{}"></script>', static(entry))
    return links + script
