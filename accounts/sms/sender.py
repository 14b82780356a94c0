"""What every sender of text messages keeps to."""

from typing import Protocol


class GatewayAwayError(Exception):
    """The gateway takes nothing at the moment, or nothing from us: this text may go later."""


class NumberRefusedError(Exception):
    """The gateway will never take this text to this number."""


class Sender(Protocol):
    def send(self, to: str, text: str, key: str) -> None:
        """Return once the text was taken; `to` is E.164.

        It may be called again with the same `key` when nobody knows whether the first call went
        through: whoever can tell by the key sends the text once. Raises `GatewayAwayError` or
        `NumberRefusedError`, and nothing of the text or the number is in their words.
        """


def masked(phone: str) -> str:
    """Enough to tell two phones apart in a log, too little to call one: `+91…10`."""
    return f"{phone[:3]}…{phone[-2:]}"
