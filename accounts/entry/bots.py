"""Telling programs from people without asking people anything, and the place for a captcha."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.entry.links import read, sign
from accounts.errors import LinkOver
from core.clock import now
from core.errors import Missing
from core.registries import Registry

PURPOSE = "form"
LASTS = timedelta(days=1)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HumanCheck:
    """A captcha: what it shows within the form, and whether what came back was a person's."""

    template: str
    is_passed: Callable[[HttpRequest], bool]


# Empty unless an operator's app brings one, whose origins its own settings must allow.
human_checks: Registry[HumanCheck] = Registry("human checks")


class BotTrap(forms.Form):
    """A field that people do not see, and the time that the form was asked for."""

    homepage = forms.CharField(
        required=False,
        max_length=2048,
        label="Homepage",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    began = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.initial["began"] = _began(now())

    @property
    def is_bots(self) -> bool:
        """Whoever fills in what nobody sees is answered like anybody, and nothing is done."""
        caught = bool(self.cleaned_data.get("homepage"))
        if caught:
            logger.info("a program filled in the form of people", field="homepage")
        return caught

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if not self._took_its_time(at=now()):
            raise ValidationError(_("That was very quick. Please send it once more."))
        if not all(check.is_passed(self.request) for _name, check in human_checks):
            raise ValidationError(_("Please show once more that you are a person."))
        return cleaned

    def _took_its_time(self, *, at: datetime) -> bool:
        try:
            [began] = read(PURPOSE, self.data.get("began", ""), lasts=LASTS, at=at)
        except (LinkOver, Missing, ValueError):
            self._begin_anew(at)
            return False
        return at.timestamp() - began >= settings.REGISTRATION_SECONDS

    def _begin_anew(self, at: datetime) -> None:
        self.data = {**self.data.dict(), "began": _began(at)}  # type: ignore[attr-defined]


def _began(at: datetime) -> str:
    """In seconds, to the part that links do not keep."""
    return sign(PURPOSE, at.timestamp(), at=at)
