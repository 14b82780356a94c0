"""What people can be told of, and by which channel each of them wants to hear it.

Only what is a matter of taste is in here. Mails that somebody must get (a link they asked for, a
warning about their account) ask nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Invalid
from core.registries import Registry

Choices = dict[str, dict[str, bool]]


class Channel(StrEnum):
    EMAIL = "email"
    IN_APP = "in_app"


CHANNEL_NAMES = {
    Channel.EMAIL: gettext_lazy("By e-mail"),
    Channel.IN_APP: gettext_lazy("Here, at the bell"),
}


@dataclass(frozen=True)
class NotificationKind:
    """Registered in `AppConfig.ready` by its code, such as `curriculum.review_given`.

    `channels` are those that it can come by at all; `default` those that are on until somebody
    chooses otherwise.
    """

    title: str | Promise
    explanation: str | Promise
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.IN_APP)
    default: frozenset[Channel] = frozenset(Channel)

    def is_on(self, chosen: Mapping[str, bool], channel: Channel) -> bool:
        return channel in self.channels and chosen.get(channel, channel in self.default)


notification_kinds: Registry[NotificationKind] = Registry("kinds of notifications")


def wants(choices: Mapping[str, Mapping[str, bool]], code: str, channel: Channel) -> bool:
    """Whether somebody with these choices wants to hear of this by this channel."""
    return notification_kinds[code].is_on(choices.get(code, {}), channel)


def known_choices(choices: Mapping[str, Mapping[str, bool]]) -> Choices:
    """Without what was chosen about kinds and channels that are no more."""
    kept = {
        code: {channel: on for channel, on in choices[code].items() if channel in kind.channels}
        for code, kind in notification_kinds
        if code in choices
    }
    return {code: chosen for code, chosen in kept.items() if chosen}


def read_choices(given: Any) -> Choices:
    """Checked choices, `{code: {channel: true or false}}`. Raises `Invalid` on what is none."""
    if not isinstance(given, dict):
        raise _refused(_("This must be an object of kinds of messages."))
    return {code: _read_kind(code, chosen) for code, chosen in given.items()}


def _read_kind(code: str, chosen: Any) -> dict[str, bool]:
    kind = notification_kinds.get(code)
    if kind is None:
        raise _refused(_("There is no kind of message called %(code)s.") % {"code": code[:80]})
    allowed = {channel.value for channel in kind.channels}
    if not isinstance(chosen, dict) or not set(chosen) <= allowed:
        text = _("%(code)s can come by %(channels)s.")
        raise _refused(text % {"code": code, "channels": ", ".join(sorted(allowed))})
    if not all(isinstance(on, bool) for on in chosen.values()):
        raise _refused(_("%(code)s: each channel is true or false.") % {"code": code})
    return chosen


def _refused(reason: str) -> Invalid:
    return Invalid(reason, notifications=[reason])
