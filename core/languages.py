"""The language that a person reads."""

from django.conf import settings
from django.utils.translation import get_supported_language_variant


def language_of(person: object | None) -> str:
    """What they chose, where we speak it; else the platform's own."""
    chosen = getattr(person, "locale", "")
    try:
        return get_supported_language_variant(chosen)
    except LookupError:
        return settings.LANGUAGE_CODE
