"""The way from a row of the admin to the page that people see."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _


def page_link(name: str, *args: object, label: str = "") -> str:
    """Nothing where that page is not installed."""
    try:
        url = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return format_html('<a href="{}">{}</a>', url, label or _("Open its page"))


def outside_link(url: str) -> str:
    return format_html('<a href="{0}" rel="noreferrer noopener">{0}</a>', url) if url else ""
