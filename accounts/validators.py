"""What a person may put into their profile."""

import unicodedata
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.rules import PHONE_PATTERN, TRACK_PATTERN

UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")

validate_phone = RegexValidator(
    PHONE_PATTERN, _("Write the number with its country code, such as +919876543210.")
)
validate_track_code = RegexValidator(
    TRACK_PATTERN, _("A track code is 2 to 12 capital letters and digits, such as FSD.")
)


def validate_name(value: str) -> None:
    if any(_is_unseen(character) for character in value):
        raise ValidationError(_("Leave out line breaks and hidden characters."))


def validate_time_zone(value: str) -> None:
    if value not in _time_zones():
        raise ValidationError(_("Choose a time zone such as Asia/Kolkata."))


def validate_locale(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        raise ValidationError(_("Choose one of the languages that we speak."))


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_unseen(character: str) -> bool:
    """Line breaks, and characters that turn the text around them. Joiners belong to spelling."""
    return unicodedata.category(character) in UNSEEN and character not in JOINERS
