"""The language that a person reads."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import get_supported_language_variant, to_locale


def language_of(person: object | None) -> str:
    """What they chose, where we speak it; else the platform's own."""
    chosen = getattr(person, "locale", "")
    try:
        return get_supported_language_variant(chosen)
    except LookupError:
        return settings.LANGUAGE_CODE


def languages_to_choose() -> list[tuple[str, str]]:
    """Codes and names of those in which our own words are: the one they are written in, and each
    that has a catalogue."""
    return [
        (code, name)
        for code, name in settings.LANGUAGES
        if code == settings.LANGUAGE_CODE or _has_catalogue(code)
    ]


def _has_catalogue(code: str) -> bool:
    place = Path(to_locale(code), "LC_MESSAGES", "django.mo")
    return any(Path(root, place).is_file() for root in settings.LOCALE_PATHS)
