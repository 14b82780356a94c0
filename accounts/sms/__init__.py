"""Text messages: one small port, and what stands behind it on this platform.

With `SMS_URL` texts go to that gateway; without it they go to the log, which is no way for codes:
only a developer's machine (`DEBUG`) shows there what a text says.
"""

from django.conf import settings

from accounts.sms.console import ConsoleSender
from accounts.sms.gateway import HttpSender
from accounts.sms.sender import GatewayAwayError, NumberRefusedError, Sender, masked

__all__ = [
    "GatewayAwayError",
    "NumberRefusedError",
    "Sender",
    "are_texts_sent",
    "masked",
    "sender",
]


def sender() -> Sender:
    if settings.SMS_URL:
        return HttpSender(
            url=settings.SMS_URL,
            key=settings.SMS_KEY,
            name=settings.SMS_FROM,
            seconds=settings.SMS_TIMEOUT,
        )
    return ConsoleSender(shows_text=settings.DEBUG)


def are_texts_sent() -> bool:
    """Whether it makes sense to offer somebody a code by text message."""
    return bool(settings.SMS_URL or settings.DEBUG)
