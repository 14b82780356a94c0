"""The forms of one's own profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.avatars import ACCEPT
from accounts.models import User
from accounts.rules import normalise_phone
from accounts.tracks import tracks_to_choose
from accounts.validators import validate_time_zone
from core.languages import languages_to_choose
from core.notification_kinds import CHANNEL_NAMES, Channel, notification_kinds
from core.widgets import FileDrop, Suggested, Switch

# Names that are kept for old programs only; whoever has one keeps it.
OLD_ZONES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


class AvatarForm(forms.Form):
    avatar = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG, GIF or WebP, at most 2 MB. It is cut to a square."),
        widget=FileDrop({"accept": ACCEPT}),
    )


class ProfileForm(forms.ModelForm):
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=32,
        help_text=_("With its country code. A new number has to be proven before it can be used."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text=_("Times are shown in it. Type a city or a country to find yours."),
    )
    github_username = forms.RegexField(
        r"^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$",
        label=_("GitHub name"),
        required=False,
        max_length=39,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"invalid": _("Only your name there, without an address: such as octocat.")},
    )

    class Meta:
        model = User
        fields = ["name", "track", "phone", "time_zone", "locale", "github_username"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["track"] = forms.ChoiceField(
            label=_("Track"), required=False, choices=list(self._tracks())
        )
        self.fields["locale"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=list(self._languages())
        )
        self.fields["time_zone"].widget = Suggested(choices=time_zones)

    def clean_phone(self) -> str:
        return normalise_phone(self.cleaned_data["phone"])

    def _tracks(self) -> Iterator[tuple[str, Any]]:
        yield "", _("None yet")
        yield from with_own(
            ((track.code, track.name) for track in tracks_to_choose()), self.instance.track
        )

    def _languages(self) -> Iterator[tuple[str, Any]]:
        yield "", _("As the browser asks")
        yield from with_own(languages_to_choose(), self.instance.locale)


class NotificationsForm(forms.Form):
    """A switch for each kind of message and channel by which it can come."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for code, kind in notification_kinds:
            for channel in kind.channels:
                chosen = user.notification_choices.get(code, {})
                self.fields[_field(code, channel)] = forms.BooleanField(
                    label=str(kind.title),
                    help_text=f"{kind.explanation} {CHANNEL_NAMES[channel]}.",
                    required=False,
                    initial=kind.is_on(chosen, channel),
                    widget=Switch,
                )

    @property
    def choices(self) -> dict[str, dict[str, bool]]:
        """What differs from before: whoever leaves a switch alone keeps following the default."""
        changed = set(self.changed_data)
        chosen = {
            code: {
                channel.value: self.cleaned_data[_field(code, channel)]
                for channel in kind.channels
                if _field(code, channel) in changed
            }
            for code, kind in notification_kinds
        }
        return {code: channels for code, channels in chosen.items() if channels}


def with_own(choices: Iterable[tuple[str, Any]], *own: str) -> list[tuple[str, Any]]:
    """What somebody has stays to be chosen when it is offered no more, or not yet."""
    offered = dict(choices)
    names = dict(settings.LANGUAGES)
    return [
        *offered.items(),
        *((each, names.get(each, each)) for each in own if each and each not in offered),
    ]


def _field(code: str, channel: Channel) -> str:
    return f"{code}:{channel.value}"


def time_zones() -> list[str]:
    names = available_timezones()
    return sorted(name for name in names if "/" in name and not name.startswith(OLD_ZONES))
