"""The buttons by which one comes in with an account elsewhere."""

from typing import Any

from django import template

from accounts.social.configured import provider_names

register = template.Library()


@register.inclusion_tag("socialaccount/buttons.html", takes_context=True)
def social_buttons(context: dict[str, Any]) -> dict[str, Any]:
    """For sign-in and sign-up; with `redirect_field` in the page's context one comes back there."""
    return {
        "providers": provider_names(),
        "redirect_field": context.get("redirect_field", ""),
        "csrf_token": context.get("csrf_token"),
    }
