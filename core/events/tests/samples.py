"""Events and receivers that only the tests know."""

from core.clock import now
from core.events.actions import record
from core.events.definition import event
from core.events.receiving import Envelope, on


@event("core.bell_rung")
class BellRung:
    """A bell was rung. Two receivers listen to it, one of which can be told to fail."""

    loudness: int
    by_whom: str = "somebody"


@event("core.echo_heard")
class EchoHeard:
    """What a receiver of ours does: each call leaves one row. Nobody listens to it."""

    of: str
    heard_by: str


class Mood:
    """How the receivers fare; reset by the fixture `mood`."""

    failure: BaseException | None = None


@on(BellRung)
def echo(event: BellRung, envelope: Envelope) -> None:
    record(EchoHeard(of=str(envelope.id), heard_by="echo"), by=None, at=now())
    if Mood.failure is not None:
        raise Mood.failure


@on(BellRung)
def neighbour(event: BellRung, envelope: Envelope) -> None:
    record(EchoHeard(of=str(envelope.id), heard_by="neighbour"), by=None, at=now())


ECHO = f"{__name__}.echo"
NEIGHBOUR = f"{__name__}.neighbour"
